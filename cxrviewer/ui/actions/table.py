"""Every action of the window, by menu; toolbar and menus of the right button name them again."""

from __future__ import annotations

from cxrviewer.ui.actions.edit import EDIT_MENU
from cxrviewer.ui.actions.file import FILE_MENU
from cxrviewer.ui.actions.heatmap import HEATMAP_MENU
from cxrviewer.ui.actions.help import HELP_MENU
from cxrviewer.ui.actions.image import IMAGE_MENU
from cxrviewer.ui.actions.marks import MARKS_MENU
from cxrviewer.ui.actions.spec import SEPARATOR
from cxrviewer.ui.actions.tools import TOOLS_MENU
from cxrviewer.ui.actions.view import VIEW_MENU

MENUS = (FILE_MENU, EDIT_MENU, VIEW_MENU, IMAGE_MENU, HEATMAP_MENU, MARKS_MENU, TOOLS_MENU, HELP_MENU)

ACTIONS = tuple(spec for menu in MENUS for spec in menu.actions())

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

MARK_MENU = ("edit_mark", "calibrate", SEPARATOR, "delete_mark")
"""Of one mark, where it is clicked with the right button."""
