"""What the action of the animation does: opens its dialog and serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.export.options import ExportOptions
from cxrviewer.session.film import Over, refusals
from cxrviewer.ui.dialogs.film import FilmDialog
from cxrviewer.ui.film_maker import FilmMaker, FilmOrder
from cxrviewer.ui.system_places import usual_folder

if TYPE_CHECKING:
    from cxrviewer.session.shown import Shown
    from cxrviewer.ui.main_window import MainWindow

_NAME = "animation"
_NOTHING = "There is no heatmap to animate yet: wait until the analysis is done."


class FilmCommands:
    """Animates the heatmap of the active pane.

    Parameters
    ----------
    window : MainWindow
        Its active pane says what is animated; its services compute and write.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.dialog: FilmDialog | None = None

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {"film": self.ask}

    def ask(self) -> None:
        """Ask what is animated, and write it."""
        shown = self._window.controller.shown
        if shown.radiograph is None or shown.analysis is None:
            self._window.messages.show_text(_NOTHING)
            return
        folder = usual_folder(self._window.settings.export_folder)
        loaded = shown.at_hand.loaded
        assert loaded is not None
        refused = refusals(shown.analysis.result.attribution.question, loaded.info)
        dialog = FilmDialog(shown.radiograph.path, folder, _NAME, refused, self._window)
        maker = FilmMaker(self._window.services, dialog)
        self.dialog = dialog
        dialog.wanted.connect(lambda over, path, options: maker.start(_order(shown, over, path, options)))
        maker.drawn.connect(dialog.show_pictures)
        dialog.cancelled.connect(maker.cancel)
        dialog.finished.connect(maker.leave)
        dialog.finished.connect(self._forget)
        maker.advanced.connect(dialog.show_share)
        maker.failed.connect(dialog.show_error)
        maker.written.connect(lambda _: dialog.accept())
        maker.written.connect(self._window.export_written)
        dialog.open()
        dialog.preview_film()

    def _forget(self) -> None:
        self.dialog = None


def _order(shown: Shown, over: Over, path: Path | None, options: ExportOptions) -> FilmOrder:
    """Return an order for what was on screen when the dialog opened."""
    radiograph, loaded, analysis = shown.radiograph, shown.at_hand.loaded, shown.analysis
    assert radiograph is not None
    assert loaded is not None
    assert analysis is not None
    state = replace(shown.state, question=analysis.result.attribution.question)
    return FilmOrder(radiograph, loaded, state, over, path, options)
