"""From the way of a drag, or from two ends, to a window."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from math import sqrt

from cxrviewer.imaging.radiograph import VoiFunction, Window

_PIXELS = 512
"""Pixels of a drag across a window as wide as the image's values that double it or close it."""

NARROWEST = 1e-3
"""Least width, as a share of what the image's values spread over."""


class DragDirection(StrEnum):
    """What a drag to the right and a drag upwards do: viewers do not agree on that."""

    ACROSS_WIDER_UP_BRIGHTER = "across-wider-up-brighter"
    ACROSS_WIDER_UP_DARKER = "across-wider-up-darker"
    UP_WIDER_ACROSS_BRIGHTER = "up-wider-across-brighter"
    UP_WIDER_ACROSS_DARKER = "up-wider-across-darker"

    @property
    def words(self) -> str:
        """The direction as a menu says it."""
        return _WORDS[self]


_WORDS = {
    DragDirection.ACROSS_WIDER_UP_BRIGHTER: "Right: wider, up: brighter",
    DragDirection.ACROSS_WIDER_UP_DARKER: "Right: wider, up: darker",
    DragDirection.UP_WIDER_ACROSS_BRIGHTER: "Up: wider, right: brighter",
    DragDirection.UP_WIDER_ACROSS_DARKER: "Up: wider, right: darker",
}


def dragged(
    start: Window,
    way: tuple[float, float],
    spread: float,
    direction: DragDirection = DragDirection.ACROSS_WIDER_UP_BRIGHTER,
    *,
    inverted: bool = False,
) -> Window:
    """Return the window after a drag.

    A pixel changes it by the geometric mean of its own width and the spread of the image's values: a wide
    window moves fast and a narrow one slowly, and one that was closed opens again.

    Parameters
    ----------
    start : Window
        At the start of the drag.
    way : tuple of float
        Pixels to the right and downwards.
    spread : float
        How far the image's modality values reach, as `Histogram.spread`.
    direction : DragDirection
        What the two mean.
    inverted : bool
        Whether low values are white, so that a lower centre darkens.
    """
    across, up = way[0], -way[1]
    if direction in (DragDirection.UP_WIDER_ACROSS_BRIGHTER, DragDirection.UP_WIDER_ACROSS_DARKER):
        widen, brighten = up, across
    else:
        widen, brighten = across, up
    if direction in (DragDirection.ACROSS_WIDER_UP_DARKER, DragDirection.UP_WIDER_ACROSS_DARKER):
        brighten = -brighten
    narrowest = spread * NARROWEST
    step = sqrt(max(start.width, narrowest) * spread) / _PIXELS
    rise = brighten * step if inverted else -brighten * step
    return adjusted(start, start.center + rise, max(start.width + widen * step, narrowest))


def adjusted(window: Window, center: float, width: float) -> Window:
    """Return the user's variant of a window: its function stays, the file's name for it does not.

    LINEAR is not defined under a width of 1 (PS3.3 C.11.2.1.2): LINEAR_EXACT takes its place there.
    """
    narrow = window.function is VoiFunction.LINEAR and width < 1
    function = VoiFunction.LINEAR_EXACT if narrow else window.function
    return replace(window, center=center, width=width, function=function, explanation="")


def ends(window: Window) -> tuple[float, float]:
    """Return the modality values that a window maps to the ends of its range."""
    if window.function is VoiFunction.LINEAR:
        # PS3.3 C.11.2.1.2.1: width 1 is a threshold half a step under the centre.
        half, middle = max(window.width - 1, 0.0) / 2, window.center - 0.5
    else:
        half, middle = window.width / 2, window.center
    return middle - half, middle + half


def between(window: Window, low: float, high: float, narrowest: float) -> Window:
    """Return the user's variant of a window with other ends, at least `narrowest` apart."""
    distance = max(high - low, narrowest)
    if window.function is VoiFunction.LINEAR:
        return adjusted(window, (low + high) / 2 + 0.5, distance + 1)
    return adjusted(window, (low + high) / 2, distance)
