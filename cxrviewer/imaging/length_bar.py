"""A bar of a round length, for screen and exports."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np

from cxrviewer.imaging.spacing import PIXELS, Spacing
from cxrviewer.imaging.viewport import Viewport

_STEPS = (5.0, 2.0, 1.0)


@dataclass(frozen=True)
class LengthBar:
    """A length in a view.

    Parameters
    ----------
    pixels : float
        View pixels.
    text : str
        What they stand for, with the qualifier of the unit.
    """

    pixels: float
    text: str


def length_bar(viewport: Viewport, spacing: Spacing | None, widest: float) -> LengthBar | None:
    """Return a bar of 1, 2 or 5 times a power of ten, as long as it may be; None where none fits.

    Parameters
    ----------
    viewport : Viewport
        What is seen.
    spacing : Spacing, optional
        Size of a stored pixel; without it the bar is in stored pixels.
    widest : float
        View pixels.
    """
    length = units_across(viewport, spacing)
    greatest = length * widest
    if not 0 < greatest < float("inf"):
        return None
    power = 10.0 ** floor(log10(greatest))
    size = next(step * power for step in _STEPS if step * power <= greatest * (1 + 1e-9))
    return LengthBar(size / length, f"{size:g} {PIXELS if spacing is None else spacing.unit}")


def units_across(viewport: Viewport, spacing: Spacing | None) -> float:
    """Return how many millimetres, or stored pixels, a view pixel is wide."""
    columns, rows = np.abs(viewport.view_to_stored[:2, 0])
    if spacing is None:
        return float(np.hypot(columns, rows))
    return float(np.hypot(columns * spacing.column, rows * spacing.row))
