"""Applies what the user wants: resolves the state to a plan, has its parts fetched, tells what to show."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from cxrviewer.engine.engine import Engine
from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ExplainError, UserError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.target import settle_target
from cxrviewer.imaging.render import Renderer
from cxrviewer.models.card import ModelCard
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.images import ImageStore
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.plan import AtHand, Plan, resolve
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, opened
from cxrviewer.ui.analyst import Advance, Analyst
from cxrviewer.ui.foresight import Foresight
from cxrviewer.ui.waiting import Activity, Waiting
from cxrviewer.ui.worker import Outcome, WorkerThread


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
    waiting_changed = Signal(object)

    def __init__(
        self,
        engine: Engine,
        ready: Future[ModelInfo | None],
        reader: Reader,
        state: ViewState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.reader = reader
        self.renderer: Renderer | None = None
        self._cache = AnalysisCache()
        self._images = ImageStore()
        self._failed_key: ExplainKey | None = None
        self._failed_model: str | None = None
        self._refused: ExplainError | None = None
        self._wanted = Plan()
        self._advance: Advance | None = None
        self._explained_layers: set[tuple[ModelCard, tuple[str, ...]]] = set()
        self._asides = 0
        self._cards: dict[str, ModelCard] = {}
        self.activity = Activity.STARTING
        self.waiting: Waiting | None = None
        self.shown = Shown(state, AtHand())
        self._files = WorkerThread("files", self)
        self._files.finished_task.connect(self._take)
        self._analyst = Analyst(engine, ready, self)
        self._analyst.finished.connect(self._take)
        self._analyst.advanced.connect(self._take_advance)
        self._analyst.ready_changed.connect(self._tell_activity)
        self._foresight = Foresight(self._analyst, self._cache, self)
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
        wanted = resolve(state, self.shown.at_hand).read
        renderer = self._images.find(wanted) if wanted is not None else None
        if renderer is not None:
            self._open(renderer, state)
        else:
            self._apply(state, self.shown.at_hand)

    def cancel(self) -> None:
        """Give up what the engine does; an analysis is asked for anew by the next change of a choice."""
        if self._wanted.explain is None and self._wanted.load is None:
            return
        loading, self._failed_key = self._wanted.load is not None, self._wanted.explain
        self._wanted = replace(self._wanted, explain=None, load=None)
        self._analyst.cancel()
        if loading:
            self._give_up_loading()
        else:
            self._settle_down()

    def look_ahead(self) -> None:
        """Compute at once what the user is about to ask for."""
        self._foresight.hurry()

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
        self.reader.close()
        self._analyst.shut_down()
        self._files.stop()

    def _apply(self, state: ViewState, at_hand: AtHand) -> None:
        loaded = at_hand.loaded
        if at_hand.radiograph is not None and loaded is not None:
            prediction = self._cache.prediction(at_hand.radiograph.digest, loaded.info.card)
            at_hand = replace(at_hand, prediction=prediction)
        plan = resolve(state, at_hand)
        analysis = self._cache.get(plan.explain) if plan.explain is not None else None
        if analysis is not None:
            plan = replace(plan, explain=None)
        elif plan.refused is None and self._keeps_old_map(at_hand):
            analysis = self.shown.analysis
        self._fetch(plan, at_hand)
        self.shown = next_shown(self.shown, state, at_hand, analysis)
        self.changed.emit(self.shown)
        self._settle_down()
        self._tell_refusal(plan.refused)

    def _keeps_old_map(self, at_hand: AtHand) -> bool:
        """Return whether the map on screen still belongs to this image and this model."""
        former = self.shown.at_hand
        return at_hand.radiograph is former.radiograph and at_hand.loaded is former.loaded

    def _tell_refusal(self, refused: ExplainError | None) -> None:
        former, self._refused = self._refused, refused
        if refused is not None and (former is None or former.message != refused.message):
            self.failed.emit(refused)

    def _settle_down(self) -> None:
        """Tell what goes on; with nothing under way, the time is used for what may come."""
        self._tell_activity()
        waits = self._wanted.read or self._wanted.load or self._wanted.explain
        self._foresight.look(None if waits else self.shown)

    def _fetch(self, plan: Plan, at_hand: AtHand) -> None:
        """Post what is newly wanted, drop what is not wanted any more."""
        if plan.load == self._failed_model:
            plan = replace(plan, load=None)
        if plan.explain == self._failed_key:
            plan = replace(plan, explain=None)
        former, self._wanted = self._wanted, plan
        if plan.read is not None and plan.read != former.read:
            path = plan.read
            self._files.post("read", path, lambda: self._images.fetch(self.reader.read, path))
        if plan.load is not None and plan.load != former.load:
            self._analyst.load(plan.load, self._cards.get(plan.load))
        if plan.explain is None:
            self._analyst.drop("explain")
        elif plan.explain != former.explain:
            assert at_hand.radiograph is not None
            assert at_hand.loaded is not None
            self._advance = None
            self._analyst.explain(plan.explain, at_hand.radiograph, at_hand.loaded)

    def _take(self, outcome: Outcome) -> None:
        cancelled = outcome.value is None and outcome.error is None
        if outcome.kind == "ahead":
            self._foresight.take(outcome)
        elif outcome.kind not in self._applied:
            if callable(outcome.token):
                outcome.token(outcome)
        elif not cancelled:
            self._applied[outcome.kind](outcome)

    def _take_read(self, outcome: Outcome) -> None:
        if outcome.token != self._wanted.read:
            return
        if isinstance(outcome.value, Renderer):
            self._open(outcome.value, self.state)
            return
        former = self.shown.radiograph
        self._wanted = replace(self._wanted, read=None)
        self._apply(replace(self.state, path=former.path if former is not None else None), self.shown.at_hand)
        self._fail(outcome.error)

    def _open(self, renderer: Renderer, state: ViewState) -> None:
        """Show an image that is at hand."""
        self.renderer, radiograph = renderer, renderer.radiograph
        self.opened.emit(radiograph)
        at_hand = replace(self.shown.at_hand, radiograph=radiograph, prediction=None)
        self._apply(opened(state, radiograph.path), at_hand)

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

    def _take_advance(self, advance: Advance) -> None:
        """Show how far the answer has got, and the output as soon as it is known."""
        self._cache.put_prediction(advance.key, advance.prediction)
        if self._settled(advance.key) != self._settled(self._wanted.explain):
            return
        self._wanted = replace(self._wanted, explain=self._settled(self._wanted.explain))
        self._advance = advance
        if self.shown.at_hand.prediction is None:
            self._apply(self.state, self.shown.at_hand)
        else:
            self._tell_activity()

    def _take_explain(self, outcome: Outcome) -> None:
        analysis, key = outcome.value, outcome.token
        assert isinstance(key, ExplainKey)
        if isinstance(analysis, Analysis):
            self._cache.put(key, analysis)
            self._explained_layers.add((key.model, key.question.layers))
        if self._settled(key) != self._settled(self._wanted.explain):
            return
        if outcome.error is not None:
            self._failed_key = self._settled(key)
        self._apply(self.state, self.shown.at_hand)
        if outcome.error is not None:
            self._fail(outcome.error)

    def _settled(self, key: ExplainKey | None) -> ExplainKey | None:
        """Return a key with the class that the top one has turned out to be, where that is known."""
        if key is None or not key.asks_for_top:
            return key
        target = settle_target(key.question.target, self._cache.prediction(key.digest, key.model))
        return key.asking(replace(key.question, target=target))

    def _fail(self, error: UserError | None) -> None:
        if error is not None:
            self.failed.emit(error)

    def _tell_activity(self) -> None:
        self.activity = self._current_activity()
        self.activity_changed.emit(self.activity)
        self.waiting = self._current_waiting()
        self.waiting_changed.emit(self.waiting)

    def _current_activity(self) -> Activity:
        if not self._analyst.ready:
            self._explained_layers.clear()
            return Activity.STARTING
        if self._wanted.load is not None:
            return Activity.LOADING
        if self._wanted.explain is not None:
            return Activity.ANALYSING
        return Activity.READY if self.shown.at_hand.loaded is not None else Activity.IDLE

    def _current_waiting(self) -> Waiting | None:
        """Return what the heatmap on screen waits for."""
        key = self._wanted.explain
        if self.shown.radiograph is None or (key is None and self._wanted.load is None):
            return None
        if self.activity is not Activity.ANALYSING or key is None:
            return Waiting(self.activity.value)
        name, layers = method_spec(key.question.method).name, key.question.layers
        if self._advance is not None:
            return Waiting(f"{name} {int(100 * self._advance.share)} %", self._advance.share)
        if layers and (key.model, layers) not in self._explained_layers:
            return Waiting("Preparing the layer…" if len(layers) == 1 else "Preparing the layers…")
        return Waiting(f"{name}…")


def _question(state: ViewState) -> tuple[object, ...]:
    """Return the choices that decide which heatmap is asked for; the others only how it is looked at."""
    return state.path, state.model, state.question
