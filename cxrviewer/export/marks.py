"""The user's marks in an export: how they look in a view, and what is saved of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cxrviewer.imaging.drawing import Drawing
from cxrviewer.imaging.geometry import Affine
from cxrviewer.imaging.spacing import Spacing


@dataclass(frozen=True, eq=False)
class SceneMarks:
    """Marks on the image of a scene.

    Parameters
    ----------
    draw : callable
        Returns a drawing for each mark that is to be seen, in points of a view, from the affine of stored
        points to points of the view, and the view's pixels a screen pixel, for which ticks and arrow heads
        are made.
    content : mapping
        As in a file with marks.
    calibration : Spacing, optional
        The size of a pixel as the user has calibrated it.
    """

    draw: Callable[[Affine, float], tuple[Drawing, ...]]
    content: Mapping[str, object]
    calibration: Spacing | None = None
