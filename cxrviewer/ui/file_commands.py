"""What the actions about the file list do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDockWidget

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow


class FileCommands:
    """Searches and lists anew.

    Parameters
    ----------
    window : MainWindow
        Its browser is told.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {"find_file": self.find, "refresh_files": self._window.browser.refresh}

    def find(self) -> None:
        """Let the user search the list, which is shown if it was hidden."""
        dock = self._window.browser.parent()
        if isinstance(dock, QDockWidget):
            dock.show()
        self._window.browser.start_search()
