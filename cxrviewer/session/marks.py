"""Marks that the user sets on an image, and the pure functions that change them.

Points are stored points (x, y) as in `imaging.geometry`, so that marks stay on what they mark however the
image is turned and zoomed. A mark under way has fewer points than its kind needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Self
from uuid import uuid4

from cxrviewer.imaging.measure import Line, Point, foot
from cxrviewer.imaging.region import Region
from cxrviewer.imaging.spacing import Spacing


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True)
class Mark:
    """A mark on one frame of a file.

    Parameters
    ----------
    points : tuple of (float, float)
        What they are says each kind.
    frame : int
        Counted from 0.
    text : str
        The user's words beside it; may be empty.
    visible : bool
        Whether it is drawn.
    id : str
        The same in all states of the mark.
    """

    points: tuple[Point, ...]
    frame: int = 0
    text: str = ""
    visible: bool = True
    id: str = field(default_factory=_new_id)

    kind: ClassVar[str]
    """What it is called in files."""
    name: ClassVar[str]
    """What it is called in the window."""
    count: ClassVar[int]
    """Points that it needs."""

    @property
    def is_whole(self) -> bool:
        """Whether it has all its points."""
        return len(self.points) == self.count

    @property
    def handles(self) -> tuple[Point, ...]:
        """Where it can be taken hold of."""
        return self.points

    def shifted(self, dx: float, dy: float) -> Self:
        """Return the mark moved as a whole."""
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))

    def reshaped(self, handle: int, point: Point, spacing: Spacing) -> Self:
        """Return the mark with one of its handles at another point."""
        del spacing
        points = list(self.points)
        points[handle] = point
        return replace(self, points=tuple(points))

    def anchor(self, handle: int) -> Point | None:
        """Return the point from which a handle is held straight; None where nothing is held straight."""
        del handle
        return None


class _TwoEnds(Mark):
    count: ClassVar[int] = 2

    def anchor(self, handle: int) -> Point | None:
        """Return the other end."""
        return self.points[1 - handle] if self.is_whole else None


class Length(_TwoEnds):
    """A line between two ends, and how long it is."""

    kind: ClassVar[str] = "length"
    name: ClassVar[str] = "length"

    @property
    def line(self) -> Line:
        """Both ends."""
        return self.points[0], self.points[1]


class Angle(Mark):
    """Two arms: an end, the vertex, the other end."""

    kind: ClassVar[str] = "angle"
    name: ClassVar[str] = "angle"
    count: ClassVar[int] = 3

    def anchor(self, handle: int) -> Point | None:
        """Return the vertex, or for the vertex the first end."""
        return self.points[1] if handle != 1 else self.points[0]


class CardiothoracicRatio(Mark):
    """Two points along the midline, one on either border of the heart, one on the ribs of either side."""

    kind: ClassVar[str] = "cardiothoracic_ratio"
    name: ClassVar[str] = "cardiothoracic ratio"
    count: ClassVar[int] = 6

    @property
    def midline(self) -> Line:
        """Along the spinous processes."""
        return self.points[0], self.points[1]

    @property
    def heart(self) -> Line:
        """The outermost points of the heart's border."""
        return self.points[2], self.points[3]

    @property
    def thorax(self) -> Line:
        """The inner borders of the ribs, level with one another."""
        return self.points[4], self.points[5]

    def anchor(self, handle: int) -> Point | None:
        """Return the other end of the midline."""
        return self.points[1 - handle] if handle < 2 else None

    def reshaped(self, handle: int, point: Point, spacing: Spacing) -> Self:
        """Return the mark with another point; the sides of the thorax stay level with one another."""
        made = super().reshaped(handle, point, spacing)
        if not made.is_whole:
            return made
        leader = handle if handle in {4, 5} else 4
        return super(CardiothoracicRatio, made).reshaped(9 - leader, made._level(leader, spacing), spacing)

    def levelled(self, spacing: Spacing) -> Self:
        """Return the mark with its second side of the thorax level with the first one."""
        return self.reshaped(4, self.points[4], spacing) if self.is_whole else self

    def _level(self, leader: int, spacing: Spacing) -> Point:
        """Return the other side of the thorax, moved along the midline to the level of the leading one."""
        lead, follow = self.points[leader], self.points[9 - leader]
        (x, y), (to_x, to_y) = (foot(self.midline, point, spacing) for point in (follow, lead))
        return follow[0] + to_x - x, follow[1] + to_y - y


