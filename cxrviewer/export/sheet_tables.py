"""How far the maps of a comparison sheet agree, as heat tables: numbers on colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.agreement import TOP_SHARE, Agreement
from cxrviewer.export.column import MUTED, TEXT, Color, Column
from cxrviewer.export.comparison_sheet import Sheet
from cxrviewer.export.fonts import font, length
from cxrviewer.imaging.colormap import colormap_table

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

EXPLANATION = (
    "Rank correlation: Spearman's, of all places, from −1 to 1. Overlap: intersection over union of the "
    f"strongest {TOP_SHARE * 100:.0f} % of the area. Peaks: distance of the greatest values, in per cent of "
    "the image's diagonal. A dash: not defined, as a map has no evidence, is constant or has several peaks. "
    "Maps that agree may all be wrong: agreement says nothing about disease."
)

_GAP = 30
_LARGEST_CELL = 86
_LARGEST_TEXT = 24
_LEFT_OUT: Color = (34, 37, 41)


@dataclass(frozen=True)
class _Measure:
    """One number of an agreement: its title, where it lies between least (0) and most (1), and its text."""

    title: str
    colormap: str
    place: Callable[[float], float]
    text: Callable[[float], str]
    value: Callable[[Agreement], float | None]


_MEASURES = (
    _Measure(
        "Rank correlation",
        "coolwarm",
        lambda value: (value + 1) / 2,
        lambda value: f"{value:.2f}".replace("-", "−"),
        lambda each: each.rank_correlation,
    ),
    _Measure(
        f"Top {TOP_SHARE * 100:.0f} % overlap",
        "viridis",
        lambda value: value,
        lambda value: f"{value * 100:.0f} %",
        lambda each: each.overlap,
    ),
    _Measure(
        "Peaks apart",
        "viridis",
        lambda value: 1 - min(value / 0.5, 1),
        lambda value: f"{value * 100:.0f} %",
        lambda each: each.peak_share,
    ),
)


def draw_tables(sheet: Sheet, image: Image, pen: ImageDraw, left: int, top: int, width: int) -> int:
    """Draw the three tables side by side; return where they end."""
    each = (width - 2 * _GAP) // 3
    count = len(sheet.maps)
    cell = min(each // (count + 1), _LARGEST_CELL)
    heads = [
        Column(left + number * (each + _GAP), top, each, 24 if each > 320 else 22) for number in range(3)
    ]
    for head, measure in zip(heads, _MEASURES, strict=True):
        head.text(measure.title, bold=True)
        head.draw(image, pen)
    start = max(head.bottom for head in heads) + 10
    for head, measure in zip(heads, _MEASURES, strict=True):
        _table(sheet, measure, pen, head.left, start, cell)
    return start + cell * (count + 1)


def _table(sheet: Sheet, measure: _Measure, pen: ImageDraw, left: int, top: int, cell: int) -> None:
    count = len(sheet.maps)
    head = font(max(11, min(22, round(cell * 0.4))), bold=True)
    face = _fitting(("−0.88", "100 %"), cell - 6)
    for place in range(count):
        along = left + (place + 1.5) * cell
        pen.text((along, top + cell / 2), str(place + 1), fill=MUTED, font=head, anchor="mm")
        down = top + (place + 1.5) * cell
        pen.text((left + cell / 2, down), str(place + 1), fill=MUTED, font=head, anchor="mm")
    for row in range(count):
        for column in range(count):
            x, y = left + (column + 1) * cell, top + (row + 1) * cell
            box = (x + 1, y + 1, x + cell - 2, y + cell - 2)
            value = measure.value(sheet.agreements[row][column])
            if value is None or row == column:
                pen.rectangle(box, fill=_LEFT_OUT)
                text, ink = ("–" if row != column else ""), MUTED
            else:
                fill = _color(measure, value)
                pen.rectangle(box, fill=fill)
                text, ink = measure.text(value), _ink(fill)
            pen.text((x + cell / 2, y + cell / 2), text, fill=ink, font=face, anchor="mm")


def _fitting(texts: tuple[str, ...], width: int) -> FreeTypeFont:
    """Return the largest font, to a limit, in which texts are no wider than a cell."""
    size = _LARGEST_TEXT
    while size > 8 and max(length(text, size) for text in texts) > width:
        size -= 1
    return font(size)


def _color(measure: _Measure, value: float) -> Color:
    red, green, blue = colormap_table(measure.colormap)[
        round(float(np.clip(measure.place(value), 0, 1)) * 255)
    ]
    return int(red), int(green), int(blue)


def _ink(fill: Color) -> Color:
    luma = 0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2]
    return (15, 17, 20) if luma > 120 else TEXT
