"""A page of paper that is drawn on by points from its upper left corner; text stays text."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import PAPERS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FONT = "DejaVu Sans"


class Page:
    """One page.

    Parameters
    ----------
    paper : str
        Of `options.PAPERS`.
    moment : datetime, optional
        Of the analysis that it is about.
    """

    def __init__(self, paper: str, moment: datetime | None = None) -> None:
        from matplotlib.figure import Figure

        self.moment = moment
        self.width, self.height = PAPERS[paper]
        self.figure: Figure = Figure(figsize=(self.width / 72, self.height / 72), facecolor="white")

    def text(self, text: str, x: float, base: float, size: float, color: str, bold: bool = False) -> None:
        """Set a line of text whose letters stand on `base`."""
        self.figure.text(
            x / self.width,
            1 - base / self.height,
            text,
            fontsize=size,
            color=color,
            family=_FONT,
            weight="bold" if bold else "normal",
            va="baseline",
            parse_math=False,
        )

    def box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """Fill a rectangle; `x`, `y` is its upper left corner."""
        from matplotlib.patches import Rectangle

        place = (x / self.width, 1 - (y + height) / self.height)
        size = width / self.width, height / self.height
        self.figure.add_artist(
            Rectangle(place, *size, color=color, linewidth=0, transform=self.figure.transFigure)
        )

    def picture(
        self, pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float, smooth: bool = True
    ) -> None:
        """Set a picture with all of its pixels into a rectangle."""
        place = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        axes.set_axis_off()
        # Above the boxes of the figure.
        axes.set_zorder(2)
        axes.imshow(pixels, aspect="auto", interpolation="none" if smooth else "nearest")


def picture_of(page: Page, dpi: int) -> NDArray[np.uint8]:
    """Return what a page looks like, (H, W, 3) uint8."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(page.figure)
    page.figure.set_dpi(dpi)
    # Letters as wide as on paper, not brought to whole pixels: lines end where those of the document do.
    with rc_context({"text.hinting": "none"}):
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
