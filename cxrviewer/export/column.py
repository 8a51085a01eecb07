"""Text and bars set one below the other in a column: measured first, drawn once the size is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.fonts import font, length, letters, wrapped

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Color = tuple[int, int, int]

TEXT: Color = (232, 234, 237)
MUTED: Color = (150, 155, 162)
CAUTION: Color = (232, 178, 92)
BACKGROUND: Color = (18, 20, 23)


@dataclass(frozen=True)
class Palette:
    """Colours of what is written: letters, those of less weight, the notice, lines, and the ground."""

    text: Color
    muted: Color
    caution: Color
    line: Color
    ground: Color


ON_SCREEN = Palette(TEXT, MUTED, CAUTION, (58, 62, 68), BACKGROUND)
ON_PAPER = Palette((27, 31, 36), (92, 99, 107), (150, 84, 0), (200, 206, 212), (255, 255, 255))

_LINE = 1.3
"""Height of a line over the size of its letters."""


@dataclass(frozen=True, eq=False)
class ColorBar:
    """A scale of colours with values.

    Parameters
    ----------
    colors : (N, 3) uint8 array
        From the least to the greatest value.
    ticks : tuple of (float, str)
        Place along the bar, 0 to 1 in rising order, and what is written there.
    caption : str
        What the values are.
    """

    colors: NDArray[np.uint8]
    ticks: tuple[tuple[float, str], ...]
    caption: str


class Column:
    """A column of blocks; `bottom` is where the next one starts.

    Parameters
    ----------
    left, top, width : int
        Place in the picture, pixels.
    size : int
        Letter size of the body text, pixels.
    palette : Palette
        Colours where none are named.
    """

    def __init__(self, left: int, top: int, width: int, size: int, palette: Palette = ON_SCREEN) -> None:
        self.left, self.bottom, self.width, self.size = left, top, width, size
        self.palette = palette
        self._steps: list[Callable[[Image, ImageDraw], None]] = []

    def space(self, share: float) -> None:
        """Leave a gap, as a share of the letter size."""
        self.bottom += round(self.size * share)

    def text(self, text: str, *, color: Color | None = None, scale: float = 1.0, bold: bool = False) -> None:
        """Set a paragraph, wrapped at the width of the column."""
        size, color = round(self.size * scale), color or self.palette.text
        face = font(size, bold=bold)
        for line in wrapped(text, face, self.width):
            self._put(line, self.left, self.bottom, size, color, bold=bold)
            self.bottom += round(size * _LINE)

    def pairs(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Set names and values side by side, the values wrapped in their own half."""
        face = font(self.size)
        indent = max((round(length(name, self.size)) for name, _ in rows), default=0) + self.size
        for name, value in rows:
            self._put(name, self.left, self.bottom, self.size, self.palette.muted)
            for line in wrapped(value, face, self.width - indent):
                self._put(line, self.left + indent, self.bottom, self.size, self.palette.text)
                self.bottom += round(self.size * _LINE)

    def bar(self, bar: ColorBar) -> None:
        """Set a colour bar over the whole width, its values beneath, and its caption."""
        from PIL import Image as Images

        height = round(self.size * 1.1)
        colors = np.repeat(bar.colors[np.newaxis], height, axis=0)
        place = (self.left, self.bottom)

        def draw(image: Image, pen: ImageDraw) -> None:
            image.paste(Images.fromarray(colors).resize((self.width, height)), place)
            frame = (place[0], place[1], place[0] + self.width - 1, place[1] + height - 1)
            pen.rectangle(frame, outline=self.palette.muted, width=max(1, self.size // 14))

        self._steps.append(draw)
        self.bottom += height + round(self.size * 0.25)
        small = round(self.size * 0.9)
        for at, label in bar.ticks:
            long = length(label, small)
            x = min(max(at * self.width - long / 2, 0), self.width - long)
            self._put(label, self.left + round(x), self.bottom, small, self.palette.text)
        self.bottom += round(small * _LINE)
        self.text(bar.caption, color=self.palette.muted, scale=0.9)

    def line(self) -> None:
        """Set a thin line over the whole width."""
        box = (self.left, self.bottom, self.left + self.width - 1, self.bottom + max(0, self.size // 16))
        self._steps.append(lambda _, pen: pen.rectangle(box, fill=self.palette.line))
        self.bottom = box[3] + 1

    def draw(self, image: Image, pen: ImageDraw) -> None:
        """Draw all blocks."""
        for step in self._steps:
            step(image, pen)

    def _put(self, text: str, x: int, y: int, size: int, color: Color, *, bold: bool = False) -> None:
        def draw(image: Image, _pen: ImageDraw) -> None:
            mask, (left, top) = letters(text, size, bold=bold)
            image.paste(color, (x + left, y + top), mask)

        self._steps.append(draw)
