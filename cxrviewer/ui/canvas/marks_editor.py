"""A field in the canvas for the words of a mark."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_LONGEST = 200
_WIDTH = 220


class MarkEditor(QLineEdit):
    """Asks for one line of words; Return or a click elsewhere takes them, Esc leaves all as it was.

    Parameters
    ----------
    place : QPoint
        Its upper left corner; moved so that the whole field is in `parent`.
    text : str
        To begin with.
    done : callable
        Gets the words.
    """

    def __init__(self, place: QPoint, text: str, done: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(text, parent)
        self._done: Callable[[str], None] | None = done
        self.setAccessibleName("Words of the mark")
        self.setPlaceholderText("Words")
        self.setMaxLength(_LONGEST)
        self.resize(_WIDTH, self.sizeHint().height())
        self.move(
            max(0, min(place.x(), parent.width() - self.width())),
            max(0, min(place.y(), parent.height() - self.height())),
        )
        self.selectAll()
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the words, or give up."""
        if event.key() == Qt.Key.Key_Escape:
            self._close(take=False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close(take=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the words, unless a menu of the field has the focus."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._close(take=True)

    def _close(self, *, take: bool) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        text, parent = self.text().strip(), self.parentWidget()
        had_focus = self.hasFocus()
        self.hide()
        self.deleteLater()
        if had_focus and parent is not None:
            parent.setFocus()
        if take:
            done(text)
