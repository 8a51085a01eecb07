"""Several pictures on one: side by side with names, or in a grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.column import BACKGROUND, TEXT
from cxrviewer.export.fonts import font

_LETTERS_ACROSS = 72
"""Letter sizes that make up the width of a row."""
_SMALLEST_TEXT = 12
_GAP_SHARE = 0.008
"""Of the width of the grid."""


def side_by_side(named: Sequence[tuple[str, NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    """Return pictures of the same size in a row, each under its name.

    Parameters
    ----------
    named : sequence of (str, (H, W, 3) uint8 array)
        Names and pictures, from left to right.
    """
    from PIL import Image, ImageDraw

    height, width = named[0][1].shape[:2]
    size = max(_SMALLEST_TEXT, round(len(named) * width / _LETTERS_ACROSS))
    top, gap = round(size * 1.9), max(2, size // 2)
    canvas = Image.new("RGB", (len(named) * (width + gap) - gap, top + height), BACKGROUND)
    pen = ImageDraw.Draw(canvas)
    for number, (name, picture) in enumerate(named):
        left = number * (width + gap)
        canvas.paste(Image.fromarray(picture), (left, top))
        pen.text((left + width / 2, top / 2), name, fill=TEXT, font=font(size), anchor="mm")
    return np.asarray(canvas)


def in_grid(pictures: Sequence[NDArray[np.uint8]], columns: int) -> NDArray[np.uint8]:
    """Return pictures in rows of so many, each in the middle of the top of a cell that holds all.

    Parameters
    ----------
    pictures : sequence of (H, W, 3) uint8 arrays
        From left to right and from the top down; of any sizes.
    columns : int
        Above 0.
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    height, width = (max(picture.shape[axis] for picture in pictures) for axis in (0, 1))
    gap = max(2, round(_GAP_SHARE * columns * width))
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, 3)
    sheet = np.full(shape, BACKGROUND, np.uint8)
    for number, picture in enumerate(pictures):
        top = number // columns * (height + gap)
        left = number % columns * (width + gap) + (width - picture.shape[1]) // 2
        sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return sheet
