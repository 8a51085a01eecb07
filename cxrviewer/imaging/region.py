"""Regions of an image, and what the pixels and the heatmap's cells in them amount to.

Statistics of millions of pixels are brought together from blocks that were summed beforehand, and from the
single pixels of the blocks that the edge of the region cuts: exact, and fast enough to follow the mouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, pi

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.grayscale import index_image, index_offset, modality_values
from cxrviewer.imaging.measure import Point
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.spacing import Spacing

BLOCK = 16
"""Rows and columns of a block."""

_STRIP = 16 * BLOCK
"""Rows that are summed at a time."""


@dataclass(frozen=True)
class Region:
    """A rectangle along rows and columns, or the ellipse inside it.

    Parameters
    ----------
    left, top, right, bottom : float
        Stored coordinates of the rectangle.
    elliptic : bool
        Whether the region is the ellipse.
    """

    left: float
    top: float
    right: float
    bottom: float
    elliptic: bool = False

    @classmethod
    def between(cls, one: Point, other: Point, *, elliptic: bool) -> Region:
        """Return the region with two opposite corners of its rectangle."""
        (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return cls(left, top, right, bottom, elliptic)

    @property
    def center(self) -> Point:
        """The middle of the region."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def area(self, spacing: Spacing) -> float:
        """Return the area in the square of the spacing's unit."""
        whole = (self.right - self.left) * spacing.column * (self.bottom - self.top) * spacing.row
        return whole * pi / 4 if self.elliptic else whole

    def spans(self, shape: tuple[int, int]) -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
        """Return the pixels whose centres are in the region, row by row.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the image, to which the region is cut.

        Returns
        -------
        first : int
            The first row.
        starts, stops : (N,) int arrays
            Of each row from the first one: its first column, and the one after its last.
        """
        rows, columns = shape
        first, last = max(int(np.ceil(self.top)), 0), min(int(np.floor(self.bottom)), rows - 1)
        y = np.arange(first, last + 1, dtype=np.float64)
        left, right = np.full(len(y), self.left), np.full(len(y), self.right)
        if self.elliptic and len(y):
            (x, center), half = self.center, (self.bottom - self.top) / 2
            share = (y - center) / half if half else np.zeros(len(y))
            reach = (self.right - self.left) / 2 * np.sqrt(np.maximum(1 - share * share, 0))
            left, right = x - reach, x + reach
        starts = np.clip(np.ceil(left), 0, columns).astype(np.intp)
        stops = np.clip(np.floor(right) + 1, 0, columns).astype(np.intp)
        return first, starts, np.maximum(starts, stops)


@dataclass(frozen=True)
class RegionStatistics:
    """What the modality values of a region amount to; NaN in place of all but the count where it is 0.

    Parameters
    ----------
    count : int
        Pixels with their centre inside, without padding and what a shutter covers.
    mean, deviation, minimum, maximum : float
        Of the modality values; the standard deviation divides by the count.
    """

    count: int
    mean: float = nan
    deviation: float = nan
    minimum: float = nan
    maximum: float = nan


