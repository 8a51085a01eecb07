"""Applies what the user wants: resolves the state to a plan, has its parts fetched, tells what to show."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cxrviewer.engine.engine import Engine
from cxrviewer.engine.reader import Reader
from cxrviewer.errors import UserError
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.imaging.render import Renderer
from cxrviewer.models.card import ModelCard
from cxrviewer.session.analysis import Analysis, LoadedChoice, analyse, load_choice
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.plan import AtHand, Plan, resolve
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, opened
from cxrviewer.ui.worker import Outcome, WorkerThread


class Activity(Enum):
    """What goes on, in the words of the status line."""

    STARTING = "Starting the analysis engine…"
    LOADING = "Loading the model…"
    ANALYSING = "Analysing…"
    READY = "Ready"
    IDLE = "No model"


class Controller(QObject):
    """Owns the state and the threads; the only one that changes them.

    Parameters
    ----------
    engine : Engine
        Started, or about to be; closed by `shut_down`.
    ready : Future
        Done when the engine is ready for requests.
    reader : Reader
        Reads image files; closed by `shut_down`.
    state : ViewState
        To begin with.
    """

    changed = Signal(object)
    failed = Signal(object)
    opened = Signal(object)
    activity_changed = Signal(object)
    _engine_ready = Signal()

    def __init__(
        self,
        engine: Engine,
        ready: Future[ModelInfo | None],
        reader: Reader,
        state: ViewState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self.reader = reader
        self.renderer: Renderer | None = None
        self._cache = AnalysisCache()
        self._failed_key: ExplainKey | None = None
        self._failed_model: str | None = None
        self._wanted = Plan()
        self._asides = 0
        self._cards: dict[str, ModelCard] = {}
        self.activity = Activity.STARTING
        self.shown = Shown(state, AtHand())
        self._files = WorkerThread("files", self)
        self._analyst = WorkerThread("analysis", self)
        for worker in (self._files, self._analyst):
            worker.finished_task.connect(self._take)
        self._engine_ready.connect(self._tell_activity)
        self._await_engine(ready)
        self._applied: dict[str, Callable[[Outcome], None]] = {
            "read": self._take_read,
            "load": self._take_load,
            "explain": self._take_explain,
        }

    @property
    def state(self) -> ViewState:
        """What the user has chosen."""
        return self.shown.state

    def update(self, state: ViewState) -> None:
        """Go over to another state."""
        if state.model != self.state.model:
            self._failed_model = None
        if _question(state) != _question(self.state):
            self._failed_key = None
        self._apply(state, self.shown.at_hand)

    def cancel(self) -> None:
        """Give up what the engine does; an analysis is asked for anew by the next change of a choice."""
        if self._wanted.explain is None and self._wanted.load is None:
            return
        loading, self._failed_key = self._wanted.load is not None, self._wanted.explain
        self._wanted = replace(self._wanted, explain=None, load=None)
        self._analyst.drop("load")
        self._analyst.drop("explain")
        self._engine.kill()
        self._await_engine(self._engine.start())
        if loading:
            self._give_up_loading()

    def retry(self) -> None:
        """Ask again for what failed or was given up."""
        self._failed_key, self._failed_model = None, None
        self._apply(self.state, self.shown.at_hand)

    def use_card(self, card: ModelCard) -> None:
        """Load the chosen model again with another card, which holds as long as the program runs."""
        self._cards[self.state.model] = card
        self._failed_model = None
        self._apply(self.state, replace(self.shown.at_hand, loaded=None, prediction=None))

    def run_aside(self, task: Callable[[], object], done: Callable[[Outcome], None]) -> None:
        """Do something slow in the thread for files, an export say, and call `done` with what came of it."""
        self._asides += 1
        self._files.post(f"aside {self._asides}", done, task)

    def shut_down(self) -> None:
        """End engine and threads."""
        self._engine.close()
        self.reader.close()
        self._analyst.stop()
        self._files.stop()

    def _await_engine(self, ready: Future[ModelInfo | None]) -> None:
        self._ready = ready
        ready.add_done_callback(lambda _: self._engine_ready.emit())
        self._tell_activity()

    def _apply(self, state: ViewState, at_hand: AtHand) -> None:
        loaded = at_hand.loaded
        if at_hand.radiograph is not None and loaded is not None:
            prediction = self._cache.prediction(at_hand.radiograph.digest, loaded.info.card)
            at_hand = replace(at_hand, prediction=prediction)
        plan = resolve(state, at_hand)
        analysis = self._cache.get(plan.explain) if plan.explain is not None else None
        if analysis is not None:
            plan = replace(plan, explain=None)
        elif self._keeps_old_map(at_hand):
            analysis = self.shown.analysis
        self._fetch(plan, at_hand)
        self.shown = next_shown(self.shown, state, at_hand, analysis)
        self.changed.emit(self.shown)
        self._tell_activity()

    def _keeps_old_map(self, at_hand: AtHand) -> bool:
        """Return whether the map on screen still belongs to this image and this model."""
        former = self.shown.at_hand
        return at_hand.radiograph is former.radiograph and at_hand.loaded is former.loaded

    def _fetch(self, plan: Plan, at_hand: AtHand) -> None:
        """Post what is newly wanted, drop what is not wanted any more."""
        if plan.load == self._failed_model:
            plan = replace(plan, load=None)
        if plan.explain == self._failed_key:
            plan = replace(plan, explain=None)
        former, self._wanted = self._wanted, plan
        if plan.read is not None and plan.read != former.read:
            path = plan.read
            self._files.post("read", path, lambda: self._read(path))
        if plan.load is not None and plan.load != former.load:
            choice, card = plan.load, self._cards.get(plan.load)
            self._analyst.post("load", choice, lambda: load_choice(self._engine.run, choice, card))
        if plan.explain is None:
            self._analyst.drop("explain")
        elif plan.explain != former.explain:
            key, radiograph, loaded = plan.explain, at_hand.radiograph, at_hand.loaded
            assert radiograph is not None
            assert loaded is not None
            self._analyst.post("explain", key, lambda: analyse(self._engine.run, radiograph, loaded, key))

    def _read(self, path: Path) -> Renderer:
        """Read a file and prepare its rendering, in the thread for files."""
        renderer = Renderer(self.reader.read(path))
        renderer.prepare()
        return renderer

    def _take(self, outcome: Outcome) -> None:
        cancelled = outcome.value is None and outcome.error is None
        if outcome.kind not in self._applied:
            if callable(outcome.token):
                outcome.token(outcome)
        elif not cancelled:
            self._applied[outcome.kind](outcome)

    def _take_read(self, outcome: Outcome) -> None:
        if outcome.token != self._wanted.read:
            return
        if isinstance(outcome.value, Renderer):
            self.renderer = outcome.value
            radiograph = self.renderer.radiograph
            self.opened.emit(radiograph)
            at_hand = replace(self.shown.at_hand, radiograph=radiograph, prediction=None)
            self._apply(opened(self.state, radiograph.path), at_hand)
            return
        former = self.shown.radiograph
        self._wanted = replace(self._wanted, read=None)
        self._apply(replace(self.state, path=former.path if former is not None else None), self.shown.at_hand)
        self._fail(outcome.error)

    def _take_load(self, outcome: Outcome) -> None:
        if outcome.token != self._wanted.load:
            return
        loaded = outcome.value
        if isinstance(loaded, LoadedChoice):
            at_hand = replace(self.shown.at_hand, model=self.state.model, loaded=loaded, prediction=None)
            self._apply(self.state, at_hand)
            return
        self._give_up_loading()
        self._fail(outcome.error)

    def _give_up_loading(self) -> None:
        """Return to the model that is loaded, if there is one; the other is not asked for again by itself."""
        former = self.shown.at_hand
        self._failed_model = self.state.model
        self._apply(replace(self.state, model=former.model) if former.loaded else self.state, former)

    def _take_explain(self, outcome: Outcome) -> None:
        analysis, key = outcome.value, outcome.token
        if isinstance(analysis, Analysis) and isinstance(key, ExplainKey):
            self._cache.put(key, analysis)
        if key != self._wanted.explain:
            return
        if outcome.error is not None:
            self._failed_key = self._wanted.explain
        self._apply(self.state, self.shown.at_hand)
        if outcome.error is not None:
            self._fail(outcome.error)

    def _fail(self, error: UserError | None) -> None:
        if error is not None:
            self.failed.emit(error)

    def _tell_activity(self) -> None:
        self.activity = self._current_activity()
        self.activity_changed.emit(self.activity)

    def _current_activity(self) -> Activity:
        if not self._ready.done():
            return Activity.STARTING
        if self._wanted.load is not None:
            return Activity.LOADING
        if self._wanted.explain is not None:
            return Activity.ANALYSING
        return Activity.READY if self.shown.at_hand.loaded is not None else Activity.IDLE


def _question(state: ViewState) -> tuple[object, ...]:
    """Return the choices that decide which heatmap is asked for; the others only how it is looked at."""
    return state.path, state.model, state.question
