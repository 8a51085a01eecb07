"""A radiograph in a view, computed in stages of which each keeps its last result.

Resampling works on stored values and depends on the view alone; windowing is a table look-up on what is left;
the blend another. A window drag, a new colour map or opacity therefore never touches the full image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging import compose
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.contour import contour_lines
from cxrviewer.imaging.geometry import Affine, apply_affine, resize_affine
from cxrviewer.imaging.grayscale import index_image
from cxrviewer.imaging.heatmap import Heatmap, covered_rectangle, resample
from cxrviewer.imaging.histogram import Histogram, histogram
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Viewport

NEAREST_ABOVE = 3.0
"""Magnification beyond which single pixels are shown as squares."""

_SMALLEST_LEVEL = 256
_MOST_LEVELS = 16
_PIXELS_A_LINE = 500
"""Pixels along the shorter side of a view for each pixel of a contour's width."""

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in view pixels, ends excluded."""


NO_OVERLAY = OverlayStyle(visible=False)

_Result = TypeVar("_Result")
_Byte = TypeVar("_Byte", bound=np.generic)


class _Stage(Generic[_Result]):
    """The last result of a step and what it was made of: arrays compared by identity, the rest by value."""

    def __init__(self) -> None:
        self._made_of: tuple[object, ...] = ()
        self._result: _Result | None = None

    def result(self, compute: Callable[[], _Result], *made_of: object) -> _Result:
        same = len(made_of) == len(self._made_of) and all(map(_is_same, made_of, self._made_of))
        if self._result is None or not same:
            self._result = compute()
            self._made_of = made_of
        return self._result


def _is_same(one: object, other: object) -> bool:
    return one is other or (not isinstance(one, np.ndarray) and one == other)


class Renderer:
    """Pictures of one radiograph.

    Parameters
    ----------
    radiograph : Radiograph
        The image; its pixels are shared, not copied.
    levels : tuple of arrays
        Its index and reduced copies of that, where another renderer has made them.
    """

    def __init__(self, radiograph: Radiograph, levels: tuple[NDArray[np.unsignedinteger], ...] = ()) -> None:
        self.radiograph = radiograph
        self._levels: list[NDArray[np.unsignedinteger]] = list(levels) or [index_image(radiograph)]
        self._histograms: list[Histogram | None] = []
        self._index: _Stage[NDArray[np.unsignedinteger]] = _Stage()
        self._gray: _Stage[NDArray[np.uint8]] = _Stage()
        self._heat: _Stage[NDArray[np.uint8]] = _Stage()
        self._heat_rows: _Stage[NDArray[np.uint16]] = _Stage()
        self._blend_table: _Stage[NDArray[np.int32]] = _Stage()

    @property
    def nbytes(self) -> int:
        """Bytes of the image and of its reduced copies."""
        pixels, first = self.radiograph.pixels, self._levels[0]
        shared = pixels.nbytes if np.may_share_memory(pixels, first) else 0
        return pixels.nbytes - shared + sum(level.nbytes for level in self._levels)

    def prepare(self) -> None:
        """Make reduced copies for small views and the histogram now, in a thread that may take its time."""
        self._level(_MOST_LEVELS)
        self.histogram()

    def histogram(self) -> Histogram | None:
        """Return how many pixels have which modality value; counted once."""
        if not self._histograms:
            self._histograms.append(histogram(self.radiograph))
        return self._histograms[0]

    def twin(self) -> Renderer:
        """Return another renderer of the image, for another view; what `prepare` made is shared."""
        twin = Renderer(self.radiograph, tuple(self._levels))
        twin._histograms = self._histograms
        return twin

    def gray(self, viewport: Viewport, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return presentation values in the view, uint8; 0 outside the image.

        Parameters
        ----------
        viewport : Viewport
            What is seen; results are kept by its identity.
        table : uint8 array
            From `grayscale.presentation_table`; results are kept by its identity.
        """

        def windowed() -> NDArray[np.uint8]:
            index = self._index.result(lambda: self._resampled(viewport), viewport)
            gray = np.asarray(cv2.LUT(index, table), dtype=np.uint8)
            return _blank_outside(gray, self.image_rectangle(viewport))

        return self._gray.result(windowed, viewport, table)

    def picture(
        self,
        viewport: Viewport,
        table: NDArray[np.uint8],
        heatmap: Heatmap | None,
        style: OverlayStyle,
    ) -> NDArray[np.int32]:
        """Return what is seen, 0xFFRRGGBB, int32 (H, W).

        Parameters
        ----------
        viewport, table
            As for `gray`.
        heatmap : Heatmap, optional
            Laid over the image; None for the image alone.
        style : OverlayStyle
            How; whether it is signed says the heatmap.
        """
        gray = self.gray(viewport, table)
        drawn = replace(style, signed=heatmap.signed) if heatmap is not None else NO_OVERLAY
        colors = self._blend_table.result(lambda: compose.blend_table(drawn), drawn)
        return compose.blend(gray, self._rows_in(viewport, heatmap, drawn), colors)

    def image_rectangle(self, viewport: Viewport) -> Rectangle:
        """Return (left, top, right, bottom) of the image in view pixels, cut to the view, ends excluded."""
        rows, columns = self.radiograph.shape
        x0, y0 = apply_affine(viewport.stored_to_view, -0.5, -0.5)
        x1, y1 = apply_affine(viewport.stored_to_view, columns - 0.5, rows - 0.5)
        left, right = sorted((round(x0 + 0.5), round(x1 + 0.5)))
        top, bottom = sorted((round(y0 + 0.5), round(y1 + 0.5)))
        height, width = viewport.shape
        return max(left, 0), max(top, 0), min(right, width), min(bottom, height)

    def _rows_in(
        self, viewport: Viewport, heatmap: Heatmap | None, style: OverlayStyle
    ) -> NDArray[np.uint16]:
        if heatmap is None:
            return self._heat_rows.result(lambda: np.zeros(viewport.shape, np.uint16), viewport, heatmap)
        image = self.image_rectangle(viewport)
        cells = style.view is HeatmapView.CELLS
        lines_from = style.threshold if style.view is HeatmapView.CONTOURS else None

        def resampled() -> NDArray[np.uint8]:
            return _blank_outside(resample(heatmap, viewport, cells), image)

        def rows() -> NDArray[np.uint16]:
            heat = self._heat.result(resampled, viewport, heatmap, cells)
            if lines_from is None:
                return compose.heat_to_rows(heat)
            reached = _intersection(image, covered_rectangle(heatmap, viewport))
            return compose.heat_to_rows(_lines_in(heat, reached, heatmap.signed, lines_from))

        return self._heat_rows.result(rows, viewport, heatmap, cells, lines_from)

    def _resampled(self, viewport: Viewport) -> NDArray[np.unsignedinteger]:
        """Return the stored indices in the view, from the pyramid level just finer than the view."""
        if viewport.shape == self.radiograph.shape and np.allclose(viewport.stored_to_view, np.eye(3)):
            return self._levels[0]
        smaller_axis = float(np.abs(viewport.stored_to_view[:2, :2]).max(axis=0).min())
        level = self._level(max(0, int(np.floor(np.log2(1 / max(smaller_axis, 1e-6)) + 1e-9))))
        level_to_view = viewport.stored_to_view @ self._level_to_stored(level)
        flags = cv2.INTER_NEAREST if smaller_axis > NEAREST_ABOVE else cv2.INTER_LINEAR
        return np.asarray(
            cv2.warpAffine(
                level, level_to_view[:2], viewport.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
        )

    def _level(self, wanted: int) -> NDArray[np.unsignedinteger]:
        while len(self._levels) <= wanted and min(self._levels[-1].shape) > _SMALLEST_LEVEL:
            rows, columns = self._levels[-1].shape
            half = (columns // 2, rows // 2)
            self._levels.append(np.asarray(cv2.resize(self._levels[-1], half, interpolation=cv2.INTER_AREA)))
        return self._levels[min(wanted, len(self._levels) - 1)]

    def _level_to_stored(self, level: NDArray[np.unsignedinteger]) -> Affine:
        return resize_affine((level.shape[0], level.shape[1]), self.radiograph.shape)


def _blank_outside(picture: NDArray[_Byte], rectangle: Rectangle) -> NDArray[_Byte]:
    left, top, right, bottom = rectangle
    picture[: max(top, 0)] = 0
    picture[max(bottom, 0) :] = 0
    picture[:, : max(left, 0)] = 0
    picture[:, max(right, 0) :] = 0
    return picture


def _intersection(one: Rectangle, other: Rectangle) -> Rectangle:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _lines_in(
    heat: NDArray[np.uint8], rectangle: Rectangle, signed: bool, threshold: float
) -> NDArray[np.uint8]:
    """Return contours inside a rectangle: its edges are no change of the map's value."""
    left, top, right, bottom = rectangle
    lines = np.zeros_like(heat)
    if left < right and top < bottom:
        width = max(2, round(min(heat.shape) / _PIXELS_A_LINE))
        inside = slice(top, bottom), slice(left, right)
        lines[inside] = contour_lines(heat[inside], signed, threshold, width)
    return lines
