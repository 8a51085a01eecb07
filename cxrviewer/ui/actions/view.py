"""The View menu."""

from __future__ import annotations

from cxrviewer.ui.actions.panes import COMPARE_MENU, LAYOUT_MENU, LINK_MENU
from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

VIEW_MENU = MenuSpec(
    "&View",
    (
        ActionSpec("previous", "&Previous image", "PgUp", "Previous image (Left arrow)", "previous"),
        ActionSpec("next", "&Next image", "PgDown", "Next image (Right arrow)", "next"),
        ActionSpec("frame_previous", "Previous frame", "Ctrl+Up", "The image before in the same file"),
        ActionSpec("frame_next", "Next frame", "Ctrl+Down", "The next image in the same file"),
        SEPARATOR,
        ActionSpec("fit", "&Fit to window", "F", "", "fit", needs_image=True),
        ActionSpec(
            "fill", "Fill window", "Shift+F", "So large that nothing of the view is free", needs_image=True
        ),
        ActionSpec(
            "actual",
            "&Actual pixels (1:1)",
            "Ctrl+1",
            "One image pixel a screen pixel",
            "one",
            needs_image=True,
        ),
        ActionSpec("zoom_in", "Zoom &in", "Ctrl++, Ctrl+=", needs_image=True),
        ActionSpec("zoom_out", "Zoom &out", "Ctrl+-", needs_image=True),
        SEPARATOR,
        ActionSpec("rotate", "&Rotate right", "R", "Rotate by a quarter turn", "rotate", needs_image=True),
        ActionSpec("rotate_left", "Rotate &left", "Shift+R", needs_image=True),
        ActionSpec("flip", "Flip left-rig&ht", "H", "", "flip", needs_image=True),
        ActionSpec("flip_vertical", "Flip &top-bottom", "V", needs_image=True),
        SEPARATOR,
        ActionSpec(
            "reset",
            "R&eset view",
            "Ctrl+0",
            "Window, polarity, orientation and zoom of the file",
            "reset",
            needs_image=True,
        ),
        SEPARATOR,
        LAYOUT_MENU,
        COMPARE_MENU,
        LINK_MENU,
        SEPARATOR,
        ActionSpec(
            "corner_text",
            "&Corner text",
            "T",
            "Show or hide the text in the corners of the image",
            checkable=True,
        ),
        ActionSpec("corner_fields", "Corner te&xt fields…", "", "Choose what stands in which corner"),
        ActionSpec(
            "markers",
            "Side &markers and scale bar",
            "B",
            "Show or hide the sides and the scale",
            checkable=True,
        ),
        ActionSpec(
            "identity",
            "Show patient i&dentity",
            "N",
            "Show or hide names, numbers and dates of the patient in the whole window",
            checkable=True,
        ),
        SEPARATOR,
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
        SEPARATOR,
        "panels",
    ),
)
