"""The marks of one pane: brings document, layer and tools of its canvas together."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from cxrviewer.imaging.measure import spacing_in_force
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.region import RegionTable
from cxrviewer.session.marks import KINDS, Ellipse, Mark, Rectangle, Text
from cxrviewer.session.marks_words import Yardstick
from cxrviewer.session.shown import Shown
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.canvas.marks_editor import MarkEditor
from cxrviewer.ui.canvas.marks_layer import MarksLayer
from cxrviewer.ui.canvas.marks_tools import MarkGrip, MarkMaker
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.marks import MarkBook, MarkDocument
from cxrviewer.ui.worker import Outcome


class PaneMarks(QObject):
    """Shows the marks of the image that a controller shows.

    Parameters
    ----------
    canvas : Canvas
        Gets layer and tools.
    controller : Controller
        Says what is shown.
    book : MarkBook
        Has the marks.
    menu : QMenu
        Opened where a mark is clicked with the right button.
    """

    def __init__(self, canvas: Canvas, controller: Controller, book: MarkBook, menu: QMenu) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._controller = controller
        self._book = book
        self._menu = menu
        self._radiograph: Radiograph | None = None
        self._asked_for: Radiograph | None = None
        self._table: RegionTable | None = None
        self.layer = MarksLayer(canvas)
        self.layer.visible = book.visible
        canvas.layers.append(self.layer)
        canvas.add_grip(MarkGrip(self.layer, self.edit))
        for kind in KINDS.values():
            canvas.add_tool(Tool(kind.kind), MarkMaker(kind, self.layer, self.edit))
        canvas.installEventFilter(self)
        controller.changed.connect(self.show_shown)
        canvas.hovered.connect(lambda _: self._summarize())
        book.visibility_changed.connect(self._show_or_hide)
        self.show_shown(controller.shown)

    def show_shown(self, shown: Shown) -> None:
        """Show the marks of the image on screen, measured by what is on screen."""
        radiograph = shown.radiograph
        if radiograph is not self._radiograph:
            self._radiograph, self._table = radiograph, None
            self._follow(self._book.document(radiograph) if radiograph is not None else None)
            self.layer.frame = radiograph.frame if radiograph is not None else 0
            self._book.tell()
        self._measure(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Offer what can be done with the mark under the mouse."""
        if isinstance(event, QContextMenuEvent) and watched is self._canvas:
            hit = self.layer.hit(QPointF(event.pos()))
            if hit is not None and self.layer.document is not None:
                self.layer.document.select(hit.mark.id)
                self._menu.popup(event.globalPos())
                return True
        return super().eventFilter(watched, event)

    def edit(self, mark: Mark) -> None:
        """Ask for the words of a mark, in the canvas."""
        document = self.layer.document
        if document is None:
            return
        document.select(mark.id)
        x, y = mark.points[-1]
        place = self._canvas.to_view(x, y).toPoint() + QPoint(0, -12)
        MarkEditor(place, mark.text, lambda text: self._write(document, mark, text), self._canvas)

    def _write(self, document: MarkDocument, mark: Mark, text: str) -> None:
        known = document.marks.find(mark.id)
        if isinstance(mark, Text) and not text:
            document.change(f"delete {mark.name}", document.marks.without(mark.id))
            return
        written = replace(known or mark, text=text)
        what = f"edit words of {mark.name}" if known is not None else f"add {mark.name}"
        document.selected_id = mark.id
        document.change(what, document.marks.with_mark(written))

    def _follow(self, document: MarkDocument | None) -> None:
        former = self.layer.document
        if former is not None:
            former.changed.disconnect(self._changed)
        self.layer.document = document
        if document is not None:
            document.changed.connect(self._changed)

    def _changed(self) -> None:
        self._measure(self._controller.shown)
        self._canvas.update()

    def _show_or_hide(self, visible: bool) -> None:
        self.layer.visible = visible
        self._canvas.update()

    def _measure(self, shown: Shown) -> None:
        """Measure by the spacing in force, and where there are regions by the pixels and the heatmap."""
        document = self.layer.document
        calibration = document.shown.calibration if document is not None else None
        self._canvas.set_calibration(calibration)
        if shown.radiograph is None:
            return
        self._summarize()
        analysis = shown.analysis if shown.state.style.visible else None
        spacing = spacing_in_force(shown.radiograph, calibration)
        made, former = Yardstick(spacing, self._table, analysis), self.layer.yardstick
        if (made.spacing, made.table, made.analysis) != (former.spacing, former.table, former.analysis):
            self.layer.yardstick = made
            self._book.tell()

    def _summarize(self) -> None:
        """Have the pixels summed up as soon as there are regions, or may be soon."""
        radiograph = self._radiograph
        if radiograph is None or self._asked_for is radiograph:
            return
        makes_region = self._canvas.tool.value in {Rectangle.kind, Ellipse.kind}
        document = self.layer.document
        marks = document.shown.of_frame(radiograph.frame) if document is not None else ()
        has_region = any(isinstance(mark, Rectangle | Ellipse) for mark in marks)
        if makes_region or has_region:
            self._asked_for = radiograph
            self._controller.run_aside(lambda: RegionTable(radiograph), self._take_table)

    def _take_table(self, outcome: Outcome) -> None:
        if isinstance(outcome.value, RegionTable) and outcome.value.radiograph is self._radiograph:
            self._table = outcome.value
            self._measure(self._controller.shown)
