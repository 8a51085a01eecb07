"""One button for all tools that make marks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget


class MarksButton(QToolButton):
    """Takes the mark tool used last; its arrow offers the others.

    Parameters
    ----------
    tools : sequence of QAction
        Checkable; the first one is offered to begin with.
    menu : QMenu
        Has them all.
    """

    def __init__(self, tools: Sequence[QAction], menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setMenu(menu)
        self.setDefaultAction(tools[0])
        for tool in tools:
            tool.toggled.connect(lambda checked, tool=tool: self.setDefaultAction(tool) if checked else None)
