"""The Edit menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

EDIT_MENU = MenuSpec(
    "&Edit",
    (
        ActionSpec("undo", "&Undo", "Ctrl+Z"),
        ActionSpec("redo", "&Redo", "Ctrl+Shift+Z, Ctrl+Y"),
        SEPARATOR,
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
    ),
)
