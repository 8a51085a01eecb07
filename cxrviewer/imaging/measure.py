"""Lengths, angles and ratios between stored points, in the units of the pixel spacing.

Points are (x, y) = (column, row) as in `geometry`. All that is measured goes through the spacing, so that
pixels that are not square measure alike in every direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot, nan

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.spacing import PIXELS, Spacing

Point = tuple[float, float]
"""A stored point (x, y)."""

Line = tuple[Point, Point]

CALIBRATED_BY_USER = "mm (calibrated by user)"


def spacing_in_force(radiograph: Radiograph, calibration: Spacing | None = None) -> Spacing:
    """Return what a step between pixels measures: calibrated by the user, as the file says, or in pixels.

    Without any spacing the unit is "px", the width of a pixel; a pixel's height is then its aspect.
    """
    return calibration or radiograph.spacing or Spacing(radiograph.aspect, 1.0, PIXELS)


def to_physical(point: Point, spacing: Spacing) -> Point:
    """Return a stored point in the unit of the spacing."""
    return point[0] * spacing.column, point[1] * spacing.row


def distance(one: Point, other: Point, spacing: Spacing) -> float:
    """Return the length of the line between two points, in the unit of the spacing."""
    return hypot((other[0] - one[0]) * spacing.column, (other[1] - one[1]) * spacing.row)


def angle(first: Point, vertex: Point, second: Point, spacing: Spacing) -> float:
    """Return the angle at `vertex` between the arms to two points, 0 to 180 degrees; NaN without an arm."""
    ax, ay = to_physical((first[0] - vertex[0], first[1] - vertex[1]), spacing)
    bx, by = to_physical((second[0] - vertex[0], second[1] - vertex[1]), spacing)
    if not hypot(ax, ay) or not hypot(bx, by):
        return nan
    return degrees(abs(atan2(ax * by - ay * bx, ax * bx + ay * by)))


def across(midline: Line, point: Point, spacing: Spacing) -> float:
    """Return how far a point is beside a line, signed by its side, in the unit of the spacing."""
    (x0, y0), (x1, y1) = (to_physical(end, spacing) for end in midline)
    length = hypot(x1 - x0, y1 - y0)
    if not length:
        return nan
    x, y = to_physical(point, spacing)
    return ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length


def foot(midline: Line, point: Point, spacing: Spacing) -> Point:
    """Return the stored point of a line, or of what continues it, that is nearest to a point as measured."""
    (x0, y0), (x1, y1) = (to_physical(end, spacing) for end in midline)
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    if not square:
        return midline[0]
    x, y = to_physical(point, spacing)
    share = ((x - x0) * dx + (y - y0) * dy) / square
    (px, py), (qx, qy) = midline
    return px + share * (qx - px), py + share * (qy - py)


@dataclass(frozen=True)
class CardiothoracicWidths:
    """Widths of heart and thorax at right angles to the midline, in the unit of the spacing.

    Parameters
    ----------
    first, second : float
        From the midline to the heart's border on either side (MRD and MLD).
    thorax : float
        Greatest internal diameter of the thorax (ID).
    heart : float
        MRD + MLD; their difference where the whole heart lies on one side.
    """

    first: float
    second: float
    heart: float
    thorax: float

    @property
    def ratio(self) -> float:
        """The cardiothoracic ratio (MRD + MLD) / ID; NaN for no thorax."""
        return self.heart / self.thorax if self.thorax else nan


def cardiothoracic_widths(midline: Line, heart: Line, thorax: Line, spacing: Spacing) -> CardiothoracicWidths:
    """Return the widths that the cardiothoracic ratio is made of (Danzer 1919).

    Parameters
    ----------
    midline : two points
        Along the spinous processes.
    heart : two points
        The outermost points of the heart's border on either side of the midline.
    thorax : two points
        Inner borders of the ribs where the thorax is widest.
    spacing : Spacing
        Of the image.
    """
    first, second = (across(midline, point, spacing) for point in heart)
    left, right = (across(midline, point, spacing) for point in thorax)
    return CardiothoracicWidths(abs(first), abs(second), abs(first - second), abs(left - right))


def calibrated(line: Line, millimetres: float, spacing: Spacing) -> Spacing:
    """Return the spacing by which a line is so many millimetres long; the pixels keep their proportions.

    Parameters
    ----------
    line : two points
        Over something of known length.
    millimetres : float
        Above 0.
    spacing : Spacing
        In force until now.

    Raises
    ------
    ValueError
        The line has no length, or is to have none.
    """
    length = distance(*line, spacing)
    if not length or not millimetres > 0:
        raise ValueError("A line of no length calibrates nothing.")
    factor = millimetres / length
    return Spacing(spacing.row * factor, spacing.column * factor, CALIBRATED_BY_USER)
