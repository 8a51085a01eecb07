"""What marks look like: lines and words in the pixels of a view, for canvas and exports alike."""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin

from cxrviewer.imaging.drawing import Box, Drawing, Oval, Path, bounds
from cxrviewer.imaging.geometry import Affine, apply_affine
from cxrviewer.imaging.measure import Line, Point, foot
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.session.marks import Angle, Arrow, CardiothoracicRatio, Ellipse, Length, Mark, Rectangle, Text

_TICK = 5.0
"""Half the length of the ticks at the ends of a measured line, in units."""
_ARC = 26.0
"""Radius of an angle's arc, in units; less where an arm is shorter."""
_HEAD = 13.0
"""Length of an arrow's head, in units."""
_ARC_STEPS = 24


def draw_mark(
    mark: Mark, to_view: Affine, lines: tuple[str, ...], spacing: Spacing, unit: float = 1.0
) -> Drawing:
    """Return what a mark looks like in a view.

    Parameters
    ----------
    mark : Mark
        Also one that is not whole yet, with at least one point.
    to_view : (3, 3) float64 array
        Stored points to points of the view, along its sides.
    lines : tuple of str
        The words beside it.
    spacing : Spacing
        Of the image: gives right angles in the patient.
    unit : float
        Pixels of the view for which ticks and heads are made; 1 for the screen, more for large pictures.
    """
    points = tuple(apply_affine(to_view, x, y) for x, y in mark.points)
    handles = tuple(apply_affine(to_view, x, y) for x, y in mark.handles)
    if isinstance(mark, CardiothoracicRatio):
        shapes, beside = _cardiothoracic(mark, to_view, spacing, unit)
        return Drawing(shapes, handles, lines, beside)
    if isinstance(mark, Text):
        return Drawing((), handles, lines, bounds(points), pinned=True)
    if isinstance(mark, Rectangle | Ellipse) and mark.is_whole:
        box = bounds(points)
        return Drawing((_outline(box, isinstance(mark, Ellipse)),), handles, lines, box)
    draw = _LINES.get(type(mark), _plain)
    shapes, near = draw(points, unit)
    return Drawing(shapes, handles, lines, bounds(near))


_Drawn = tuple[tuple[Path | Oval, ...], tuple[Point, ...]]


def _plain(points: tuple[Point, ...], unit: float) -> _Drawn:
    del unit
    return (Path(points),), points[-1:]


def _length(points: tuple[Point, ...], unit: float) -> _Drawn:
    if len(points) < 2:
        return _plain(points, unit)
    line = points[0], points[1]
    return (Path(points), *_ticks(line, unit)), (max(points),)


def _arrow(points: tuple[Point, ...], unit: float) -> _Drawn:
    if len(points) < 2:
        return _plain(points, unit)
    (x, y), (tail_x, tail_y) = points
    length = hypot(tail_x - x, tail_y - y)
    if not length:
        return _plain(points, unit)
    head = min(_HEAD * unit, length)
    ux, uy = (tail_x - x) / length, (tail_y - y) / length
    base_x, base_y, half = x + head * ux, y + head * uy, head * 0.38
    sides = (base_x - half * uy, base_y + half * ux), (base_x + half * uy, base_y - half * ux)
    shaft = Path(((base_x, base_y), (tail_x, tail_y)))
    return (shaft, Path(((x, y), *sides), closed=True, filled=True)), points[1:]


def _angle(points: tuple[Point, ...], unit: float) -> _Drawn:
    if len(points) < 3:
        return _plain(points, unit)
    first, vertex, second = points
    ways = [(x - vertex[0], y - vertex[1]) for x, y in (first, second)]
    radius = min(_ARC * unit, *(0.6 * hypot(*way) for way in ways))
    begin, end = (atan2(y, x) for x, y in ways)
    turn = (end - begin + pi) % (2 * pi) - pi
    steps = [begin + turn * step / _ARC_STEPS for step in range(_ARC_STEPS + 1)]
    arc = tuple((vertex[0] + radius * cos(t), vertex[1] + radius * sin(t)) for t in steps)
    return (Path(points), Path(arc)), (vertex, arc[_ARC_STEPS // 2])


_LINES: dict[type[Mark], Callable[[tuple[Point, ...], float], _Drawn]] = {
    Length: _length,
    Arrow: _arrow,
    Angle: _angle,
}


def _outline(box: Box, elliptic: bool) -> Path | Oval:
    if elliptic:
        half_width, half_height = (box.right - box.left) / 2, (box.bottom - box.top) / 2
        return Oval((box.left + half_width, box.top + half_height), half_width, half_height)
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return Path(corners, closed=True)


def _cardiothoracic(
    mark: CardiothoracicRatio, to_view: Affine, spacing: Spacing, unit: float
) -> tuple[tuple[Path | Oval, ...], Box]:
    """Return the midline, what is there of the widths, and where the words belong."""

    def seen(point: Point) -> Point:
        return apply_affine(to_view, *point)

    points = mark.points
    if len(points) < 2:
        place = seen(points[0])
        return (), bounds((place,))
    shapes = [Path((seen(points[0]), seen(points[1])), dashed=True)]
    widths: list[Line] = [(seen(foot(mark.midline, point, spacing)), seen(point)) for point in points[2:4]]
    if mark.is_whole:
        widths.append((seen(points[4]), seen(points[5])))
    for line in widths:
        shapes += [Path(line), *_ticks(line, unit)]
    last = widths[-1] if mark.is_whole else (seen(points[-1]),)
    return tuple(shapes), bounds(tuple(last))


def _ticks(line: Line, unit: float) -> tuple[Path, ...]:
    (x0, y0), (x1, y1) = line
    length = hypot(x1 - x0, y1 - y0)
    if not length:
        return ()
    dx, dy = -(y1 - y0) / length * _TICK * unit, (x1 - x0) / length * _TICK * unit
    return tuple(Path(((x - dx, y - dy), (x + dx, y + dy))) for x, y in line)
