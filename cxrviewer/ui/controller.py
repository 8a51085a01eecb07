"""Applies what the user wants of a pane: resolves its state to a plan, has its parts fetched, tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ExplainError, UserError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.target import settle_target
from cxrviewer.imaging.render import Renderer
from cxrviewer.models.card import ModelCard
from cxrviewer.session.analysis import LoadedChoice
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.plan import AtHand, Plan, resolve
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, showing
from cxrviewer.ui.analyst import Advance
from cxrviewer.ui.services import Services
from cxrviewer.ui.waiting import Activity, Waiting
from cxrviewer.ui.worker import Outcome


class Controller(QObject):
    """Owns the state of one pane; the only one that changes it.

    Parameters
    ----------
    services : Services
        What the panes share.
    state : ViewState
        To begin with.
    """

    changed = Signal(object)
    chosen = Signal(object, object)
    """The state before, and the one that the user has gone over to."""
    failed = Signal(object)
    opened = Signal(object)
    activity_changed = Signal(object)
    waiting_changed = Signal(object)

    def __init__(self, services: Services, state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.lane = services.new_lane()
        self.renderer: Renderer | None = None
        self._cache = services.cache
        self._analyst = services.analyst
        self._failed_key: ExplainKey | None = None
        self._failed_model: str | None = None
        self._refused: ExplainError | None = None
        self._wanted = Plan()
        self._advance: Advance | None = None
        self.activity = Activity.STARTING
        self.waiting: Waiting | None = None
        self.shown = Shown(state, AtHand())
        services.files.finished_task.connect(self._take)
        services.card_changed.connect(self._take_card)
        self._analyst.finished.connect(self._take)
        self._analyst.advanced.connect(self._take_advance)
        self._analyst.ready_changed.connect(self._tell_activity)

    @property
    def reader(self) -> Reader:
        """Reads image files."""
        return self.services.reader

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
        former, plan = self.state, resolve(state, self.shown.at_hand)
        renderer = self.services.images.find(plan.read, plan.frame) if plan.read is not None else None
        if renderer is not None:
            self._open(renderer, state)
        else:
            self._apply(state, self.shown.at_hand)
        self.chosen.emit(former, state)

    def cancel(self) -> None:
        """Give up what the engine does; an analysis is asked for anew by the next change of a choice."""
        if self._wanted.explain is None and self._wanted.load is None:
            return
        loading, self._failed_key = self._wanted.load is not None, self._wanted.explain
        self._wanted = replace(self._wanted, explain=None, load=None)
        self._analyst.cancel(self.lane)
        if loading:
            self._give_up_loading()
        else:
            self._settle_down()

    def look_ahead(self) -> None:
        """Compute at once what the user is about to ask for."""
        self.services.foresight.hurry()

    def retry(self) -> None:
        """Ask again for what failed or was given up."""
        self._failed_key, self._failed_model = None, None
        self._apply(self.state, self.shown.at_hand)

    def use_card(self, card: ModelCard) -> None:
        """Load the chosen model again with another card, which holds as long as the program runs."""
        self.services.use_card(self.state.model, card)

    def run_aside(self, task: Callable[[], object], done: Callable[[Outcome], None]) -> None:
        """Do something slow in another thread, as `Services.run_aside`."""
        self.services.run_aside(task, done)

    def show_beside(self, other: Controller, state: ViewState) -> None:
        """Show the image of another pane in a state of one's own."""
        self._failed_key, self._failed_model = other._failed_key, other._failed_model
        renderer = other.renderer.twin() if other.renderer is not None else None
        self._take_image(renderer, state, other.shown.at_hand)

    def open_beside(self, other: Controller) -> None:
        """Open the image that another pane has opened."""
        if other.renderer is not None:
            self._open(other.renderer.twin(), self.state)

    def leave(self) -> None:
        """Give up what is under way, for a pane that is closed."""
        self._wanted = Plan()
        self.services.leave(self.lane)

    def shut_down(self) -> None:
        """End engine and threads, as `Services.shut_down`."""
        self.services.shut_down()

    def _apply(self, state: ViewState, at_hand: AtHand) -> None:
        loaded = at_hand.loaded
        if at_hand.radiograph is not None and loaded is not None:
            prediction = self._cache.prediction(at_hand.radiograph.key, loaded.info.card)
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
        self.services.settle(self.lane, self.shown, busy=waits is not None)

    def _fetch(self, plan: Plan, at_hand: AtHand) -> None:
        """Post what is newly wanted, drop what is not wanted any more."""
        if plan.load == self._failed_model:
            plan = replace(plan, load=None)
        if plan.explain == self._failed_key:
            plan = replace(plan, explain=None)
        former, self._wanted = self._wanted, plan
        if plan.read is not None and (plan.read, plan.frame) != (former.read, former.frame):
            path, frame = plan.read, plan.frame
            images, read = self.services.images, self.services.reader.read
            token = path, frame
            self.services.give_up_read(self.lane)
            self.services.files.post("read", token, lambda: images.fetch(read, path, frame), self.lane)
        if plan.load is not None and plan.load != former.load:
            self._analyst.load(plan.load, self.services.cards.get(plan.load), self.lane)
        if plan.explain is None:
            self._analyst.drop("explain", self.lane)
        elif plan.explain != former.explain:
            assert at_hand.radiograph is not None
            assert at_hand.loaded is not None
            self._advance = None
            self._analyst.explain(plan.explain, at_hand.radiograph, at_hand.loaded, self.lane)

    def _take(self, outcome: Outcome) -> None:
        """Take what came of a task: of a file that this pane asked for, of the engine whoever asked."""
        if outcome.value is None and outcome.error is None:
            return
        if outcome.kind == "read" and outcome.lane == self.lane:
            self._take_read(outcome)
        elif outcome.kind == "load":
            self._take_load(outcome)
        elif outcome.kind == "explain":
            self._take_explain(outcome)

    def _take_read(self, outcome: Outcome) -> None:
        if outcome.token != (self._wanted.read, self._wanted.frame):
            return
        if isinstance(outcome.value, Renderer):
            self._open(outcome.value, self.state)
            return
        former = self.shown.radiograph
        self._wanted = replace(self._wanted, read=None)
        path, frame = (former.path, former.frame) if former is not None else (None, 0)
        self._apply(replace(self.state, path=path, frame=frame), self.shown.at_hand)
        self._fail(outcome.error)

    def _open(self, renderer: Renderer, state: ViewState) -> None:
        """Show an image that is at hand."""
        state = showing(state, renderer.radiograph, self.shown.radiograph, self.shown.voi)
        self._take_image(renderer, state, self.shown.at_hand)

    def _take_image(self, renderer: Renderer | None, state: ViewState, at_hand: AtHand) -> None:
        self.renderer = renderer
        radiograph = renderer.radiograph if renderer is not None else None
        if radiograph is not None:
            self.opened.emit(radiograph)
        self._apply(state, replace(at_hand, radiograph=radiograph, prediction=None))

    def _take_card(self, choice: str) -> None:
        if choice == self.state.model:
            self._failed_model = None
            self._apply(self.state, replace(self.shown.at_hand, loaded=None, prediction=None))

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
        if self._settled(advance.key) != self._settled(self._wanted.explain):
            return
        self._wanted = replace(self._wanted, explain=self._settled(self._wanted.explain))
        self._advance = advance
        if self.shown.at_hand.prediction is None:
            self._apply(self.state, self.shown.at_hand)
        else:
            self._tell_activity()

    def _take_explain(self, outcome: Outcome) -> None:
        key = outcome.token
        assert isinstance(key, ExplainKey)
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
            self.services.explained_layers.clear()
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
        if layers and (key.model, layers) not in self.services.explained_layers:
            return Waiting("Preparing the layer…" if len(layers) == 1 else "Preparing the layers…")
        return Waiting(f"{name}…")


def _question(state: ViewState) -> tuple[object, ...]:
    """Return the choices that decide which heatmap is asked for; the others only how it is looked at."""
    return state.path, state.frame, state.model, state.question
