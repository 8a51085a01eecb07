"""A bar over the top of the canvas that says what went wrong and what to do; it never blocks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from cxrviewer.errors import UserError
from cxrviewer.ui.icons import icon
from cxrviewer.ui.panels.fields import literal


class MessageBar(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("MessageBar")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setToolTip("Dismiss")
        close.setAccessibleName("Dismiss message")
        close.clicked.connect(self.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.addWidget(self._text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says; "" while it is hidden."""
        return self._text.text()

    def show_error(self, error: UserError) -> None:
        """Say what failed, in which file, and what to do."""
        where = f"{error.path.name}: " if error.path is not None else ""
        self.show_text(f"{where}{error.message} {error.hint}".strip())
        self._text.setToolTip(literal(str(error.path)) if error.path is not None else "")

    def show_text(self, text: str) -> None:
        """Say something."""
        self._text.setText(text)
        self.setVisible(bool(text))

    def clear(self) -> None:
        """Fall silent."""
        self.show_text("")
