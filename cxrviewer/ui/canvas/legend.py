"""The words in the corners of the canvas, the letters at its edges, and the scale bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import zip_longest

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from cxrviewer.imaging.patient_orientation import EdgeLetters
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.outlined import outlined
from cxrviewer.ui.canvas.scale_bar import paint_scale_bar, scale_bar

MARGIN = 10
ZOOM = "{zoom}"
"""Stands for a line that only the canvas knows."""

_GAP = 26
"""Between what is on the left and on the right: a letter has room there."""
_NARROW = 300
"""Width under which words are smaller."""
_HEAVIER = 0.6
"""Of the width, at least, for the heavier of two lines that do not both fit."""
_FILLED = 0.5
"""Of the height, at most, has words."""
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class Tone(StrEnum):
    """How a line looks."""

    PLAIN = "plain"
    WARNING = "warning"


@dataclass(frozen=True)
class Line:
    """One line of a corner.

    Parameters
    ----------
    text : str
        What is written; `ZOOM` for the zoom.
    weight : int
        Where there is little room, the lightest lines go first.
    tone : Tone
        How it looks.
    """

    text: str
    weight: int = 50
    tone: Tone = Tone.PLAIN


_NOTHING = Line("", 0)


@dataclass(frozen=True)
class Legend:
    """What is written over the image.

    Parameters
    ----------
    top_left, top_right, bottom_left, bottom_right : tuple of Line
        From top to bottom.
    letters : EdgeLetters
        Sides of the patient at the edges of the view.
    has_bar : bool
        Whether there is a scale bar.
    spacing : Spacing, optional
        For the scale bar; None where only pixels are known.
    """

    top_left: tuple[Line, ...] = ()
    top_right: tuple[Line, ...] = ()
    bottom_left: tuple[Line, ...] = ()
    bottom_right: tuple[Line, ...] = ()
    letters: EdgeLetters = field(default_factory=EdgeLetters)
    has_bar: bool = False
    spacing: Spacing | None = None


def paint_legend(
    painter: QPainter, area: QRect, legend: Legend, viewport: Viewport, ratio: float, bottom: int = 0
) -> None:
    """Write the legend, light with a dark edge so that it reads on any gray.

    Parameters
    ----------
    painter : QPainter
        Of the canvas.
    area : QRect
        The canvas.
    legend : Legend
        What is written.
    viewport : Viewport
        What is seen, in device pixels.
    ratio : float
        Device pixels a widget pixel.
    bottom : int
        Height of what lies over the middle of the lower edge.
    """
    box = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    painter.setFont(font_for(painter.font(), box.width()))
    half = (box.width() - _GAP) // 2
    rows = int(_FILLED * box.height() / painter.fontMetrics().height())
    has_bar = legend.has_bar and rows > 2
    left = fitting((legend.top_left, legend.bottom_left), rows - (2 if has_bar else 0))
    right = fitting((legend.top_right, legend.bottom_right), rows)
    zoom = f"Zoom {viewport.scale * 100:.0f} %"
    for low in (False, True):
        beside_letter = bool(legend.letters.bottom if low else legend.letters.top)
        _write_rows(painter, box, _texts(left[low], zoom), _texts(right[low], zoom), low, beside_letter)
    if has_bar:
        above = painter.fontMetrics().height() * len(left[True]) + 6
        room = half if len(right[True]) > len(left[True]) else box.width()
        bar = scale_bar(viewport, legend.spacing, half, ratio)
        # A length without the qualifier of its unit would be a lie: rather none.
        if bar is not None and painter.fontMetrics().horizontalAdvance(bar.text) <= room:
            paint_scale_bar(painter, bar, box.left(), box.bottom() + 1 - above)
    _write_letters(painter, box.adjusted(0, 0, 0, -bottom), legend.letters)


def font_for(font: QFont, width: int) -> QFont:
    """Return a smaller font where there is little room."""
    smaller = QFont(font)
    if width < _NARROW:
        smaller.setPointSizeF(font.pointSizeF() * 0.88)
    return smaller


def fitting(corners: Sequence[tuple[Line, ...]], rows: int) -> list[tuple[Line, ...]]:
    """Return corners that have so many lines together, without the lightest; one line always stays."""
    lines = [(corner, place) for corner, group in enumerate(corners) for place in range(len(group))]
    lines.sort(key=lambda where: -corners[where[0]][where[1]].weight)
    kept = set(lines[: max(rows, 1)])
    return [
        tuple(line for place, line in enumerate(group) if (corner, place) in kept)
        for corner, group in enumerate(corners)
    ]


def rooms(metrics: QFontMetrics, left: Line, right: Line, width: int) -> tuple[int, int]:
    """Return the widths that two lines of one row may take: where not both fit, the heavier goes first."""
    needs = [_width(metrics, line.text) for line in (left, right)]
    if sum(needs) <= width:
        return needs[0], needs[1]
    first = 0 if left.weight >= right.weight else 1
    given = min(needs[first], max(round(_HEAVIER * width), width - needs[1 - first]))
    return (given, width - given) if first == 0 else (width - given, given)


def shortened(metrics: QFontMetrics, text: str, room: int) -> str:
    """Return a text that fits: without its last parts, set off by two blanks, and then without its middle."""
    while _width(metrics, text) > room and "  " in text:
        text = text.rpartition("  ")[0]
    if _width(metrics, text) <= room:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)


def _width(metrics: QFontMetrics, text: str) -> int:
    return metrics.horizontalAdvance(text)


def _texts(lines: tuple[Line, ...], zoom: str) -> tuple[Line, ...]:
    return tuple(replace(line, text=zoom) if line.text == ZOOM else line for line in lines)


def _write_rows(
    painter: QPainter,
    box: QRect,
    left: tuple[Line, ...],
    right: tuple[Line, ...],
    low: bool,
    beside_letter: bool,
) -> None:
    """Write the two corners at one edge, row by row from the edge inwards; the first is beside a letter."""
    metrics = painter.fontMetrics()
    inwards = [tuple(reversed(lines)) if low else lines for lines in (left, right)]
    row = QRect(box.left(), box.top(), box.width(), metrics.height())
    if low:
        row.moveBottom(box.bottom())
    for number, (one, other) in enumerate(zip_longest(*inwards, fillvalue=_NOTHING)):
        widths = rooms(metrics, one, other, box.width() - _GAP)
        if beside_letter and number == 0:
            half = (box.width() - _GAP) // 2
            widths = min(widths[0], half), min(widths[1], half)
        for line, side, room in ((one, _LEFT, widths[0]), (other, _RIGHT, widths[1])):
            if not line.text:
                continue
            color = theme.WARNING if line.tone is Tone.WARNING else theme.TEXT
            place = side | Qt.AlignmentFlag.AlignVCenter
            outlined(painter, row, place, shortened(metrics, line.text, room), color)
        row.translate(0, -row.height() if low else row.height())


def _write_letters(painter: QPainter, box: QRect, letters: EdgeLetters) -> None:
    font = QFont(painter.font())
    font.setPointSizeF(font.pointSizeF() * 1.25)
    font.setBold(True)
    painter.save()
    painter.setFont(font)
    middle = Qt.AlignmentFlag.AlignHCenter
    for text, place in (
        (letters.left, _LEFT | Qt.AlignmentFlag.AlignVCenter),
        (letters.right, _RIGHT | Qt.AlignmentFlag.AlignVCenter),
        (letters.top, middle | Qt.AlignmentFlag.AlignTop),
        (letters.bottom, middle | Qt.AlignmentFlag.AlignBottom),
    ):
        if text:
            outlined(painter, box, place, text, theme.TEXT)
    painter.restore()


def paint_empty(painter: QPainter, area: QRect) -> None:
    """Say what to do while there is no image."""
    painter.setPen(theme.TEXT)
    large = QFont(painter.font())
    large.setPointSizeF(large.pointSizeF() * 1.5)
    painter.setFont(large)
    upper = area.adjusted(0, 0, 0, -40)
    wrapped = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    painter.drawText(upper, wrapped, "Drop a chest radiograph here")
    small = QFont(large)
    small.setPointSizeF(large.pointSizeF() / 1.5)
    painter.setFont(small)
    painter.setPen(theme.MUTED)
    lower = area.adjusted(MARGIN, 40, -MARGIN, 0)
    painter.drawText(
        lower,
        wrapped,
        "DICOM, PNG, JPEG or TIFF\nCtrl+O opens a file, Ctrl+Shift+O a folder; Help > Open sample a phantom",
    )
