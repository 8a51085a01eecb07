"""Where the image lies on a widget, and what zooming and panning make of that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import (
    Orientation,
    Viewport,
    fill_scale,
    fit_scale,
    make_viewport,
    on_whole_pixels,
)
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.ui.canvas.tools.box import Box

_LARGEST_SCALE = 40.0
_SMALLEST_SCALE = 0.02


class View:
    """The map between stored points and the pixels of a widget.

    Parameters
    ----------
    widget : QWidget
        Its size and its device pixels count.
    """

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._image: Radiograph | None = None
        self._viewport: Viewport | None = None
        self.zoom = FIT
        self.orientation = Orientation()

    def show_image(self, image: Radiograph | None) -> None:
        """Place another image."""
        self._image = image
        self.place()

    def place(self) -> None:
        """Work the map out anew: zoom, orientation or the widget have changed."""
        self._viewport = None

    def viewport(self) -> Viewport | None:
        """Return where the image lies in device pixels; None without an image."""
        if self._viewport is None and self._image is not None:
            viewport = make_viewport(
                self._image.shape,
                self._device_shape(),
                scale=self.scale(),
                center=self.zoom.center,
                aspect=self._image.aspect,
                orientation=self.orientation,
            )
            self._viewport = on_whole_pixels(viewport)
        return self._viewport

    def scale(self) -> float:
        """Return device pixels per stored column; 1 without an image."""
        if self._image is None:
            return 1.0
        if self.zoom.scale is not None:
            return self.zoom.scale
        scale_for = fill_scale if self.zoom.fills else fit_scale
        return scale_for(self._image.shape, self._device_shape(), self._image.aspect, self.orientation)

    def point_at(self, position: QPointF) -> tuple[float, float]:
        """Return the stored point (x, y) under a widget position, also beside the image; there is one."""
        viewport = self._some_viewport()
        ratio = self._widget.devicePixelRatioF()
        x, y = apply_affine(viewport.view_to_stored, position.x() * ratio - 0.5, position.y() * ratio - 0.5)
        return float(x), float(y)

    def to_view(self, x: float, y: float) -> QPointF:
        """Return where the stored point (x, y) is, in widget pixels; there is an image."""
        ratio = self._widget.devicePixelRatioF()
        view_x, view_y = apply_affine(self._some_viewport().stored_to_view, x, y)
        return QPointF((view_x + 0.5) / ratio, (view_y + 0.5) / ratio)

    def covers(self, x: float, y: float) -> bool:
        """Return whether a stored point lies on the image."""
        if self._image is None:
            return False
        rows, columns = self._image.shape
        return -0.5 <= x < columns - 0.5 and -0.5 <= y < rows - 0.5

    def zoomed_by(self, factor: float, at: QPointF | None = None) -> Zoom:
        """Return a zoom that keeps the point `at` (widget pixels; the middle if left out) in place."""
        scale = self.scale()
        wanted = _within(scale * factor)
        center = np.array(self.zoom.center)
        if at is not None:
            point = self._fractions(*self.point_at(at))
            center = point + (center - point) * (scale / wanted)
        return Zoom(wanted, _clamped(center))

    def zoomed_to(self, box: Box) -> Zoom:
        """Return the zoom at which a part of the image is as large as it goes."""
        image, (left, top, right, bottom) = self._some_image(), box
        shape = max(1, round(bottom - top)), max(1, round(right - left))
        scale = fit_scale(shape, self._device_shape(), image.aspect, self.orientation)
        return Zoom(_within(scale), _clamped(self._fractions((left + right) / 2, (top + bottom) / 2)))

    def panned_from(self, center: tuple[float, float], way: QPointF) -> Zoom:
        """Return the zoom after an image with `center` in the middle was moved by `way` widget pixels."""
        ratio = self._widget.devicePixelRatioF()
        linear = self._some_viewport().view_to_stored[:2, :2]
        moved = linear @ np.array([way.x() * ratio, way.y() * ratio])
        rows, columns = self._some_image().shape
        return Zoom(self.scale(), _clamped(np.array(center) - moved / np.array([columns, rows])))

    def _fractions(self, x: float, y: float) -> NDArray[np.float64]:
        rows, columns = self._some_image().shape
        return np.array([(x + 0.5) / columns, (y + 0.5) / rows])

    def _device_shape(self) -> tuple[int, int]:
        ratio = self._widget.devicePixelRatioF()
        return max(1, round(self._widget.height() * ratio)), max(1, round(self._widget.width() * ratio))

    def _some_viewport(self) -> Viewport:
        viewport = self.viewport()
        assert viewport is not None
        return viewport

    def _some_image(self) -> Radiograph:
        assert self._image is not None
        return self._image


def _within(scale: float) -> float:
    return float(np.clip(scale, _SMALLEST_SCALE, _LARGEST_SCALE))


def _clamped(center: NDArray[np.float64]) -> tuple[float, float]:
    x, y = np.clip(center, 0.0, 1.0)
    return float(x), float(y)