class _Area(Mark):
    count: ClassVar[int] = 2
    elliptic: ClassVar[bool]

    @property
    def region(self) -> Region:
        """What lies between the two points, opposite corners."""
        return Region.between(self.points[0], self.points[1], elliptic=self.elliptic)


class Rectangle(_Area):
    """A rectangle along rows and columns between two opposite corners."""

    kind: ClassVar[str] = "rectangle"
    name: ClassVar[str] = "rectangle"
    elliptic: ClassVar[bool] = False

    @property
    def handles(self) -> tuple[Point, ...]:
        """The four corners, in order round it."""
        if not self.is_whole:
            return self.points
        (x0, y0), (x1, y1) = self.points
        return (x0, y0), (x1, y0), (x1, y1), (x0, y1)

    def reshaped(self, handle: int, point: Point, spacing: Spacing) -> Self:
        """Return the rectangle with one corner elsewhere and the opposite one in its place."""
        del spacing
        return replace(self, points=(self.handles[(handle + 2) % 4], point))

    def anchor(self, handle: int) -> Point | None:
        """Return the opposite corner."""
        return self.handles[(handle + 2) % 4]


class Ellipse(_Area):
    """The ellipse in the rectangle between two opposite corners."""

    kind: ClassVar[str] = "ellipse"
    name: ClassVar[str] = "ellipse"
    elliptic: ClassVar[bool] = True

    @property
    def handles(self) -> tuple[Point, ...]:
        """The ends of its axes: those of the first and second column, of the first and second row."""
        if not self.is_whole:
            return self.points
        (x0, y0), (x1, y1) = self.points
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return (x0, y), (x1, y), (x, y0), (x, y1)

    def reshaped(self, handle: int, point: Point, spacing: Spacing) -> Self:
        """Return the ellipse with one end of an axis elsewhere and the opposite one in its place."""
        del spacing
        corners = [list(corner) for corner in self.points]
        axis = handle // 2
        corners[handle % 2][axis] = point[axis]
        (x0, y0), (x1, y1) = corners
        return replace(self, points=((x0, y0), (x1, y1)))


class Arrow(_TwoEnds):
    """An arrow: its tip, then its other end."""

    kind: ClassVar[str] = "arrow"
    name: ClassVar[str] = "arrow"


class Text(Mark):
    """Words that begin at a point."""

    kind: ClassVar[str] = "text"
    name: ClassVar[str] = "text"
    count: ClassVar[int] = 1


KINDS: dict[str, type[Mark]] = {
    kind.kind: kind for kind in (Length, Angle, CardiothoracicRatio, Rectangle, Ellipse, Arrow, Text)
}


@dataclass(frozen=True)
class FileMarks:
    """All marks of one file, and the size of a pixel as the user has calibrated it.

    Parameters
    ----------
    marks : tuple of Mark
        In the order in which they were made.
    calibration : Spacing, optional
        None where the file's own spacing holds.
    """

    marks: tuple[Mark, ...] = ()
    calibration: Spacing | None = None

    def find(self, mark_id: str | None) -> Mark | None:
        """Return a mark by its id."""
        return next((mark for mark in self.marks if mark.id == mark_id), None)

    def of_frame(self, frame: int) -> tuple[Mark, ...]:
        """Return the marks on a frame."""
        return tuple(mark for mark in self.marks if mark.frame == frame)

    def with_mark(self, mark: Mark) -> FileMarks:
        """Return these with a mark more, or in the place of its former state."""
        if self.find(mark.id) is None:
            return replace(self, marks=(*self.marks, mark))
        return replace(self, marks=tuple(mark if mark.id == known.id else known for known in self.marks))

    def without(self, *mark_ids: str) -> FileMarks:
        """Return these without some marks."""
        return replace(self, marks=tuple(mark for mark in self.marks if mark.id not in mark_ids))


def inside_image(point: Point, shape: tuple[int, int]) -> Point:
    """Return the point of an image of so many rows and columns that is nearest to a point."""
    rows, columns = shape
    return min(max(point[0], -0.5), columns - 0.5), min(max(point[1], -0.5), rows - 0.5)


def shift_inside(mark: Mark, dx: float, dy: float, shape: tuple[int, int]) -> tuple[float, float]:
    """Return how far a mark can be moved of a way without leaving the image."""
    rows, columns = shape
    xs, ys = [x for x, _ in mark.points], [y for _, y in mark.points]
    dx = min(max(dx, -0.5 - min(xs)), columns - 0.5 - max(xs))
    return dx, min(max(dy, -0.5 - min(ys)), rows - 0.5 - max(ys))
