"""What the panes of a window share: engine, reader, threads, caches and the user's model cards."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal

from cxrviewer.engine.engine import Engine
from cxrviewer.engine.reader import Reader
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.models.card import ModelCard
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.images import ImageStore
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.shown import Shown
from cxrviewer.ui.analyst import Advance, Analyst
from cxrviewer.ui.foresight import Foresight
from cxrviewer.ui.neighbours import Neighbours
from cxrviewer.ui.worker import Outcome, WorkerThread


class Services(QObject):
    """Owns the threads and what they fill; each pane's controller works in a lane of its own.

    Parameters
    ----------
    engine : Engine
        Started, or about to be; closed by `shut_down`.
    ready : Future
        Done when the engine is ready for requests.
    reader : Reader
        Reads image files; closed by `shut_down`.
    """

    card_changed = Signal(str)
    """Another card holds for the model of this choice."""

    def __init__(
        self, engine: Engine, ready: Future[ModelInfo | None], reader: Reader, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.reader = reader
        self.cache = AnalysisCache()
        self.images = ImageStore()
        self.cards: dict[str, ModelCard] = {}
        self.explained_layers: set[tuple[ModelCard, tuple[str, ...]]] = set()
        self.files = WorkerThread("files", self)
        self.files.finished_task.connect(self._hand_back)
        self._writing = WorkerThread("writing", self)
        self._writing.finished_task.connect(self._hand_back)
        self.analyst = Analyst(engine, ready, self)
        # Before any controller hears of it: they look into the cache.
        self.analyst.finished.connect(self._keep)
        self.analyst.advanced.connect(self._keep_prediction)
        self.neighbours = Neighbours(reader, self.images, self)
        self.foresight = Foresight(self.analyst, self.cache, self.neighbours, self)
        self._lanes = itertools.count(1)
        self._asides = 0
        self._preferred = 1
        self._busy: set[int] = set()
        self._seen: Shown | None = None

    def new_lane(self) -> int:
        """Return the number of one more pane."""
        return next(self._lanes)

    def prefer(self, lane: int, shown: Shown) -> None:
        """Serve a pane, which shows `shown`, before the others."""
        self._preferred = lane
        self.files.prefer(lane)
        self.analyst.prefer(lane)
        self.settle(lane, shown, busy=lane in self._busy)

    def settle(self, lane: int, shown: Shown, *, busy: bool) -> None:
        """Take note of what a pane shows; while none waits, what may come in the preferred one is made."""
        (self._busy.add if busy else self._busy.discard)(lane)
        if lane == self._preferred:
            self._seen = shown
            self.neighbours.look(shown)
        self.foresight.look(None if self._busy else self._seen)

    def give_up_read(self, lane: int) -> None:
        """End the reading of a file that a pane does not wait for any more, where it takes long."""
        current = self.files.current
        if current is not None and (current.kind, current.lane) == ("read", lane):
            self.reader.abandon()

    def leave(self, lane: int) -> None:
        """Give up all that a pane asked for, which is there no more."""
        self.give_up_read(lane)
        self.files.drop("read", lane)
        self.analyst.drop("load", lane)
        self.analyst.drop("explain", lane)
        self._busy.discard(lane)

    def use_card(self, choice: str, card: ModelCard) -> None:
        """Load a model by another card than its own, as long as the program runs."""
        self.cards[choice] = card
        self.card_changed.emit(choice)

    def run_aside(self, task: Callable[[], object], done: Callable[[Outcome], None]) -> None:
        """Do something slow in the thread for files, and call `done` with what came of it."""
        self._asides += 1
        self.files.post(f"aside {self._asides}", done, task)

    def write_aside(self, task: Callable[[], object], done: Callable[[Outcome], None]) -> None:
        """Write results in a thread of their own, as `run_aside`: while it takes seconds, images are read."""
        self._asides += 1
        self._writing.post(f"results {self._asides}", done, task)

    def shut_down(self) -> None:
        """End engine, reader and threads."""
        self.reader.close()
        self.analyst.shut_down()
        self.files.stop()
        self._writing.stop()
        self.neighbours.shut_down()

    def _hand_back(self, outcome: Outcome) -> None:
        if callable(outcome.token):
            outcome.token(outcome)

    def _keep(self, outcome: Outcome) -> None:
        if outcome.kind == "ahead":
            self.foresight.take(outcome)
        elif isinstance(outcome.value, Analysis):
            key = outcome.token
            assert isinstance(key, ExplainKey)
            self.cache.put(key, outcome.value)
            self.explained_layers.add((key.model, key.question.layers))

    def _keep_prediction(self, advance: Advance) -> None:
        self.cache.put_prediction(advance.key, advance.prediction)
