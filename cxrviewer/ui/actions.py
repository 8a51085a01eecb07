"""Every action of the window in one table: menus, toolbar, shortcuts and tips follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

from cxrviewer.ui.action_spec import SEPARATOR, ActionSpec
from cxrviewer.ui.icons import icon
from cxrviewer.ui.job_actions import JOB_ACTIONS, TOOLS_MENU
from cxrviewer.ui.marks_actions import MARK_ACTIONS, MARKS_MENU
from cxrviewer.ui.pane_actions import PANE_ACTIONS, PANE_MENUS

ACTIONS = (
    ActionSpec("open", "&Open…", "Ctrl+O", "Open a radiograph", "open"),
    ActionSpec("open_folder", "Open &folder…", "Ctrl+Shift+O", "List the radiographs of a folder"),
    ActionSpec("find_file", "&Search files", "Ctrl+F", "Search the list of files by name, study or date"),
    ActionSpec("refresh_files", "Refres&h list", "Shift+F5", "List the folder again"),
    ActionSpec("open_model", "Open &model…", "Ctrl+M", "Open a Keras classifier (.keras, .h5)"),
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
    ActionSpec(
        "copy",
        "&Copy overlay",
        "Ctrl+C",
        "Copy image and heatmap as displayed, with what they say",
        needs_image=True,
    ),
    ActionSpec(
        "copy_image",
        "Copy i&mage",
        "Ctrl+Alt+C",
        "Copy the image as displayed, without heatmap and words",
        needs_image=True,
    ),
    ActionSpec(
        "tags",
        "File i&nformation…",
        "Ctrl+T",
        "All that the file says: the DICOM tags, with a search",
        needs_image=True,
    ),
    ActionSpec("quit", "&Quit", "Ctrl+Q"),
    ActionSpec("previous", "&Previous image", "PgUp", "Previous image (Left arrow)", "previous"),
    ActionSpec("next", "&Next image", "PgDown", "Next image (Right arrow)", "next"),
    ActionSpec("fit", "&Fit to window", "F", "", "fit", needs_image=True),
    ActionSpec(
        "fill", "Fill window", "Shift+F", "So large that nothing of the view is free", needs_image=True
    ),
    ActionSpec(
        "actual", "&Actual pixels (1:1)", "Ctrl+1", "One image pixel a screen pixel", "one", needs_image=True
    ),
    ActionSpec("zoom_in", "Zoom &in", "Ctrl++, Ctrl+=", needs_image=True),
    ActionSpec("zoom_out", "Zoom &out", "Ctrl+-", needs_image=True),
    ActionSpec(
        "tool_window",
        "&Window tool",
        "W",
        "Drag to change brightness and contrast; with Ctrl finely",
        "window",
        checkable=True,
    ),
    ActionSpec(
        "tool_pan",
        "&Pan tool",
        "P",
        "Drag to pan (also with the middle button, or while Space is held)",
        "pan",
        checkable=True,
    ),
    ActionSpec(
        "tool_region",
        "Window of a re&gion",
        "Shift+W",
        "Drag a box: the window follows from the values inside",
        "region",
        checkable=True,
    ),
    ActionSpec("tool_zoom", "&Zoom box", "Z", "Drag a box: it is shown as large as it goes", checkable=True),
    ActionSpec(
        "tool_magnifier",
        "&Magnifier",
        "M",
        "A lens under the mouse, also while M is held; the wheel magnifies more or less",
        "magnifier",
        checkable=True,
    ),
    ActionSpec(
        "window_auto", "&Automatic window", "0", "Window from the image's own values", needs_image=True
    ),
    ActionSpec(
        "keep_window",
        "&Keep window for the next image",
        "K",
        "Show the next image through the window of this one, where its values mean the same",
        checkable=True,
    ),
    ActionSpec("planes", "&Overlay planes", "O", "Show what the file draws over its image", checkable=True),
    ActionSpec("frame_previous", "Previous frame", "Ctrl+Up", "The image before in the same file"),
    ActionSpec("frame_next", "Next frame", "Ctrl+Down", "The next image in the same file"),
    ActionSpec("invert", "&Invert", "I", "Swap black and white", "invert", True, True),
    ActionSpec("rotate", "&Rotate right", "R", "Rotate by a quarter turn", "rotate", needs_image=True),
    ActionSpec("rotate_left", "Rotate &left", "Shift+R", needs_image=True),
    ActionSpec("flip", "Flip left-rig&ht", "H", "", "flip", needs_image=True),
    ActionSpec("flip_vertical", "Flip &top-bottom", "V", needs_image=True),
    ActionSpec(
        "reset",
        "R&eset view",
        "Ctrl+0",
        "Window, polarity, orientation and zoom of the file",
        "reset",
        needs_image=True,
    ),
    ActionSpec(
        "corner_text",
        "&Corner text",
        "T",
        "Show or hide the text in the corners of the image",
        checkable=True,
    ),
    ActionSpec("corner_fields", "Corner te&xt fields…", "", "Choose what stands in which corner"),
    ActionSpec(
        "markers", "Side &markers and scale bar", "B", "Show or hide the sides and the scale", checkable=True
    ),
    ActionSpec(
        "lung_outline",
        "Lun&g outline",
        "Shift+L",
        "Outline the lungs, and tell how much of the heatmap's evidence lies inside",
        checkable=True,
    ),
    ActionSpec(
        "lung_check",
        "Say &where no lungs are found",
        "",
        "Say of an image without lungs that the model was not made for it",
        checkable=True,
    ),
    ActionSpec(
        "identity",
        "Show patient i&dentity",
        "N",
        "Show or hide names, numbers and dates of the patient in the whole window",
        checkable=True,
    ),
    ActionSpec("heatmap", "Show &heatmap", "Space", "Show or hide the heatmap", "heat", True),
    ActionSpec(
        "analyse", "&Analyse again", "F5", "Ask again for what failed or was cancelled", needs_image=True
    ),
    ActionSpec("cancel", "&Cancel", "Esc", "Stop what is under way; the heatmap on screen stays"),
    ActionSpec(
        "layer_earlier",
        "&Earlier layer",
        "[, Alt+Left",
        "Explain the block of layers before: finer, less specific",
        needs_image=True,
    ),
    ActionSpec(
        "layer_later",
        "&Later layer",
        "], Alt+Right",
        "Explain the next block of layers: coarser, closer to the decision",
        needs_image=True,
    ),
    ActionSpec("class_previous", "&Previous class", "Shift+C", "Explain the class above", needs_image=True),
    ActionSpec("class_next", "&Next class", "C", "Explain the class below", needs_image=True),
    ActionSpec(
        "signed", "Evidence &for and against", "S", "Show what spoke against the class, too", checkable=True
    ),
    ActionSpec("view", "Change &view", "D", "Draw the heatmap smooth, as native cells or as contours"),
    ActionSpec(
        "lock_scale",
        "Loc&k scale",
        "L",
        "Keep the scale of this heatmap for other classes, methods and images",
        checkable=True,
    ),
    *MARK_ACTIONS,
    *PANE_ACTIONS,
    *JOB_ACTIONS,
    ActionSpec("sample", "Open &sample", "", "Open the synthetic teaching phantom"),
    ActionSpec("notice", "Intended &use…"),
    ActionSpec("about", "&About CXR Viewer…"),
)

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        (
            "open",
            "open_folder",
            "recent",
            "find_file",
            "refresh_files",
            SEPARATOR,
            "open_model",
            SEPARATOR,
            "export",
            "film",
            "print",
            "batch",
            SEPARATOR,
            "tags",
            SEPARATOR,
            "quit",
        ),
    ),
    ("&Edit", ("undo", "redo", SEPARATOR, "copy", "copy_image")),
    (
        "&View",
        (
            "previous",
            "next",
            "frame_previous",
            "frame_next",
            SEPARATOR,
            "fit",
            "fill",
            "actual",
            "zoom_in",
            "zoom_out",
            SEPARATOR,
            "rotate",
            "rotate_left",
            "flip",
            "flip_vertical",
            SEPARATOR,
            "reset",
            SEPARATOR,
            "layouts",
            "compare",
            "links",
            SEPARATOR,
            "corner_text",
            "corner_fields",
            "markers",
            "identity",
            SEPARATOR,
            "lung_outline",
            "lung_check",
            SEPARATOR,
            "panels",
        ),
    ),
    (
        "&Image",
        (
            "tool_window",
            "tool_region",
            "tool_pan",
            "tool_zoom",
            "tool_magnifier",
            SEPARATOR,
            "window_auto",
            "presets",
            "keep_window",
            "drags",
            SEPARATOR,
            "invert",
            "planes",
        ),
    ),
    (
        "&Heatmap",
        (
            "heatmap",
            "swipe",
            "flicker",
            "analyse",
            "cancel",
            SEPARATOR,
            "methods",
            "layer_earlier",
            "layer_later",
            "class_previous",
            "class_next",
            SEPARATOR,
            "signed",
            "view",
            "lock_scale",
        ),
    ),
    ("&Marks", MARKS_MENU),
    ("&Tools", TOOLS_MENU),
    ("Hel&p", ("sample", SEPARATOR, "notice", "about")),
)

TOOLBAR = (
    "open",
    "previous",
    "next",
    SEPARATOR,
    "tool_window",
    "tool_region",
    "tool_pan",
    "tool_magnifier",
    "mark_tools",
    SEPARATOR,
    "fit",
    "actual",
    SEPARATOR,
    "invert",
    "rotate",
    "flip",
    "reset",
    SEPARATOR,
    "heatmap",
    "beside",
    "swipe",
    "export",
)

CONTEXT_MENU = (
    "fit",
    "actual",
    SEPARATOR,
    "window_auto",
    "invert",
    "rotate",
    "flip",
    "reset",
    SEPARATOR,
    "heatmap",
    "export",
    "copy",
)


class Actions:
    """The actions of a window.

    Parameters
    ----------
    window : QMainWindow
        Gets the actions, so that their shortcuts work in all of it.
    handlers : mapping of str to callable
        What each action does, by id; checkable ones are told whether they are pressed.
    """

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[..., None]]) -> None:
        self._window = window
        self._by_id: dict[str, QAction] = {}
        self._needs_image = [spec.id for spec in ACTIONS if spec.needs_image]
        for spec in ACTIONS:
            self._by_id[spec.id] = self._made(spec, handlers[spec.id])

    def __getitem__(self, key: str) -> QAction:
        return self._by_id[key]

    def __contains__(self, key: str) -> bool:
        return key in self._by_id

    def _made(self, spec: ActionSpec, handler: Callable[..., None]) -> QAction:
        action = QAction(spec.text, self._window)
        keys = [QKeySequence(key) for key in spec.shortcut.split(", ") if key]
        action.setShortcuts(keys)
        tip = spec.tip or spec.text.replace("&", "")
        action.setToolTip(f"{tip} ({keys[0].toString()})" if keys else tip)
        action.setStatusTip("")
        if spec.icon:
            action.setIcon(icon(spec.icon))
        action.setIconVisibleInMenu(False)
        action.setCheckable(spec.checkable)
        if spec.checkable:
            action.triggered.connect(handler)
        else:
            action.triggered.connect(lambda _checked=False: handler())
        self._window.addAction(action)
        return action

    def fill_menu_bar(self, submenus: Mapping[str, QMenu]) -> None:
        """Make the menus; `submenus` stand where their id does."""
        made = {key: QMenu(title, self._window) for key, (title, _) in PANE_MENUS.items()}
        for key, (_, entries) in PANE_MENUS.items():
            self.fill(made[key], entries)
        for title, entries in MENUS:
            self.fill(self._window.menuBar().addMenu(title), entries, {**submenus, **made})

    def fill(
        self,
        menu: QMenu | QToolBar,
        entries: tuple[str, ...],
        widgets: Mapping[str, QWidget] | None = None,
    ) -> None:
        """Put actions into a menu or a toolbar; where the id of one of `widgets` stands, that one."""
        for entry in entries:
            widget = widgets.get(entry) if widgets is not None else None
            if entry == SEPARATOR:
                menu.addSeparator()
            elif isinstance(menu, QMenu) and isinstance(widget, QMenu):
                menu.addMenu(widget)
            elif isinstance(menu, QToolBar) and widget is not None:
                menu.addWidget(widget)
            else:
                menu.addAction(self._by_id[entry])

    def enable_for_image(self, there_is_one: bool) -> None:
        """Enable what makes sense."""
        for key in self._needs_image:
            self._by_id[key].setEnabled(there_is_one)

    def enable(self, key: str, makes_sense: bool) -> None:
        """Enable one action or not."""
        self._by_id[key].setEnabled(makes_sense)

    def tip(self, key: str) -> str:
        """Return what an action does, in a sentence."""
        return self._by_id[key].toolTip()

    def check(self, key: str, checked: bool) -> None:
        """Press or release a checkable action without calling its handler."""
        self._by_id[key].setChecked(checked)