class RegionTable:
    """The sums of an image's blocks; made once an image, in about a quarter of a second for 9 megapixels.

    Parameters
    ----------
    radiograph : Radiograph
        Its padding, and what its shutter covers, are left out.
    """

    def __init__(self, radiograph: Radiograph) -> None:
        self.radiograph = radiograph
        self._index = index_image(radiograph)
        stored = np.arange(1 << (8 * radiograph.pixels.itemsize), dtype=np.float64) + index_offset(radiograph)
        values = modality_values(radiograph, stored)
        # Squares of what is far from 0 would cost the digits that the deviation is made of.
        self._middle = float(values[self._index[self._index.shape[0] // 2]].mean())
        self._values = values - self._middle
        self._counted = np.ones(len(stored), np.bool_)
        if radiograph.grayscale.padding is not None:
            low, high = radiograph.grayscale.padding
            self._counted[(stored >= low) & (stored <= high)] = False
        rows = radiograph.shape[0]
        self._blocks = np.concatenate([self._summed(top) for top in range(0, rows, _STRIP)])

    def statistics(self, region: Region) -> RegionStatistics:
        """Return what the pixels of a region amount to."""
        whole, rest = _divided(self.radiograph.shape, *region.spans(self.radiograph.shape))
        sums = np.concatenate((self._blocks[whole], _amounts(*self._looked_up(rest), axes=(0,))[None]))
        count, total, squares = sums[:, :3].sum(axis=0)
        if not count:
            return RegionStatistics(0)
        mean = total / count
        deviation = float(np.sqrt(max(squares / count - mean * mean, 0.0)))
        low, high = sums[:, 3].min() + self._middle, sums[:, 4].max() + self._middle
        return RegionStatistics(int(count), float(mean + self._middle), deviation, float(low), float(high))

    def _looked_up(self, where: NDArray[np.intp] | slice) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the values of pixels in reading order less the middle, and which of them count."""
        index = self._index.reshape(-1)[where]
        counted = self._counted[index]
        if self.radiograph.shutter is not None:
            counted &= ~self.radiograph.shutter.reshape(-1)[where]
        return self._values[index], counted

    def _summed(self, top: int) -> NDArray[np.float64]:
        """Return the amounts of the blocks of a strip that begins with a row."""
        rows, columns = self.radiograph.shape
        height = min(_STRIP, rows - top)
        values, counted = self._looked_up(slice(top * columns, (top + height) * columns))
        room = ((0, -height % BLOCK), (0, -columns % BLOCK))
        values = np.pad(values.reshape(height, columns), room)
        counted = np.pad(counted.reshape(height, columns), room)
        blocks = (values.shape[0] // BLOCK, BLOCK, values.shape[1] // BLOCK, BLOCK)
        return _amounts(values.reshape(blocks), counted.reshape(blocks), axes=(1, 3))


def _amounts(
    values: NDArray[np.float64], counted: NDArray[np.bool_], axes: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return count, sum, sum of squares, minimum and maximum over some axes, in a last axis of five."""
    if counted.all():
        count = np.full_like(values.sum(axis=axes), np.prod([values.shape[axis] for axis in axes]))
        low = high = filled = values
    else:
        count = counted.sum(axis=axes)
        low, high = np.where(counted, values, np.inf), np.where(counted, values, -np.inf)
        filled = np.where(counted, values, 0.0)
    least, greatest = low.min(axis=axes, initial=np.inf), high.max(axis=axes, initial=-np.inf)
    return np.stack(
        (count, filled.sum(axis=axes), (filled * filled).sum(axis=axes), least, greatest), axis=-1
    )


def _divided(
    shape: tuple[int, int], first: int, starts: NDArray[np.intp], stops: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Divide rows of pixels into whole blocks and the rest.

    Returns
    -------
    whole : (block rows, block columns) bool array
        Which blocks lie inside as a whole.
    rest : (N,) int array
        The other pixels, by their number in reading order.
    """
    rows, columns = shape
    down, along = -(-rows // BLOCK), -(-columns // BLOCK)
    # Rows that the region does not reach, as empty ones; those below the image do not stand in the way.
    begins, ends = np.full(down * BLOCK, columns), np.zeros(down * BLOCK, np.intp)
    begins[rows:], ends[rows:] = 0, columns
    begins[first : first + len(starts)], ends[first : first + len(stops)] = starts, stops
    from_block = -(-begins.reshape(down, BLOCK).max(axis=1) // BLOCK)
    end = ends.reshape(down, BLOCK).min(axis=1)
    to_block = np.maximum(np.where(end == columns, along, end // BLOCK), from_block)
    blocks = np.arange(along)
    whole = (blocks >= from_block[:, None]) & (blocks < to_block[:, None])
    of_row = np.arange(first, first + len(starts)) // BLOCK
    # A row with no whole block is all rest: its first part ends where its second one begins.
    inner = np.clip(from_block[of_row] * BLOCK, starts, stops)
    outer = np.clip(to_block[of_row] * BLOCK, inner, stops)
    base = np.arange(first, first + len(starts)) * columns
    return whole, np.concatenate((_runs(base + starts, base + inner), _runs(base + outer, base + stops)))


def _runs(starts: NDArray[np.intp], stops: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the whole numbers from each start up to its stop, one run after another."""
    lengths = stops - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
