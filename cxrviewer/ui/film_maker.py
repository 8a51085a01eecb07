"""Has the maps of a film computed, one after another, and the film written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from cxrviewer.errors import UserError
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.permit import Permit, Watched
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.film import Over, film_of, film_questions
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.state import ViewState
from cxrviewer.ui.dialogs.film_preview import SIDE

if TYPE_CHECKING:
    from cxrviewer.ui.analyst import Advance
    from cxrviewer.ui.services import Services
    from cxrviewer.ui.worker import Outcome


@dataclass(frozen=True, eq=False)
class FilmOrder:
    """What is filmed: the image and how it is looked at, over what, and where the film goes.

    Without a path its pictures are drawn to be looked at.
    """

    radiograph: Radiograph
    loaded: LoadedChoice
    state: ViewState
    over: Over
    path: Path | None
    options: ExportOptions


@dataclass(eq=False)
class _Work:
    order: FilmOrder
    keys: tuple[ExplainKey, ...]
    found: list[Analysis] = field(default_factory=list)
    permit: Permit = field(default_factory=Permit)


class FilmMaker(QObject):
    """Computes in a lane of its own, so that panes come first; what panes have computed is taken over.

    Parameters
    ----------
    services : Services
        Engine, threads and caches.
    """

    advanced = Signal(object)
    """The share that is done, 0 to 1."""
    drawn = Signal(object)
    """The pictures of a film without a path, as many pixels as there is room for."""
    written = Signal(object)
    """The film's path."""
    failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._lane = services.new_lane()
        self._work: _Work | None = None
        services.analyst.finished.connect(self._take)
        services.analyst.advanced.connect(self._take_advance)

    def start(self, order: FilmOrder) -> None:
        """Make a film; what was under way is given up."""
        self.cancel()
        info = order.loaded.info
        try:
            questions = film_questions(order.state.question, info, order.over)
        except UserError as error:
            self.failed.emit(error)
            return
        keys = tuple(ExplainKey(order.radiograph.key, info.card, question) for question in questions)
        self._work = _Work(order, keys)
        self._go_on(self._work)

    def cancel(self) -> None:
        """Give up what is under way, unless the file is there; computed maps are kept for the next time."""
        if self._work is not None and self._work.permit.withdraw():
            self._work = None
            self._services.analyst.cancel(self._lane)

    def leave(self) -> None:
        """Give up everything, for good."""
        self.cancel()
        self._services.leave(self._lane)

    def _go_on(self, work: _Work) -> None:
        order = work.order
        while len(work.found) < len(work.keys):
            key = work.keys[len(work.found)]
            self._tell(work, 0.0)
            known = self._services.cache.get(key)
            if known is None:
                self._services.analyst.explain(key, order.radiograph, order.loaded, self._lane)
                return
            work.found.append(known)
        self._tell(work, 0.0)
        task = _drawing(work) if order.path is None else _writing(work, order.path)
        self._services.write_aside(task, lambda outcome: self._end(work, outcome))

    def _take(self, outcome: Outcome) -> None:
        work = self._work
        if work is None or outcome.token not in work.keys[len(work.found) : len(work.found) + 1]:
            return
        if outcome.error is not None and outcome.lane == self._lane:
            self._work = None
            self.failed.emit(outcome.error)
        elif isinstance(outcome.value, Analysis):
            work.found.append(outcome.value)
            self._go_on(work)

    def _take_advance(self, advance: Advance) -> None:
        work = self._work
        if work is not None and advance.key in work.keys[len(work.found) : len(work.found) + 1]:
            self._tell(work, advance.share)

    def _tell(self, work: _Work, share: float) -> None:
        # The last step is the writing.
        self.advanced.emit((len(work.found) + share) / (len(work.keys) + 1))

    def _end(self, work: _Work, outcome: Outcome) -> None:
        if self._work is work:
            self._work = None
            if outcome.error is not None:
                self.failed.emit(outcome.error)
            elif work.order.path is None:
                self.drawn.emit(outcome.value)
            else:
                self.written.emit(work.order.path)


def _writing(work: _Work, path: Path) -> Callable[[], object]:
    """Return what writes the film, in a thread."""

    def write() -> None:
        from cxrviewer.export.export import export

        export(_scenes(work), path, replace(work.order.options, writer=""), work.permit)

    return write


def _drawing(work: _Work) -> Callable[[], object]:
    """Return what draws the pictures of the film, small, in a thread."""

    def draw() -> list[NDArray[np.uint8]]:
        from cxrviewer.export.film.frames import film_frames

        frames = film_frames(Watched(_scenes(work), work.permit), work.order.options)
        return [_reduced(frame) for frame in frames]

    return draw


def _scenes(work: _Work) -> tuple[Scene, ...]:
    order = work.order
    return film_of(order.state, order.radiograph, order.loaded, order.over, work.found)


def _reduced(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = frame.shape[:2]
    scale = min(1.0, SIDE / max(rows, columns))
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
