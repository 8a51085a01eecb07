"""The actions of the panes: menus inside the View menu."""

from __future__ import annotations

from cxrviewer.session.compare import Comparison
from cxrviewer.session.panes import Layout
from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

LAYOUTS = {
    "layout_one": Layout.ONE,
    "layout_two": Layout.SIDE_BY_SIDE,
    "layout_stacked": Layout.STACKED,
    "layout_three": Layout.THREE,
    "layout_four": Layout.FOUR,
}

COMPARE = {
    "compare_methods": Comparison.METHODS,
    "compare_layers": Comparison.LAYERS,
    "compare_classes": Comparison.CLASSES,
}

LINKS = {
    "link_view": "view",
    "link_window": "window",
    "link_cursor": "cursor",
    "link_style": "style",
    "link_image": "image",
    "link_model": "model",
    "link_target": "target",
    "link_layers": "layers",
    "link_method": "method",
}
"""Actions and what they link, by the names of `Links`."""

LAYOUT_MENU = MenuSpec(
    "La&yout",
    (
        ActionSpec(
            "beside",
            "Image &beside overlay",
            "Y",
            "Show the image without the heatmap beside the one with it",
            "beside",
            checkable=True,
        ),
        SEPARATOR,
        ActionSpec("layout_one", "&One pane", "Alt+1", "Show the active pane alone", checkable=True),
        ActionSpec(
            "layout_two", "&Two side by side", "Alt+2", "Compare two images or two views", checkable=True
        ),
        ActionSpec("layout_stacked", "Two &stacked", "Alt+Shift+2", "One above the other", checkable=True),
        ActionSpec("layout_three", "T&hree side by side", "Alt+3", "", checkable=True),
        ActionSpec("layout_four", "&Four", "Alt+4", "Two rows of two", checkable=True),
        SEPARATOR,
        ActionSpec("pane_next", "&Next pane", "F6, Ctrl+Tab", "Make the next pane the active one"),
        ActionSpec(
            "pane_previous", "&Previous pane", "Shift+F6, Ctrl+Shift+Tab", "Make the one before active"
        ),
        ActionSpec("pane_close", "&Close pane", "Ctrl+W", "Close the active pane"),
    ),
)

COMPARE_MENU = MenuSpec(
    "Compare &by",
    (
        ActionSpec(
            "compare_methods",
            "&Methods",
            "Ctrl+Shift+M",
            "The same image and class by four methods side by side",
            needs_image=True,
        ),
        ActionSpec(
            "compare_layers",
            "&Layers",
            "Ctrl+Shift+L",
            "The same image and class at four layers, early to late",
            needs_image=True,
        ),
        ActionSpec(
            "compare_classes",
            "&Classes",
            "Ctrl+Shift+C",
            "The same image for the most probable classes",
            needs_image=True,
        ),
        SEPARATOR,
        ActionSpec(
            "comparison_sheet",
            "Comparison &sheet…",
            "Ctrl+Shift+K",
            "Methods, layers, classes or models in one picture, with numbers on how far they agree",
            needs_image=True,
        ),
    ),
)

LINK_MENU = MenuSpec(
    "Lin&k panes",
    (
        ActionSpec(
            "link_view", "&Zoom and pan", "", "Zoom, move and turn all panes together", checkable=True
        ),
        ActionSpec("link_window", "&Window", "", "Window all panes together", checkable=True),
        ActionSpec(
            "link_cursor", "C&ursor", "", "Mark the place under the cursor in all panes", checkable=True
        ),
        ActionSpec(
            "link_style", "&Heatmap display", "", "Draw the heatmaps of all panes alike", checkable=True
        ),
        SEPARATOR,
        ActionSpec("link_image", "&Image", "", "Open the next image in all panes", checkable=True),
        ActionSpec("link_model", "&Model", "", "Use the same model in all panes", checkable=True),
        ActionSpec("link_target", "&Class", "", "Explain the same class in all panes", checkable=True),
        ActionSpec("link_layers", "&Layer", "", "Explain the same layer in all panes", checkable=True),
        ActionSpec("link_method", "M&ethod", "", "Explain by the same method in all panes", checkable=True),
    ),
)
