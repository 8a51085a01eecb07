"""Text, tables and bars set one below the other on paper: measured first, drawn where there is room.

Lengths are points, 1/72 inch, from the upper left corner of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.fonts import font, wrapped
from cxrviewer.export.report.colors import ACCENT, INK, LINE, MUTED, PAPER_SHADE

if TYPE_CHECKING:
    from cxrviewer.export.report.page import Page

BODY = 8.5
ROW = 15.0
"""Height of a row of the table of outputs."""
_LEADING = 1.36
_ASCENT = 0.93
_FINE = 64
"""Pixels a point at which words are measured: the font is drawn at any size, but measured at whole pixels."""


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a text is set."""
    return font(_FINE, bold=bold).getlength(text) * size / _FINE


def lines_of(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Return a text as lines of at most a width."""
    return list(wrapped(text, font(_FINE, bold=bold), int(width * _FINE / size)))


class Column:
    """Blocks below one another; `height` is what they take.

    Parameters
    ----------
    left, width : float
        Place on the page.
    """

    def __init__(self, left: float, width: float) -> None:
        self.left, self.width, self.height = left, width, 0.0
        self._steps: list[Callable[[Page, float], None]] = []

    def draw(self, page: Page, top: float) -> None:
        """Draw all blocks, the first at `top`."""
        for step in self._steps:
            step(page, top)

    def space(self, height: float) -> None:
        """Leave a gap."""
        self.height += height

    def text(
        self, text: str, *, size: float = BODY, color: str = INK, bold: bool = False, indent: float = 0.0
    ) -> None:
        """Set a paragraph."""
        for line in lines_of(text, size, self.width - indent, bold):
            self._put(line, self.left + indent, self.height, size, color, bold)
            self.height += size * _LEADING

    def heading(self, text: str) -> None:
        """Set the heading of a section, with a line beneath."""
        self._put(text.upper(), self.left, self.height, 7.0, ACCENT, True)
        self.height += 7.0 * _LEADING + 1.5
        self._box(self.left, self.height, self.width, 0.6, LINE)
        self.height += 5.0

    def note(self, text: str, color: str) -> None:
        """Set a paragraph with a bar of a colour at its left."""
        start = self.height
        self.text(text, indent=8.0)
        self._box(self.left, start + 0.5, 2.0, self.height - start - 1.5, color)
        self.space(3.0)

    def pairs(self, rows: Sequence[tuple[str, str]], size: float = 7.0) -> None:
        """Set names and values side by side."""
        indent = max((text_width(name, size) for name, _ in rows), default=0.0) + 8.0
        for name, value in rows:
            self._put(name, self.left, self.height, size, MUTED)
            for line in lines_of(value, size, self.width - indent):
                self._put(line, self.left + indent, self.height, size, INK)
                self.height += size * _LEADING

    def picture(self, pixels: NDArray[np.uint8], width: float, height: float) -> None:
        """Set a picture on black, as large as it fits, in the middle."""
        rows, columns = pixels.shape[:2]
        scale = min(width / columns, height / rows)
        size = (columns * scale, rows * scale)
        top, left = self.height, self.left
        self._box(left, top, width, height, "#000000")
        place = (left + (width - size[0]) / 2, top + (height - size[1]) / 2, *size)
        self._steps.append(
            lambda page, start: page.picture(pixels, place[0], start + place[1], place[2], place[3])
        )
        self.height += height

    def output(
        self, name: str, probability: tuple[float, str], threshold: tuple[float, str], strong: bool
    ) -> None:
        """Set a row of the table of outputs: a name, a bar with its threshold, both numbers in words."""
        size, at = 8.0, self.height
        bar_left, bar = self.left + 0.46 * self.width, 0.2 * self.width
        lines = lines_of(name, size, 0.44 * self.width, strong)
        shown = lines[0] if len(lines) == 1 else f"{lines[0].rstrip()[:-1]}\N{HORIZONTAL ELLIPSIS}"
        if strong:
            self._box(self.left, at, self.width, ROW, PAPER_SHADE)
        self._put(shown, self.left + 3.0, at + 3.4, size, INK, strong)
        self._box(bar_left, at + 5.0, bar, 5.0, LINE)
        color = ACCENT if probability[0] >= threshold[0] else MUTED
        self._box(bar_left, at + 5.0, bar * probability[0], 5.0, color)
        self._box(bar_left + bar * threshold[0] - 0.5, at + 2.5, 1.0, 10.0, INK)
        self._right(probability[1], 0.84, at + 3.4, size, INK, strong)
        self._right(threshold[1], 0.99, at + 3.4, size, MUTED)
        self.height += ROW

    def output_names(self) -> None:
        """Set what the columns of the table of outputs are."""
        self._right("probability", 0.84, self.height, 6.5, MUTED)
        self._right("threshold", 0.99, self.height, 6.5, MUTED)
        self.height += 10.0

    def _right(self, text: str, share: float, y: float, size: float, color: str, bold: bool = False) -> None:
        """Set a text that ends at a share of the width."""
        end = self.left + share * self.width
        self._put(text, end - text_width(text, size, bold), y, size, color, bold)

    def color_bar(self, colors: NDArray[np.uint8], ticks: Sequence[tuple[float, str]], caption: str) -> None:
        """Set a scale of colours with its values."""
        top, strip = self.height, np.repeat(colors[np.newaxis], 4, axis=0)
        self._steps.append(
            lambda page, start: page.picture(strip, self.left, start + top, self.width, 7.0, smooth=False)
        )
        self.height += 9.0
        for at, label in ticks:
            length = text_width(label, 7.0)
            x = min(max(at * self.width - length / 2, 0), self.width - length)
            self._put(label, self.left + x, self.height, 7.0, INK)
        self.height += 7.0 * _LEADING
        self.text(caption, size=7.0, color=MUTED)

    def _put(self, text: str, x: float, y: float, size: float, color: str, bold: bool = False) -> None:
        base = y + size * _ASCENT
        self._steps.append(lambda page, top: page.text(text, x, top + base, size, color, bold))

    def _box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        self._steps.append(lambda page, top: page.box(x, top + y, width, height, color))
