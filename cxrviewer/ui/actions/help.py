"""The Help menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

HELP_MENU = MenuSpec(
    "Hel&p",
    (
        ActionSpec("sample", "Open &sample", "", "Open the synthetic teaching phantom"),
        SEPARATOR,
        ActionSpec("notice", "Intended &use…"),
        ActionSpec("about", "&About CXR Viewer…"),
    ),
)
