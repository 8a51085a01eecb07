"""What the actions about words do: identity, corner text, markers, lungs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow


class WordCommands:
    """Switches what is written over the image.

    Parameters
    ----------
    window : MainWindow
        Its `words` and `lungs` hold the choices.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        words, lungs = self._window.words, self._window.lungs
        return {
            "tags": self._window.tags.open,
            "identity": lambda checked: words.choose(identity=checked),
            "corner_text": lambda checked: words.choose(corners=checked),
            "corner_fields": self.ask_for_corner_fields,
            "markers": lambda checked: words.choose(markers=checked),
            "lung_outline": lungs.outline,
            "lung_check": lungs.warn,
        }

    def ask_for_corner_fields(self) -> None:
        """Let the user place the fields; each change is seen at once."""
        from cxrviewer.ui.dialogs.corner_fields import CornerFieldsDialog

        words = self._window.words
        dialog = CornerFieldsDialog(words.choice.places, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda places: words.choose(places=places))
        dialog.open()
