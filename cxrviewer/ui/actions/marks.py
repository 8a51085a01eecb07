"""The Marks menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

MARK_TOOLS: tuple[ActionSpec | str, ...] = (
    ActionSpec(
        "tool_length",
        "&Length",
        "G",
        "Measure a length: drag, or click both ends; Shift keeps it straight",
        "length",
        checkable=True,
    ),
    ActionSpec(
        "tool_angle", "&Angle", "A", "Measure an angle: drag one arm, then click", "angle", checkable=True
    ),
    ActionSpec(
        "tool_cardiothoracic_ratio",
        "&Cardiothoracic ratio",
        "Shift+G",
        "Measure heart and thorax at right angles to the midline",
        "ratio",
        checkable=True,
    ),
    SEPARATOR,
    ActionSpec(
        "tool_ellipse",
        "&Ellipse",
        "E",
        "Values of the pixels and the heatmap inside; Shift makes a circle",
        "ellipse",
        checkable=True,
    ),
    ActionSpec(
        "tool_rectangle",
        "Rectan&gle",
        "Shift+E",
        "Values of the pixels and the heatmap inside; Shift makes a square",
        "rectangle",
        checkable=True,
    ),
    SEPARATOR,
    ActionSpec(
        "tool_arrow", "Arro&w", "Shift+A", "Point at something: drag from its tip", "arrow", checkable=True
    ),
    ActionSpec("tool_text", "&Text", "Shift+T", "Write on the image", "text", checkable=True),
)
"""Each the drawing of one kind of mark."""

MARKS_MENU = MenuSpec(
    "&Marks",
    (
        *MARK_TOOLS,
        SEPARATOR,
        ActionSpec("edit_mark", "Edit te&xt…", "F2", "Write beside the selected mark (or double-click it)"),
        ActionSpec(
            "calibrate",
            "Cali&brate by this length…",
            "",
            "Say how long the selected length is; all lengths of the image follow",
        ),
        ActionSpec(
            "uncalibrate",
            "Remove cal&ibration",
            "",
            "Measure by what the file says of the size of its pixels",
        ),
        SEPARATOR,
        ActionSpec("show_marks", "&Show marks", "Shift+S", "Show or hide all marks", checkable=True),
        ActionSpec("delete_mark", "&Delete mark", "Del, Backspace", "Delete the mark that is selected"),
        ActionSpec("delete_marks", "Delete all mar&ks", "", "Delete all marks on this image"),
        SEPARATOR,
        ActionSpec("open_marks", "&Open marks…", "", "Add the marks of a file", needs_image=True),
        ActionSpec("save_marks", "Sa&ve marks", "Ctrl+S", "Save the marks in a file beside the image"),
        ActionSpec("save_marks_as", "Save &marks as…", "Ctrl+Shift+S"),
    ),
)
