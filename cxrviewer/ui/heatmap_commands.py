"""What the actions of the heatmap do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import LOGIT, STRETCHED, Scale
from cxrviewer.explain.model_info import AUTO_LAYER, ModelInfo, sweep_layers
from cxrviewer.explain.target import Target, of_label, settle_target
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.models.card import ModelCard
from cxrviewer.models.reading import group_indices
from cxrviewer.session.state import asking, styled

if TYPE_CHECKING:
    from cxrviewer.ui.controller import Controller
    from cxrviewer.ui.main_window import MainWindow


class HeatmapCommands:
    """Steps through layers, classes and ways of drawing in the active pane.

    Parameters
    ----------
    window : MainWindow
        Its controller, that of the active pane, holds the state.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    @property
    def _controller(self) -> Controller:
        return self._window.controller

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {
            "heatmap": lambda checked: self.style(visible=checked),
            "analyse": self.analyse_again,
            "cancel": self._window.cancel,
            "layer_earlier": lambda: self.step_layer(-1),
            "layer_later": lambda: self.step_layer(1),
            "class_previous": lambda: self.step_class(-1),
            "class_next": lambda: self.step_class(1),
            "signed": lambda checked: self.style(signed=checked),
            "view": self.change_view,
            "lock_scale": self.lock_scale,
        }

    def analyse_again(self) -> None:
        """Ask again for what failed or was given up."""
        self._controller.retry()

    def choose(self, **changes: object) -> None:
        """Go over to other choices, by the names of `ViewState`."""
        self._controller.update(replace(self._controller.state, **changes))  # type: ignore[arg-type]

    def style(self, **changes: str | float | bool) -> None:
        """Draw the heatmap in another style, by the names of `OverlayStyle`."""
        self._controller.update(styled(self._controller.state, **changes))

    def ask(self, **changes: object) -> None:
        """Ask another question, by the names of `Question`."""
        self._controller.update(asking(self._controller.state, **changes))

    def step_layer(self, step: int) -> None:
        """Explain the next stop of the layer slider, earlier or later; stays at the ends."""
        info = self._info()
        if (
            info is not None
            and info.layers
            and method_spec(self._controller.state.question.method).uses_layer
        ):
            self.ask(layers=(stop_after(info, self._controller.state.question.layers[-1], step),))

    def step_class(self, step: int) -> None:
        """Explain the next class or group of classes; goes round."""
        info = self._info()
        if info is None:
            return
        prediction = self._controller.shown.at_hand.prediction
        targets = findings(info.card)
        target = settle_target(self._controller.state.question.target, prediction)
        place = targets.index(target) if target in targets else -min(step, 0)
        self.ask(target=targets[(place + step) % len(targets)])

    def change_view(self) -> None:
        """Go on from smooth to cells to contours."""
        views = list(HeatmapView)
        self.style(view=views[(views.index(self._controller.state.style.view) + 1) % len(views)])

    def lock_scale(self, locked: bool) -> None:
        """Lock the scale as it is on screen, or stretch each map to its own maximum."""
        display = self._controller.shown.display
        scale = STRETCHED
        if locked and display is not None and display.unit == LOGIT and display.maximum > 0:
            scale = Scale(float(f"{display.maximum:.2g}"))
        self.choose(scale=scale)

    def _info(self) -> ModelInfo | None:
        loaded = self._controller.shown.at_hand.loaded
        return loaded.info if loaded is not None else None


def stop_after(info: ModelInfo, layer: str, step: int) -> str:
    """Return the stop of the layer slider that follows a layer (`step` 1) or precedes it (-1).

    The first or the last one where there is none.
    """
    order = [known.path for known in info.layers]
    here = order.index(info.auto_layer if layer == AUTO_LAYER else layer)
    stops = sweep_layers(info)
    if step > 0:
        return next((path for path in stops if order.index(path) > here), stops[-1])
    return next((path for path in reversed(stops) if order.index(path) < here), stops[0])


def findings(card: ModelCard) -> list[Target]:
    """Return the classes of a model, then its groups, in the order in which its output is listed."""
    groups = [Target(tuple(group_indices(card, group))) for group in card.label_groups]
    return [*(of_label(index) for index in range(len(card.labels))), *groups]
