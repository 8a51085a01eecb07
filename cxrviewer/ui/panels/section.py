"""A part of the side panel that folds away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cxrviewer.ui.icons import icon

MARGIN = 12


class Section(QWidget):
    """A heading that opens and closes what is below it.

    Parameters
    ----------
    name : str
        What it is remembered by.
    title : str
        Its heading.
    body : QWidget
        What is below.
    """

    toggled = Signal(bool)

    def __init__(self, name: str, title: str, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.body = body
        self.header = QToolButton()
        self.header.setObjectName("SectionHeader")
        self.header.setText(title)
        self.header.setCheckable(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.header.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header.clicked.connect(self._clicked)
        self._note = QLabel()
        self._note.setObjectName("Note")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        top = QHBoxLayout()
        top.setContentsMargins(MARGIN - 6, 0, MARGIN, 0)
        top.addWidget(self.header)
        top.addStretch(1)
        top.addWidget(self._note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(body)
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether what is below can be seen."""
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Open or close without telling anyone."""
        self.header.setChecked(is_open)
        self.header.setIcon(icon("down" if is_open else "right"))
        self.body.setVisible(is_open)

    def set_note(self, text: str) -> None:
        """Say beside the heading, in a word or two, what one would see if it was open."""
        self._note.setText(text)

    def note(self) -> str:
        """Return what is said beside the heading."""
        return self._note.text()

    def _clicked(self, is_open: bool) -> None:
        self.set_open(is_open)
        self.toggled.emit(is_open)
