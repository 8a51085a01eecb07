"""Draws the marks over the picture, and finds the one under the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from cxrviewer.imaging.drawing import Box, Drawing, Oval, Path, distance_to, handle_near, place_words
from cxrviewer.imaging.geometry import Affine
from cxrviewer.imaging.spacing import PIXELS, Spacing
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.session.marks import Mark, Text
from cxrviewer.session.marks_drawing import draw_mark
from cxrviewer.session.marks_words import Yardstick, mark_lines
from cxrviewer.ui.marks import MarkDocument

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

REACH = 6.0
"""Widget pixels from a line at which it can still be taken hold of."""

COLOR = QColor("#ffd54a")
SELECTED = QColor("#6fd0ff")
_HALO = QColor(0, 0, 0, 170)
_PAPER = QColor(0, 0, 0, 165)
_WIDTH, _HALO_WIDTH = 1.5, 4.0
_DASHES = (5.0, 3.0)
"""Of the midline, in widths of a line."""
_HANDLE = 4.0
_GAP = 9.0
_PADDING = 4.0
_MARGIN = 6.0
_REMEMBERED = 1000
"""States of marks whose words are kept."""
_TOP = 56.0
"""From the upper edge of the canvas to the words that say what to do next."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A mark as it is on the canvas, and where its words stand, in widget pixels."""

    mark: Mark
    drawing: Drawing
    words: Box | None


@dataclass(frozen=True)
class Hit:
    """What of a mark is under the mouse: a handle by its number, or the mark as a whole."""

    mark: Mark
    handle: int | None = None


class MarksLayer:
    """The marks of one frame on a canvas.

    Parameters
    ----------
    canvas : Canvas
        Is drawn anew where something changes.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.document: MarkDocument | None = None
        self.frame = 0
        self.visible = True
        self._yardstick = Yardstick(Spacing(1.0, 1.0, PIXELS))
        self._under_way: Mark | None = None
        self._hovered: str | None = None
        self._prompt = ""
        self._lines: dict[Mark, tuple[str, ...]] = {}
        self._placed: list[Placed] = []
        self._placed_for: tuple[object, ...] = ()

    @property
    def yardstick(self) -> Yardstick:
        """What the marks are measured with."""
        return self._yardstick

    @yardstick.setter
    def yardstick(self, yardstick: Yardstick) -> None:
        self._yardstick = yardstick
        self._lines.clear()
        self._canvas.update()

    @property
    def under_way(self) -> Mark | None:
        """A mark that is being made."""
        return self._under_way

    @under_way.setter
    def under_way(self, mark: Mark | None) -> None:
        self._under_way = mark
        self._canvas.update()

    def show_prompt(self, text: str) -> None:
        """Say what to do next; "" to say nothing."""
        if text != self._prompt:
            self._prompt = text
            self._canvas.update()

    def hover(self, mark_id: str | None) -> None:
        """Show the handles of a mark that the mouse is on."""
        if mark_id != self._hovered:
            self._hovered = mark_id
            self._canvas.update()

    def hit(self, position: QPointF) -> Hit | None:
        """Return what of which mark is at a widget position: handles before lines, the uppermost first."""
        point = (position.x(), position.y())
        placed = self.placed()
        for each in reversed(placed):
            handle = handle_near(each.drawing, point, REACH)
            if handle is not None and not isinstance(each.mark, Text):
                return Hit(each.mark, handle)
        for each in reversed(placed):
            on_words = each.words is not None and each.words.contains(point)
            if on_words or distance_to(each.drawing, point) <= REACH:
                return Hit(each.mark)
        return None

    def placed(self) -> list[Placed]:
        """Return the marks as they are on the canvas now, without the one under way; none where hidden."""
        viewport = self._canvas.viewport()
        if viewport is None or self.document is None or not self.visible:
            return []
        marks = [mark for mark in self.document.shown.of_frame(self.frame) if mark.visible]
        placed_for = (viewport, self._yardstick, self._canvas.size(), self._canvas.font())
        same_view = placed_for == self._placed_for
        if not same_view or marks != [each.mark for each in self._placed]:
            # While a mark is dragged, the words of the others stay where they are.
            known = self._placed if same_view and self.document.is_previewing else []
            self._placed_for = placed_for
            self._placed = self._place(viewport, marks, known)
        return self._placed

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw all marks, then the one under way."""
        del ratio
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = self.document.selected_id if self.document is not None else None
        under_way = self._place(viewport, [self._under_way], []) if self._under_way is not None else []
        highlighted = {selected, *(each.mark.id for each in under_way)}
        everything = [*self.placed(), *under_way]
        for each in everything:
            _paint_shapes(painter, each.drawing, _color(each, highlighted))
            if each.mark.id in {*highlighted, self._hovered}:
                _paint_handles(painter, each.drawing, _color(each, highlighted))
        for each in everything:
            if each.words is not None:
                is_framed = each.mark.id in highlighted
                _paint_words(painter, each.words, each.drawing.lines, _color(each, highlighted), is_framed)
        if self._prompt:
            width, height = _size(QFontMetricsF(self._canvas.font()), (self._prompt,))
            left = (self._canvas.width() - width) / 2
            _paint_words(
                painter, Box(left, _TOP, left + width, _TOP + height), (self._prompt,), SELECTED, False
            )

    def _place(self, viewport: Viewport, marks: list[Mark], known: list[Placed]) -> list[Placed]:
        """Return where marks and their words are; those that are known stay."""
        to_widget, spacing = self._to_widget(viewport), self._yardstick.spacing
        kept = {each.mark: each for each in known}
        drawings = [
            kept[mark].drawing if mark in kept else draw_mark(mark, to_widget, self.words(mark), spacing)
            for mark in marks
        ]
        lines = np.array([line for drawing in drawings for line in drawing.rough_lines()]).reshape(-1, 2, 2)
        area = Box(0, 0, self._canvas.width(), self._canvas.height()).grown(-_MARGIN)
        words = {mark: kept[mark].words for mark in marks if mark in kept}
        for mark, drawing in zip(marks, drawings, strict=True):
            if mark not in words:
                taken = tuple(box for box in words.values() if box is not None)
                size = _size(QFontMetricsF(self._canvas.font()), drawing.lines)
                words[mark] = place_words(drawing, size, area, _GAP, taken, lines) if drawing.lines else None
        return [Placed(mark, drawing, words[mark]) for mark, drawing in zip(marks, drawings, strict=True)]

    def _to_widget(self, viewport: Viewport) -> Affine:
        """Return the map of stored points to widget pixels, which count from the corner of a pixel."""
        ratio = self._canvas.devicePixelRatioF()
        matrix = viewport.stored_to_view.copy()
        matrix[:2, 2] += 0.5
        matrix[:2] /= ratio
        return matrix

    def words(self, mark: Mark) -> tuple[str, ...]:
        """Return the lines beside a mark."""
        if mark not in self._lines:
            # A drag makes a mark anew with every step.
            if len(self._lines) >= _REMEMBERED:
                self._lines.clear()
            self._lines[mark] = mark_lines(mark, self._yardstick)
        return self._lines[mark]


