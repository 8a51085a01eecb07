"""Moving the image with the hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer, is_drag

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas


class PanTool(PlainTool):
    """Keeps the point of the image that was grabbed under the cursor.

    Parameters
    ----------
    canvas : Canvas
        What is moved.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._start: QPointF | None = None
        self._center = (0.5, 0.5)
        self._moving = False

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """An open hand, closed while it holds the image."""
        return Qt.CursorShape.OpenHandCursor if self._start is None else Qt.CursorShape.ClosedHandCursor

    def press(self, point: Pointer) -> bool:
        """Grab the image, also beside it."""
        self._start, self._center, self._moving = point.view, self._canvas.center(), False
        return True

    def move(self, point: Pointer) -> None:
        """Move the image as far as the mouse has gone."""
        if self._start is None:
            return
        self._moving = self._moving or is_drag(self._start, point.view)
        if self._moving:
            self._canvas.pan_from(self._center, point.view - self._start)

    def release(self, point: Pointer) -> None:
        """Let go."""
        del point
        self._start = None

    def cancel(self) -> None:
        """Let go."""
        self._start = None
