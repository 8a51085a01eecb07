"""Has the engine load models, explain images and look ahead, one after another in a thread of its own."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from cxrviewer.engine.engine import Engine
from cxrviewer.explain.lungs import find_lungs
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.request import Progress, Request, Result
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.analysis import Analysis, LoadedChoice, analyse, analyse_layers, load_choice
from cxrviewer.session.keys import ExplainKey
from cxrviewer.ui.ahead import Piece
from cxrviewer.ui.worker import Outcome, Task, WorkerThread

PATIENCE = 0.5
"""Seconds after which what was cancelled and does not answer is ended together with its process."""

STEP_PATIENCE = 3.0
"""The same for what goes on in steps: it will answer, be the machine ever so busy, and sooner than another
process would be there."""

_KEPT = 64
"""Answers that the thread keeps for those who asked for the same."""


@dataclass(frozen=True, eq=False)
class Advance:
    """How far the answer to a question has got.

    Parameters
    ----------
    key : ExplainKey
        The question.
    share : float
        0 to 1.
    prediction : Prediction
        The model's output, which is there before the heatmap.
    """

    key: ExplainKey
    share: float
    prediction: Prediction


class _Wish:
    """Whether an answer is still wanted; read by the thread that waits for it."""

    def __init__(self) -> None:
        self._given_up = threading.Event()
        self.steps = False
        """Whether the answer has turned out to come in steps."""

    @property
    def holds(self) -> bool:
        return not self._given_up.is_set()

    def give_up(self) -> None:
        self._given_up.set()


class Analyst(QObject):
    """The window's way to the engine; its methods return at once.

    Each pane asks in a lane of its own; whoever wants what `finished` and `advanced` tell may take it, since
    token and key say what it is. `finished` brings the Outcome of kind "load" (token: the choice), "explain"
    (token: the key), "lungs" (token: the image's key) or "ahead" (token: the piece; value: its analyses,
    fewer where it was given up). What was given up may bring one without value and error. `advanced` tells
    how far a long answer has got.

    Parameters
    ----------
    engine : Engine
        Started, or about to be; closed by `shut_down`.
    ready : Future
        Done when the engine is ready for requests.
    """

    finished = Signal(object)
    advanced = Signal(object)
    ready_changed = Signal()

    def __init__(
        self, engine: Engine, ready: Future[ModelInfo | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._thread = WorkerThread("analysis", self)
        self._thread.finished_task.connect(self._hand_on)
        self._wishes: defaultdict[tuple[int, str], _Wish] = defaultdict(_Wish)
        self._asked: dict[int, tuple[ExplainKey, Radiograph, LoadedChoice]] = {}
        self._preferred = 1
        self._piece: Piece | None = None
        self._found: OrderedDict[ExplainKey, Analysis] = OrderedDict()
        self._await(ready)

    @property
    def ready(self) -> bool:
        """Whether the engine is there, or has failed to come."""
        return self._ready.done()

    @property
    def looking_ahead(self) -> bool:
        """Whether a piece is under way that was not dropped."""
        return self._piece is not None

    def prefer(self, lane: int) -> None:
        """Answer what a lane asks before what the others do."""
        self._preferred = lane
        self._thread.prefer(lane)

    def load(self, choice: str, card: ModelCard | None, lane: int) -> None:
        """Load a model, by another card than its own if one is given."""
        self.drop("ahead")
        self._post("load", choice, lambda _: load_choice(self._engine.run, choice, card), lane)

    def explain(self, key: ExplainKey, radiograph: Radiograph, loaded: LoadedChoice, lane: int) -> None:
        """Answer a question; the one of the same lane that is under way is given up at its next step.

        What is under way for another lane gives way to the preferred one, and is begun again after it.
        """
        if self._piece is None or key not in self._piece.keys:
            self.drop("ahead")
        self._asked[lane] = (key, radiograph, loaded)
        current = self._thread.current
        self._ask(lane)
        if lane == self._preferred and current is not None and current.token != key:
            self._make_way(current)

    def find_lungs(self, radiograph: Radiograph, lane: int) -> None:
        """Find the lungs on an image."""
        run = self._engine.run
        self._post("lungs", radiograph.key, lambda _: find_lungs(run, radiograph), lane)

    def look_ahead(self, piece: Piece, radiograph: Radiograph, loaded: LoadedChoice) -> None:
        """Answer the questions of a piece."""
        self._post("ahead", piece, lambda wish: self._looked_ahead(wish, piece, radiograph, loaded))
        self._piece = piece

    def drop(self, kind: str, lane: int = 0) -> None:
        """Give up what was asked for: at once where it has not begun, else at its next step."""
        self._wishes[lane, kind].give_up()
        self._thread.drop(kind, lane)
        if kind == "explain":
            self._asked.pop(lane, None)
        if kind == "ahead":
            self._piece = None

    def cancel(self, lane: int) -> None:
        """Give up all that a lane asked for, with the engine's process where it does not answer soon."""
        self.drop("ahead")
        for kind in ("load", "explain"):
            self.drop(kind, lane)
        stuck = self._thread.current
        # What is computed in advance ends by itself, and nobody waits for it.
        if stuck is not None and stuck.lane == lane:
            patience = STEP_PATIENCE if self._wishes[lane, stuck.kind].steps else PATIENCE
            QTimer.singleShot(round(patience * 1000), self, lambda: self._end(stuck))

    def shut_down(self) -> None:
        """End engine and thread."""
        self._engine.close()
        self._thread.stop()

    def _await(self, ready: Future[ModelInfo | None]) -> None:
        self._ready = ready
        ready.add_done_callback(lambda _: self.ready_changed.emit())

    def _end(self, stuck: Task) -> None:
        if self._thread.current is stuck:
            self._engine.kill()
            self._await(self._engine.start())
            self.ready_changed.emit()

    def _ask(self, lane: int) -> None:
        key, radiograph, loaded = self._asked[lane]
        self._post("explain", key, lambda wish: self._explained(wish, key, radiograph, loaded), lane)

    def _make_way(self, current: Task) -> None:
        others = current.lane not in (0, self._preferred)
        if others and current.kind == "explain" and current.lane in self._asked:
            self._ask(current.lane)

    def _post(self, kind: str, token: object, run: Callable[[_Wish], object], lane: int = 0) -> None:
        self._wishes[lane, kind].give_up()
        wish = self._wishes[lane, kind] = _Wish()
        self._thread.post(kind, token, lambda: run(wish), lane)

    def _hand_on(self, outcome: Outcome) -> None:
        if outcome.token is self._piece:
            self._piece = None
        self.finished.emit(outcome)

    def _explained(
        self, wish: _Wish, key: ExplainKey, radiograph: Radiograph, loaded: LoadedChoice
    ) -> Analysis:
        # What was computed in advance, or for another pane, while the question waited for it.
        found = self._found.get(key)
        if found is None:
            found = analyse(partial(self._run, wish, key), radiograph, loaded, key)
            self._keep(key, found)
        return found

    def _looked_ahead(
        self, wish: _Wish, piece: Piece, radiograph: Radiograph, loaded: LoadedChoice
    ) -> tuple[Analysis, ...]:
        if piece.layers:
            swept = analyse_layers(self._engine.run, radiograph, loaded, piece.key, piece.layers)
            for key, analysis in zip(piece.keys, swept, strict=True):
                self._keep(key, analysis)
            return swept
        return tuple(self._explained(wish, key, radiograph, loaded) for key in piece.keys if wish.holds)

    def _keep(self, key: ExplainKey, analysis: Analysis) -> None:
        self._found[key] = analysis
        while len(self._found) > _KEPT:
            self._found.popitem(last=False)

    def _run(self, wish: _Wish, key: ExplainKey, request: Request) -> Result:
        def report(progress: Progress) -> bool:
            wish.steps = True
            if wish.holds:
                self.advanced.emit(Advance(key, progress.share, progress.prediction))
            return wish.holds

        return self._engine.run(request, report)
