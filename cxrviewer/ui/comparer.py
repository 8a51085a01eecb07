"""Has the maps of a comparison sheet computed, one after another, and the sheet drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from cxrviewer.errors import UserError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.explain.target import TOP
from cxrviewer.export.comparison_sheet import Sheet, compare_scenes
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.comparison_sheet import Axes, Axis, SheetPlan, check_axes, plan_sheet, sheet_scenes
from cxrviewer.session.state import ViewState

if TYPE_CHECKING:
    from cxrviewer.session.keys import ExplainKey
    from cxrviewer.ui.analyst import Advance
    from cxrviewer.ui.services import Services
    from cxrviewer.ui.worker import Outcome

WRITER = "comparison"
"""Id of the writer of sheets."""


@dataclass(frozen=True, eq=False)
class DrawnSheet:
    """What is compared, its sheet and the picture of it, (H, W, 3) uint8, with the options of its export."""

    scenes: tuple[Scene, ...]
    sheet: Sheet
    options: ExportOptions
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Step:
    """How far a comparison has got: the share that is done, 0 to 1, and what is under way."""

    share: float
    text: str


@dataclass(eq=False)
class _Work:
    radiograph: Radiograph
    look: ViewState
    axes: Axes
    plan: SheetPlan | None = None
    found: list[Analysis] = field(default_factory=list)
    awaited: ExplainKey | str | None = None


class Comparer(QObject):
    """Computes in a lane of its own, so that panes come first; what panes have computed is taken over.

    Parameters
    ----------
    services : Services
        Engine, threads and caches.
    """

    advanced = Signal(object)
    drawn = Signal(object)
    failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._lane = services.new_lane()
        self._work: _Work | None = None
        self._left = False
        self.loaded: dict[str, LoadedChoice] = {}
        services.analyst.finished.connect(self._take)
        services.analyst.advanced.connect(self._take_advance)

    @property
    def busy(self) -> bool:
        """Whether a comparison is under way."""
        return self._work is not None

    def start(self, radiograph: Radiograph, look: ViewState, axes: Axes) -> None:
        """Compare; what was under way is given up.

        Parameters
        ----------
        radiograph : Radiograph
            The image.
        look : ViewState
            What is asked but for the axes, and how it is drawn.
        axes : mapping of Axis to names
            `Axis.MODELS` names at least one.
        """
        self.cancel()
        self._work = _Work(radiograph, _common(look, axes), axes)
        self._go_on()

    def refer(self, drawn: DrawnSheet, reference: int) -> None:
        """Draw a sheet with the differences to another of its maps."""

        def done(outcome: Outcome) -> None:
            if self._left:
                return
            if outcome.error is not None:
                self.failed.emit(outcome.error)
            else:
                self.drawn.emit(outcome.value)

        options = replace(drawn.options, reference=reference)
        self._services.run_aside(lambda: _drawn(drawn.scenes, drawn.sheet, options), done)

    def cancel(self) -> None:
        """Give up what is under way; maps that are there are kept for the next time."""
        if self._work is not None:
            self._work = None
            self._services.analyst.cancel(self._lane)

    def leave(self) -> None:
        """Give up everything, for good."""
        self._left = True
        self.cancel()
        self._services.leave(self._lane)

    def _go_on(self) -> None:
        work = self._work
        if work is None:
            return
        missing = next((name for name in work.axes[Axis.MODELS] if name not in self.loaded), None)
        if missing is not None:
            work.awaited = missing
            self.advanced.emit(Step(0.0, "Loading the model…"))
            self._services.analyst.load(missing, self._services.cards.get(missing), self._lane)
            return
        try:
            if work.plan is None:
                work.plan = plan_sheet(work.radiograph, work.look.question, work.axes, self.loaded)
        except UserError as error:
            self._fail(error)
            return
        self._explain_next(work, work.plan)

    def _explain_next(self, work: _Work, plan: SheetPlan) -> None:
        while len(work.found) < len(plan.entries):
            entry = plan.entries[len(work.found)]
            known = self._services.cache.get(entry.key)
            if known is None:
                work.awaited = entry.key
                self._tell(work, plan, 0.0)
                choice = self.loaded[entry.model]
                self._services.analyst.explain(entry.key, work.radiograph, choice, self._lane)
                return
            work.found.append(known)
        self.advanced.emit(Step(1.0, "Drawing…"))
        self._draw_first(work, plan)

    def _draw_first(self, work: _Work, plan: SheetPlan) -> None:
        loaded = dict(self.loaded)

        def compared() -> DrawnSheet:
            scenes = sheet_scenes(work.radiograph, plan, loaded, work.found, work.look)
            options = ExportOptions(WRITER, columns=plan.columns)
            return _drawn(scenes, compare_scenes(scenes, plan.columns), options)

        def done(outcome: Outcome) -> None:
            if self._work is not work:
                return
            self._work = None
            if outcome.error is not None:
                self.failed.emit(outcome.error)
            else:
                self.drawn.emit(outcome.value)

        self._services.run_aside(compared, done)

    def _take(self, outcome: Outcome) -> None:
        work = self._work
        if work is None or work.awaited is None or outcome.token != work.awaited:
            return
        if outcome.error is not None and outcome.lane == self._lane:
            self._fail(outcome.error)
        elif isinstance(outcome.value, LoadedChoice):
            self.loaded[str(work.awaited)] = outcome.value
            self._go_on()
        elif isinstance(outcome.value, Analysis):
            work.found.append(outcome.value)
            work.awaited = None
            self._go_on()

    def _take_advance(self, advance: Advance) -> None:
        work = self._work
        if work is not None and work.plan is not None and advance.key == work.awaited:
            self._tell(work, work.plan, advance.share)

    def _tell(self, work: _Work, plan: SheetPlan, share: float) -> None:
        count, done = len(plan.entries), len(work.found)
        method = method_spec(plan.entries[done].key.question.method).name
        self.advanced.emit(Step((done + share) / count, f"Map {done + 1} of {count}: {method}"))

    def _fail(self, error: UserError) -> None:
        self._work = None
        self.failed.emit(error)


def _drawn(scenes: tuple[Scene, ...], sheet: Sheet, options: ExportOptions) -> DrawnSheet:
    from cxrviewer.export.sheet_picture import draw_sheet

    return DrawnSheet(scenes, sheet, options, draw_sheet(sheet, options.reference))


def _common(look: ViewState, axes: Axes) -> ViewState:
    """Return what all maps have in common; class and layer of one model mean nothing to another."""
    check_axes(axes)
    if len(axes[Axis.MODELS]) == 1:
        return look
    return replace(look, question=replace(look.question, target=TOP, layers=(AUTO_LAYER,)))
