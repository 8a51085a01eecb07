"""Points held straight while Shift is down: lines at multiples of 45 degrees, regions as wide as high."""

from __future__ import annotations

from math import atan2, copysign, cos, hypot, pi, sin

from cxrviewer.imaging.measure import Point
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.session.marks import Ellipse, Mark, Rectangle

_STEP = pi / 4


def straightened(mark: type[Mark], anchor: Point, point: Point, spacing: Spacing) -> Point:
    """Return the point near `point` at which a mark from `anchor` is straight, as measured and as seen."""
    dx, dy = (point[0] - anchor[0]) * spacing.column, (point[1] - anchor[1]) * spacing.row
    if issubclass(mark, Rectangle | Ellipse):
        side = max(abs(dx), abs(dy))
        dx, dy = copysign(side, dx), copysign(side, dy)
    else:
        length, direction = hypot(dx, dy), round(atan2(dy, dx) / _STEP) * _STEP
        dx, dy = length * cos(direction), length * sin(direction)
    return anchor[0] + dx / spacing.column, anchor[1] + dy / spacing.row