def _size(metrics: QFontMetricsF, lines: tuple[str, ...]) -> tuple[float, float]:
    width = max((metrics.horizontalAdvance(line) for line in lines), default=0.0)
    return width + 2 * _PADDING, metrics.lineSpacing() * len(lines) + _PADDING


def _color(placed: Placed, highlighted: set[str | None]) -> QColor:
    return SELECTED if placed.mark.id in highlighted else COLOR


def _paint_shapes(painter: QPainter, drawing: Drawing, color: QColor) -> None:
    for pen in (QPen(_HALO, _HALO_WIDTH), QPen(color, _WIDTH)):
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        for shape in drawing.shapes:
            _paint_shape(painter, shape, pen)


def _paint_shape(painter: QPainter, shape: Path | Oval, pen: QPen) -> None:
    """Draw an outline by its straight pieces, which Qt draws several times as fast as a whole one."""
    painter.setPen(pen)
    if isinstance(shape, Oval):
        painter.setPen(QPen(pen.color(), pen.widthF(), pen.style(), Qt.PenCapStyle.FlatCap))
    elif shape.filled:
        painter.setBrush(pen.color())
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in shape.points]))
        return
    elif shape.dashed and pen.widthF() == _WIDTH:
        painter.setPen(_dashed(pen))
    painter.drawLines([QLineF(*one, *other) for one, other in shape.segments()])


def _dashed(pen: QPen) -> QPen:
    dashed = QPen(pen.color(), pen.widthF(), Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    dashed.setDashPattern(_DASHES)
    return dashed


def _paint_handles(painter: QPainter, drawing: Drawing, color: QColor) -> None:
    painter.setBrush(_HALO)
    painter.setPen(QPen(color, _WIDTH))
    for handle in drawing.handles:
        painter.drawEllipse(QPointF(*handle), _HANDLE, _HANDLE)


def _paint_words(painter: QPainter, box: Box, lines: tuple[str, ...], color: QColor, selected: bool) -> None:
    area = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
    painter.setPen(QPen(color, 1.0) if selected else Qt.PenStyle.NoPen)
    painter.setBrush(_PAPER)
    painter.drawRoundedRect(area, 3, 3)
    painter.setPen(color)
    inside = area.adjusted(_PADDING, _PADDING / 2, 0, 0)
    painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, "\n".join(lines))
