"""Lines, ovals and words over a picture, in its own pixels, whoever paints them: canvas or export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, inf, pi, sin

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.measure import Line, Point

_SEGMENT = 8.0
"""Length of the straight lines that stand for an oval, in pixels: at most a fifth of a pixel off it."""
_FEWEST, _MOST = 24, 360


@dataclass(frozen=True)
class Path:
    """A line through points; closed, dashed, or filled as an arrow's head is."""

    points: tuple[Point, ...]
    closed: bool = False
    dashed: bool = False
    filled: bool = False

    def segments(self) -> Iterator[Line]:
        """Return the straight pieces of it."""
        yield from pairwise((*self.points, self.points[0]) if self.closed else self.points)

    def distance(self, point: Point) -> float:
        """Return how far a point is from the line."""
        return min((_distance(segment, point) for segment in self.segments()), default=inf)


@dataclass(frozen=True)
class Oval:
    """An ellipse along the picture's sides."""

    center: Point
    half_width: float
    half_height: float

    def segments(self) -> Iterator[Line]:
        """Return straight pieces that look like it."""
        around = 2 * pi * max(self.half_width, self.half_height)
        yield from self.pieces(min(max(int(around / _SEGMENT), _FEWEST), _MOST))

    def pieces(self, count: int) -> Iterator[Line]:
        """Return so many straight pieces."""
        x, y = self.center
        steps = (2 * pi * step / count for step in range(count + 1))
        yield from pairwise((x + self.half_width * cos(t), y + self.half_height * sin(t)) for t in steps)

    def distance(self, point: Point) -> float:
        """Return about how far a point is from the line; the nearer, the more exactly."""
        a, b = max(self.half_width, 0.5), max(self.half_height, 0.5)
        x, y = point[0] - self.center[0], point[1] - self.center[1]
        level, slope = hypot(x / a, y / b), hypot(x / a**2, y / b**2)
        return level * abs(level - 1) / slope if slope else min(a, b)


@dataclass(frozen=True)
class Box:
    """A rectangle along the picture's sides."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Return whether two rectangles have a part in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def grown(self, margin: float) -> Box:
        """Return the rectangle with so much more on all sides."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def contains(self, point: Point) -> bool:
        """Return whether a point lies inside."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom


@dataclass(frozen=True)
class Drawing:
    """What one mark looks like.

    Parameters
    ----------
    shapes : tuple of Path or Oval
        Lines.
    handles : tuple of points
        Where it can be taken hold of.
    lines : tuple of str
        Its words, one below the other.
    beside : Box
        What the words are to stand beside, near it.
    pinned : bool
        Whether the words begin at the left edge of `beside`, whatever is below them.
    """

    shapes: tuple[Path | Oval, ...]
    handles: tuple[Point, ...]
    lines: tuple[str, ...]
    beside: Box
    pinned: bool = False

    def rough_lines(self) -> Iterator[Line]:
        """Return straight pieces near all its lines, to keep words off them."""
        for shape in self.shapes:
            yield from shape.pieces(_FEWEST) if isinstance(shape, Oval) else shape.segments()


def distance_to(drawing: Drawing, point: Point) -> float:
    """Return how far a point is from the lines of a drawing; infinite where there are none."""
    return min((shape.distance(point) for shape in drawing.shapes), default=inf)


def handle_near(drawing: Drawing, point: Point, reach: float) -> int | None:
    """Return the handle nearest to a point, of those not farther than `reach`."""
    distances = [hypot(x - point[0], y - point[1]) for x, y in drawing.handles]
    nearest = min(distances, default=inf)
    return distances.index(nearest) if nearest <= reach else None


def bounds(points: tuple[Point, ...]) -> Box:
    """Return the smallest rectangle that holds all points; there is one."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def place_words(
    drawing: Drawing,
    size: tuple[float, float],
    area: Box,
    gap: float,
    taken: tuple[Box, ...] = (),
    lines: NDArray[np.float64] | None = None,
) -> Box:
    """Return where the words of a drawing stand: beside it, in the picture, on no handle, on few lines.

    Parameters
    ----------
    drawing : Drawing
        With words.
    size : tuple of float
        Width and height of the words.
    area : Box
        What is seen of the picture.
    gap : float
        Left between drawing and words, and around handles.
    taken : tuple of Box
        Where words of others stand already.
    lines : (N, 2, 2) float64 array, optional
        Both ends of all that is drawn, this drawing included: better not written on.
    """
    width, height = size
    near = drawing.beside
    middle_x, middle_y = (near.left + near.right - width) / 2, (near.top + near.bottom - height) / 2
    if drawing.pinned:
        return Box(near.left, middle_y, near.left + width, middle_y + height)
    left, right = near.left - gap - width, near.right + gap
    above, below = near.top - gap - height, near.bottom + gap
    corners = (
        (right, middle_y),
        (left, middle_y),
        (middle_x, below),
        (middle_x, above),
        (right, below),
        (right, above),
        (left, below),
        (left, above),
        (middle_x, middle_y),
    )
    choices = [_moved_into(Box(x, y, x + width, y + height), area) for x, y in corners]
    crossed = _crossed(choices, lines) if lines is not None else [False] * len(choices)

    def cost(place: int) -> float:
        box = choices[place]
        handles = sum(box.grown(gap / 2).contains(handle) for handle in drawing.handles)
        return 10.0 * handles + 4.0 * sum(map(box.overlaps, taken)) + crossed[place]

    return choices[min(range(len(choices)), key=cost)]


def _moved_into(box: Box, area: Box) -> Box:
    """Return a box moved as little as possible to lie in an area; to its top left where it is too large."""
    dx = max(min(0.0, area.right - box.right), area.left - box.left)
    dy = max(min(0.0, area.bottom - box.bottom), area.top - box.top)
    return Box(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)


def _distance(segment: Line, point: Point) -> float:
    (x0, y0), (x1, y1) = segment
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    share = 0.0 if not square else ((point[0] - x0) * dx + (point[1] - y0) * dy) / square
    share = min(max(share, 0.0), 1.0)
    return hypot(x0 + share * dx - point[0], y0 + share * dy - point[1])


def _crossed(boxes: list[Box], lines: NDArray[np.float64]) -> list[bool]:
    """Return of each box whether any straight line has a part inside it (Liang and Barsky)."""
    edges = np.array([[box.left, box.top, box.right, box.bottom] for box in boxes])[:, None]
    start, way = lines[:, 0], lines[:, 1] - lines[:, 0]
    # A line along an axis never reaches the edges across it: a way of next to nothing stands for none.
    way = np.where(way == 0, 1e-12, way)
    one, other = (edges[..., :2] - start) / way, (edges[..., 2:] - start) / way
    begin = np.minimum(one, other).max(axis=-1).clip(min=0)
    end = np.maximum(one, other).min(axis=-1).clip(max=1)
    return [bool(crossed) for crossed in (begin <= end).any(axis=-1)]
