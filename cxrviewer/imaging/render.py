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
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.heatmap import Heatmap, covered_rectangle, resample
from cxrviewer.imaging.histogram import Histogram
from cxrviewer.imaging.masks import CoverInView
from cxrviewer.imaging.prepared import Prepared
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Viewport

_WHITE = -1
"""0xFFFFFFFF as an int32."""
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
    prepared : Prepared, optional
        What another renderer of the image has made of it.
    """

    def __init__(self, radiograph: Radiograph, prepared: Prepared | None = None) -> None:
        self.radiograph = radiograph
        self._prepared = prepared or Prepared(radiograph)
        self._index: _Stage[NDArray[np.unsignedinteger]] = _Stage()
        self._cover: _Stage[CoverInView | None] = _Stage()
        self._gray: _Stage[NDArray[np.uint8]] = _Stage()
        self._heat: _Stage[NDArray[np.uint8]] = _Stage()
        self._heat_rows: _Stage[NDArray[np.uint16]] = _Stage()
        self._blend_table: _Stage[NDArray[np.int32]] = _Stage()
        self._drawn: _Stage[NDArray[np.uint8]] = _Stage()

    @property
    def nbytes(self) -> int:
        """Bytes of the image and of its reduced copies."""
        return self._prepared.nbytes

    def prepare(self) -> None:
        """Make reduced copies for small views and the histogram now, in a thread that may take its time."""
        self._prepared.prepare()

    def histogram(self) -> Histogram | None:
        """Return how many pixels have which modality value; counted once."""
        return self._prepared.histogram

    def twin(self) -> Renderer:
        """Return another renderer of the image, for another view; what `prepare` made is shared."""
        return Renderer(self.radiograph, self._prepared)

    def gray(self, viewport: Viewport, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return presentation values in the view, uint8; 0 outside the image, the file's under its shutter.

        Parameters
        ----------
        viewport : Viewport
            What is seen; results are kept by its identity.
        table : uint8 array
            From `grayscale.presentation_table`; results are kept by its identity.
        """

        def windowed() -> NDArray[np.uint8]:
            index = self._index.result(lambda: self._prepared.pyramid.in_view(viewport), viewport)
            gray = np.asarray(cv2.LUT(index, table), dtype=np.uint8)
            cover = self._cover.result(lambda: self._prepared.cover.in_view(viewport), viewport)
            if cover is not None:
                cover.lay_over(gray)
            return _blank_outside(gray, self.image_rectangle(viewport))

        return self._gray.result(windowed, viewport, table)

    def picture(
        self,
        viewport: Viewport,
        table: NDArray[np.uint8],
        heatmap: Heatmap | None,
        style: OverlayStyle,
        planes: bool = False,
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
        planes : bool
            Whether the file's overlay planes are drawn above all else, in white.
        """
        gray = self.gray(viewport, table)
        if heatmap is None:
            # Not through the stages of a heatmap, which keep what they have for when it is back.
            picture = compose.plain(gray)
        else:
            drawn = replace(style, signed=heatmap.signed)
            colors = self._blend_table.result(lambda: compose.blend_table(drawn), drawn)
            picture = compose.blend(gray, self._rows_in(viewport, heatmap, drawn), colors)
        if planes and self.radiograph.planes:
            np.copyto(picture, _WHITE, where=self.planes_in(viewport).view(np.bool_))
        return picture

    def planes_in(self, viewport: Viewport) -> NDArray[np.uint8]:
        """Return where overlay planes draw in the view: uint8 (H, W), 1 or 0."""

        def drawn() -> NDArray[np.uint8]:
            seen = self._prepared.drawing.in_view(viewport)
            return _blank_outside(seen, self.image_rectangle(viewport))

        return self._drawn.result(drawn, viewport)

    def image_rectangle(self, viewport: Viewport) -> Rectangle:
        """Return (left, top, right, bottom) of the image in view pixels, cut to the view, ends excluded."""
        rows, columns = self.radiograph.shape
        x0, y0 = apply_affine(viewport.stored_to_view, -0.5, -0.5)
        x1, y1 = apply_affine(viewport.stored_to_view, columns - 0.5, rows - 0.5)
        left, right = sorted((round(x0 + 0.5), round(x1 + 0.5)))
        top, bottom = sorted((round(y0 + 0.5), round(y1 + 0.5)))
        height, width = viewport.shape
        return max(left, 0), max(top, 0), min(right, width), min(bottom, height)

    def _rows_in(self, viewport: Viewport, heatmap: Heatmap, style: OverlayStyle) -> NDArray[np.uint16]:
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
