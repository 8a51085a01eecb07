"""The Image menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

IMAGE_MENU = MenuSpec(
    "&Image",
    (
        ActionSpec(
            "tool_window",
            "&Window tool",
            "W",
            "Drag to change brightness and contrast; with Ctrl finely",
            "window",
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
        ActionSpec(
            "tool_pan",
            "&Pan tool",
            "P",
            "Drag to pan (also with the middle button, or while Space is held)",
            "pan",
            checkable=True,
        ),
        ActionSpec(
            "tool_zoom", "&Zoom box", "Z", "Drag a box: it is shown as large as it goes", checkable=True
        ),
        ActionSpec(
            "tool_magnifier",
            "&Magnifier",
            "M",
            "A lens under the mouse, also while M is held; the wheel magnifies more or less",
            "magnifier",
            checkable=True,
        ),
        SEPARATOR,
        ActionSpec(
            "window_auto", "&Automatic window", "0", "Window from the image's own values", needs_image=True
        ),
        "presets",
        ActionSpec(
            "keep_window",
            "&Keep window for the next image",
            "K",
            "Show the next image through the window of this one, where its values mean the same",
            checkable=True,
        ),
        "drags",
        SEPARATOR,
        ActionSpec("invert", "&Invert", "I", "Swap black and white", "invert", True, True),
        ActionSpec(
            "planes", "&Overlay planes", "O", "Show what the file draws over its image", checkable=True
        ),
    ),
)
