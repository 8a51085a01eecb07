"""What the model sees: its input as a picture, made in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cxrviewer.session.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from cxrviewer.imaging.radiograph import Radiograph
    from cxrviewer.models.card import InputSpec
    from cxrviewer.ui.worker import Outcome


class Sight(QObject):
    """Tells the picture of the model's input for the image on screen.

    Parameters
    ----------
    run_aside : callable
        Runs something slow in another thread, as `Controller.run_aside`.
    """

    seen = Signal(object, object)
    """Picture (H, W) uint8 or None, and its InputSpec."""

    def __init__(
        self,
        run_aside: Callable[[Callable[[], object], Callable[[Outcome], None]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._run_aside = run_aside
        self._seen: tuple[str, InputSpec] | None = None
        self._wanted: tuple[str, InputSpec] | None = None

    def look(self, shown: Shown) -> None:
        """Have the picture made once the image has been analysed: the heatmap must not wait for it."""
        radiograph, loaded = shown.radiograph, shown.at_hand.loaded
        wanted = None
        if radiograph is not None and loaded is not None:
            wanted = (radiograph.key, loaded.info.card.input)
        if wanted != self._seen and self._seen is not None:
            self._seen = None
            self.seen.emit(None, wanted[1] if wanted is not None else None)
        if wanted is None or shown.analysis is None or wanted in (self._seen, self._wanted):
            return
        self._wanted = wanted
        assert radiograph is not None
        spec = wanted[1]
        self._run_aside(lambda: model_sight(radiograph, spec), lambda outcome: self._take(wanted, outcome))

    def _take(self, wanted: tuple[str, InputSpec], outcome: Outcome) -> None:
        if wanted != self._wanted:
            return
        self._wanted = None
        if outcome.value is not None:
            self._seen = wanted
            self.seen.emit(outcome.value, wanted[1])


def model_sight(radiograph: Radiograph, spec: InputSpec) -> NDArray[np.uint8]:
    """Return a model's input for an image as a picture, (H, W) uint8."""
    from cxrviewer.models.preprocess import prepare_input, visible_input

    return visible_input(prepare_input(radiograph, spec).values, spec)
