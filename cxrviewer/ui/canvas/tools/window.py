"""Windowing by a drag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer, is_drag

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

_FINE = 0.1


class WindowTool(PlainTool):
    """Tells the canvas how far the mouse has gone since it was pressed; a tenth of it where Ctrl is held.

    Parameters
    ----------
    canvas : Canvas
        Its signals `window_drag_started` and `window_dragged` are emitted.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._start: QPointF | None = None
        self._last = QPointF()
        self._way = QPointF()
        self._moving = False

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """Arrows in all directions while the window changes."""
        return Qt.CursorShape.SizeAllCursor if self._moving else None

    def press(self, point: Pointer) -> bool:
        """Begin with the window as it is."""
        self._start = self._last = point.view
        self._way, self._moving = QPointF(), False
        self._canvas.window_drag_started.emit()
        return True

    def move(self, point: Pointer) -> None:
        """Tell the way since the press."""
        if self._start is None or not (self._moving or is_drag(self._start, point.view)):
            return
        self._moving = True
        fine = bool(point.modifiers & Qt.KeyboardModifier.ControlModifier)
        self._way += (point.view - self._last) * (_FINE if fine else 1.0)
        self._last = point.view
        self._canvas.window_dragged.emit(self._way.x(), self._way.y())

    def release(self, point: Pointer) -> None:
        """End the drag."""
        del point
        self.cancel()

    def cancel(self) -> None:
        """End the drag; the window stays as it is."""
        self._start, self._moving = None, False
