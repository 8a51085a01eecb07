"""What is seen on a canvas before anything is drawn over it: image and heatmap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Viewport

_DIMMED = 0.5
"""What is left of the opacity of a heatmap that is about to be replaced."""


class Content:
    """An image, the table that it is shown through, and what lies over it."""

    def __init__(self) -> None:
        self._renderer: Renderer | None = None
        self._lens: Renderer | None = None
        self.table: NDArray[np.uint8] | None = None
        self.heatmap: Heatmap | None = None
        self.style = OverlayStyle()
        self.planes = True
        self.dimmed = False

    @property
    def image(self) -> Radiograph | None:
        """The image; None where there is none."""
        return self._renderer.radiograph if self._renderer is not None else None

    def show_image(self, renderer: Renderer | None, table: NDArray[np.uint8] | None) -> None:
        """Take another image; the heatmap of the former one goes."""
        self._renderer = renderer
        # Each keeps the results of its own view.
        self._lens = renderer.twin() if renderer is not None else None
        self.table = table
        self.heatmap = None

    def picture(self, viewport: Viewport, *, hidden: bool, divider: float | None) -> QImage:
        """Return what is seen, in device pixels.

        Parameters
        ----------
        viewport : Viewport
            Of the canvas; there is an image.
        hidden : bool
            Whether the heatmap is left out.
        divider : float, optional
            Share of the width to the left of which it is left out.
        """
        assert self._renderer is not None
        packed = self._drawn(self._renderer, viewport, None if hidden else self.heatmap)
        if divider is not None and self.heatmap is not None and not hidden:
            left = round(divider * packed.shape[1])
            packed[:, :left] = self._drawn(self._renderer, viewport, None)[:, :left]
        return _as_image(packed)

    def magnified(self, viewport: Viewport, *, hidden: bool) -> QImage:
        """Return what is seen in another view than that of the canvas, through a lens say."""
        assert self._lens is not None
        return _as_image(self._drawn(self._lens, viewport, None if hidden else self.heatmap))

    def _drawn(self, renderer: Renderer, viewport: Viewport, heatmap: Heatmap | None) -> NDArray[np.int32]:
        assert self.table is not None
        style = replace(self.style, alpha=self.style.alpha * _DIMMED) if self.dimmed else self.style
        return renderer.picture(viewport, self.table, heatmap, style, self.planes)


def _as_image(packed: NDArray[np.int32]) -> QImage:
    rows, columns = packed.shape
    return QImage(packed.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
