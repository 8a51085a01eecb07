"""The Heatmap menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

HEATMAP_MENU = MenuSpec(
    "&Heatmap",
    (
        ActionSpec("heatmap", "Show &heatmap", "Space", "Show or hide the heatmap", "heat", True),
        ActionSpec(
            "swipe",
            "S&wipe",
            "U",
            "Draw a line over the image: the heatmap is right of it, and the line can be dragged",
            "swipe",
            checkable=True,
            needs_image=True,
        ),
        ActionSpec(
            "flicker",
            "Flicke&r",
            "Shift+X",
            "Have the heatmap come and go twice a second; hold X to hide it for a moment",
            checkable=True,
            needs_image=True,
        ),
        ActionSpec(
            "analyse", "&Analyse again", "F5", "Ask again for what failed or was cancelled", needs_image=True
        ),
        ActionSpec("cancel", "&Cancel", "Esc", "Stop what is under way; the heatmap on screen stays"),
        SEPARATOR,
        "methods",
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
        ActionSpec(
            "class_previous", "&Previous class", "Shift+C", "Explain the class above", needs_image=True
        ),
        ActionSpec("class_next", "&Next class", "C", "Explain the class below", needs_image=True),
        SEPARATOR,
        ActionSpec(
            "signed",
            "Evidence &for and against",
            "S",
            "Show what spoke against the class, too",
            checkable=True,
        ),
        ActionSpec("view", "Change &view", "D", "Draw the heatmap smooth, as native cells or as contours"),
        ActionSpec(
            "lock_scale",
            "Loc&k scale",
            "L",
            "Keep the scale of this heatmap for other classes, methods and images",
            checkable=True,
        ),
    ),
)
