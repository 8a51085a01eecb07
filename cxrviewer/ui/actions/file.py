"""The File menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

FILE_MENU = MenuSpec(
    "&File",
    (
        ActionSpec("open", "&Open…", "Ctrl+O", "Open a radiograph", "open"),
        ActionSpec("open_folder", "Open &folder…", "Ctrl+Shift+O", "List the radiographs of a folder"),
        "recent",
        ActionSpec("find_file", "&Search files", "Ctrl+F", "Search the list of files by name, study or date"),
        ActionSpec("refresh_files", "Refres&h list", "Shift+F5", "List the folder again"),
        SEPARATOR,
        ActionSpec("open_model", "Open &model…", "Ctrl+M", "Open a Keras classifier (.keras, .h5)"),
        SEPARATOR,
        ActionSpec(
            "export",
            "&Export…",
            "Ctrl+E",
            "Save overlay, heatmap or numbers; pull this button to drag the overlay out of the window",
            "export",
            needs_image=True,
        ),
        ActionSpec(
            "film",
            "Export &animation…",
            "Ctrl+Shift+E",
            "Save a GIF or film: from layer to layer, from class to class, or fading in and out",
            needs_image=True,
        ),
        ActionSpec("print", "&Print…", "Ctrl+P", "Print the annotated overlay", needs_image=True),
        ActionSpec("batch", "&Batch…", "", "Analyse many radiographs: a picture each, tables and a summary"),
        ActionSpec("report", "Repor&t…", "", "Write a PDF with a page for each of many radiographs"),
        SEPARATOR,
        ActionSpec(
            "tags",
            "File i&nformation…",
            "Ctrl+T",
            "All that the file says: the DICOM tags, with a search",
            needs_image=True,
        ),
        SEPARATOR,
        ActionSpec("quit", "&Quit", "Ctrl+Q"),
    ),
)
