"""Tells the file list which images have been analysed, and which could not be."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from cxrviewer.errors import EngineError, ExplainError, ImageReadError, UserError
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import ModelCard
from cxrviewer.session.file_status import ANALYSING, FileStatus, analysed, failed
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.panels.browser import BrowserPanel
from cxrviewer.ui.services import Services
from cxrviewer.ui.waiting import Activity


class FileBadges(QObject):
    """Follows the panes, and what is computed ahead; what is told is what the model of the last change says.

    Parameters
    ----------
    services : Services
        Have the outputs of the models.
    browser : BrowserPanel
        Is told.
    """

    def __init__(self, services: Services, browser: BrowserPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._browser = browser
        self._keys: dict[Path, str] = {}
        self._unreadable: dict[Path, FileStatus] = {}
        self._refused: dict[Path, FileStatus] = {}
        self._running: dict[int, Path] = {}
        self._card: ModelCard | None = None
        self._seen: dict[int, tuple[object, ...]] = {}
        services.analyst.finished.connect(lambda _outcome: self._look_at_neighbours())

    def follow(self, controller: Controller) -> None:
        """Take note of what a pane shows from now on."""
        controller.changed.connect(lambda _shown: self._look(controller))
        controller.activity_changed.connect(lambda _activity: self._look(controller))
        controller.failed.connect(partial(self._fail, controller))
        lane = controller.lane
        controller.destroyed.connect(lambda: self._leave(lane))

    def _look(self, controller: Controller) -> None:
        at_hand, analysing = controller.shown.at_hand, controller.activity is Activity.ANALYSING
        radiograph, loaded = at_hand.radiograph, at_hand.loaded
        card = loaded.info.card if loaded is not None else None
        image = (radiograph.path, radiograph.key) if radiograph is not None else None
        seen = (image, card, at_hand.prediction is not None, analysing)
        # Most changes are of the view alone.
        if self._seen.get(controller.lane) == seen:
            return
        self._seen[controller.lane] = seen
        self._running.pop(controller.lane, None)
        if card is not None and card != self._card:
            self._card = card
            self._refused.clear()
        if radiograph is not None:
            self._remember(radiograph)
            if analysing:
                self._running[controller.lane] = radiograph.path
                self._refused.pop(radiograph.path, None)
        self._tell()

    def _leave(self, lane: int) -> None:
        self._seen.pop(lane, None)
        if self._running.pop(lane, None) is not None:
            self._tell()

    def _look_at_neighbours(self) -> None:
        for radiograph in self._services.neighbours.images():
            self._remember(radiograph)
        self._tell()

    def _remember(self, radiograph: Radiograph) -> None:
        self._keys[radiograph.path] = radiograph.key
        self._unreadable.pop(radiograph.path, None)

    def _fail(self, controller: Controller, error: UserError) -> None:
        radiograph = controller.shown.radiograph
        if isinstance(error, ImageReadError) and error.path is not None:
            self._unreadable[error.path] = failed("Cannot be opened", error.message, error.hint)
        elif isinstance(error, ExplainError | EngineError) and radiograph is not None:
            self._refused[radiograph.path] = failed("Not analysed", error.message, error.hint)
        self._tell()

    def _tell(self) -> None:
        statuses = dict.fromkeys(self._running.values(), ANALYSING)
        if self._card is not None:
            for path, key in self._keys.items():
                prediction = self._services.cache.prediction(key, self._card)
                if prediction is not None:
                    statuses[path] = analysed(self._card, prediction)
        self._browser.set_statuses({**statuses, **self._refused, **self._unreadable})
