"""Icons drawn from SVG files in the text's colour, sharp at every scale factor."""

from __future__ import annotations

from PySide6.QtGui import QIcon

from cxrviewer.paths import resource


def icon(name: str) -> QIcon:
    """Return the icon `name` of ``resources/icons``."""
    return QIcon(str(resource("icons", f"{name}.svg")))
