"""Lines and words drawn on the pixels of a picture, with a dark edge that reads on any gray."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.fonts import font, length
from cxrviewer.imaging.drawing import Box, Oval, Path
from cxrviewer.imaging.measure import Line

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Color = tuple[int, int, int]
BLACK: Color = (0, 0, 0)

_SHIFT = 4
"""Bits of a coordinate after the point."""
_DASH, _GAP = 5.0, 3.0
"""Of dashed lines, in widths."""
_LINE = 1.3
"""Height of a line over the size of its letters."""


def draw_shapes(
    picture: NDArray[np.uint8],
    shapes: Sequence[Path | Oval],
    color: Color,
    width: float,
    *,
    opacity: float = 1.0,
    solid: bool = False,
) -> None:
    """Draw lines on a picture, in place, smoothed.

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
        Red, green, blue.
    shapes : sequence of Path or Oval
        In pixels; the centre of the first one is (0, 0).
    color : tuple of int
        Red, green, blue.
    width : float
        Pixels.
    opacity : float
        0 to 1.
    solid : bool
        Whether dashed lines are drawn without gaps.
    """
    ink = np.zeros(picture.shape[:2], np.uint8)
    thick = max(1, round(width))
    for shape in shapes:
        if isinstance(shape, Path) and shape.filled:
            cv2.fillPoly(ink, [_points(shape.points)], 255, cv2.LINE_AA, _SHIFT)
        pieces: Iterable[Line] = shape.segments()
        if isinstance(shape, Path) and shape.dashed and not solid:
            pieces = (part for piece in pieces for part in _dashes(piece, width))
        for piece in pieces:
            cv2.polylines(ink, [_points(piece)], False, 255, thick, cv2.LINE_AA, _SHIFT)
    drawn = cv2.findNonZero(ink)
    if drawn is None:
        return
    # Lines are few pixels of a large picture.
    x, y = drawn.reshape(-1, 2).T
    share = ink[y, x, None].astype(np.float32) * np.float32(opacity / 255)
    under = picture[y, x].astype(np.float32)
    picture[y, x] = np.round(under + share * (np.array(color, np.float32) - under)).astype(np.uint8)


def darken(picture: NDArray[np.uint8], box: Box, opacity: float) -> None:
    """Lay a dark sheet under words, in place."""
    rows, columns = picture.shape[:2]
    left, right = (min(max(round(x), 0), columns) for x in (box.left, box.right))
    top, bottom = (min(max(round(y), 0), rows) for y in (box.top, box.bottom))
    part = picture[top:bottom, left:right]
    part[:] = np.round(part.astype(np.float32) * (1 - opacity)).astype(np.uint8)


def words_size(lines: Sequence[str], size: int) -> tuple[float, float]:
    """Return width and height of lines of text in letters of `size` pixels."""
    width = max((length(line, size) for line in lines), default=0.0)
    return width, len(lines) * round(size * _LINE)


def write_lines(
    pen: ImageDraw, place: tuple[float, float], lines: Sequence[str], size: int, color: Color, edge: int = 0
) -> None:
    """Write lines of text one below the other.

    Parameters
    ----------
    pen : ImageDraw
        Of the picture.
    place : tuple of float
        Left and top, pixels.
    lines : sequence of str
        What.
    size : int
        Of the letters, pixels.
    color : tuple of int
        Red, green, blue.
    edge : int
        Width of a dark edge, pixels.
    """
    left, top = round(place[0]), round(place[1])
    for line in lines:
        pen.text((left, top), line, fill=color, font=font(size), stroke_width=edge, stroke_fill=BLACK)
        top += round(size * _LINE)


def _points(points: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    return np.round(np.array(points, np.float64) * (1 << _SHIFT)).astype(np.int32)


def _dashes(piece: Line, width: float) -> Iterable[Line]:
    (x0, y0), (x1, y1) = piece
    length = float(np.hypot(x1 - x0, y1 - y0))
    step = (_DASH + _GAP) * width
    count = int(np.ceil(length / step)) if step else 0
    for number in range(count):
        begin, end = number * step / length, min((number * step + _DASH * width) / length, 1.0)
        yield (
            (x0 + begin * (x1 - x0), y0 + begin * (y1 - y0)),
            (x0 + end * (x1 - x0), y0 + end * (y1 - y0)),
        )
