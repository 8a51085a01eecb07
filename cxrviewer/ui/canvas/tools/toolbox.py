"""Which tool the mouse and the keys of the canvas speak to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from cxrviewer.ui.canvas.tools.pan import PanTool
from cxrviewer.ui.canvas.tools.tool import CanvasTool, Pointer, Tool
from cxrviewer.ui.canvas.tools.window import WindowTool

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

_HELD = {Qt.Key.Key_Space: Tool.PAN, Qt.Key.Key_M: Tool.MAGNIFIER}
"""Keys that stand for a tool while they are held; tapped, they do what the action of that key does."""
_TAP = 0.25
"""Seconds after which a key counts as held, though nothing was done meanwhile."""


class Toolbox:
    """The tools of a canvas, of which one is in use.

    Parameters
    ----------
    canvas : Canvas
        Passes its events on to here.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._tools: dict[Tool, CanvasTool] = {Tool.WINDOW: WindowTool(canvas), Tool.PAN: PanTool(canvas)}
        self.grips: list[CanvasTool] = []
        """Asked before the tool in use; take what is theirs, a handle of a mark say."""
        self._chosen = Tool.WINDOW
        self._held: Qt.Key | None = None
        self._held_since = 0.0
        self._was_used = False
        self._working: CanvasTool | None = None
        self._last: Pointer | None = None

    @property
    def chosen(self) -> Tool:
        """The tool that the user has chosen."""
        return self._chosen

    def add(self, name: Tool, tool: CanvasTool) -> None:
        """Offer a tool."""
        self._tools[name] = tool

    def choose(self, name: Tool) -> None:
        """Take another tool; what the former one has half done is given up."""
        if name is self._chosen:
            return
        self.cancel()
        self._chosen = name
        self._go_on()

    def cancel(self) -> None:
        """Give up whatever is half done."""
        for tool in (*self.grips, *self._tools.values()):
            tool.cancel()
        self._working = None
        self._show_cursor()

    @property
    def is_busy(self) -> bool:
        """Whether something is half done."""
        return any(tool.is_busy for tool in (*self.grips, *self._tools.values()))

    def press(self, event: QMouseEvent) -> None:
        """Give a press to the first tool that takes it."""
        point = self._pointer(event)
        self._was_used = True
        self._working = next((tool for tool in self._asked(event) if tool.press(point)), None)
        self._show_cursor()

    def move(self, event: QMouseEvent) -> None:
        """Tell the tool at work, or those that may begin, where the mouse is."""
        self._last = self._pointer(event)
        for tool in self._listeners():
            tool.move(self._last)
        self._show_cursor()

    def release(self, event: QMouseEvent) -> None:
        """End what was begun by the button that is up now."""
        working, self._working = self._working, None
        if working is not None:
            working.release(self._pointer(event))
        self._show_cursor()

    def double_click(self, event: QMouseEvent) -> bool:
        """Return whether a tool has a meaning for a double click."""
        point = self._pointer(event)
        return any(tool.double_click(point) for tool in (*self.grips, self._in_use()))

    def wheel(self, steps: float) -> bool:
        """Return whether the tool in use has a meaning for the wheel."""
        taken = self._in_use().wheel(steps)
        self._was_used = self._was_used or taken
        return taken

    def leave(self) -> None:
        """The mouse has left the canvas."""
        self._last = None
        for tool in self._listeners():
            tool.leave()

    def knows(self, event: QKeyEvent) -> bool:
        """Return whether a key belongs to the tools now, before any action."""
        if event.key() == Qt.Key.Key_Escape:
            return self.is_busy
        return Qt.Key(event.key()) in _HELD and event.modifiers() == Qt.KeyboardModifier.NoModifier

    def key_down(self, event: QKeyEvent) -> None:
        """Take the tool of a key for as long as it is held, or give up what is half done."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif not event.isAutoRepeat() and self._working is None:
            self._in_use().leave()
            self._held, self._held_since, self._was_used = Qt.Key(event.key()), time.monotonic(), False
            self._go_on()

    def key_up(self, event: QKeyEvent) -> bool:
        """Return whether the key is up after a mere tap."""
        if event.isAutoRepeat() or Qt.Key(event.key()) is not self._held:
            return False
        tapped = not self._was_used and time.monotonic() - self._held_since < _TAP
        self.let_go()
        return tapped

    def let_go(self) -> None:
        """No key is held any more, or none that can be heard of."""
        if self._held is None:
            return
        self._in_use().leave()
        self._held = None
        self._go_on()

    def _go_on(self) -> None:
        """Tell the tool that is in use now where the mouse is."""
        if self._last is not None:
            self._in_use().move(self._last)
        self._show_cursor()

    def _asked(self, event: QMouseEvent) -> tuple[CanvasTool, ...]:
        if event.button() == Qt.MouseButton.MiddleButton:
            return (self._tools[Tool.PAN],)
        if event.button() != Qt.MouseButton.LeftButton:
            return ()
        if self._held is not None:
            return (self._in_use(),)
        with_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if with_shift and self._chosen is Tool.WINDOW:
            return (*self.grips, self._tools[Tool.PAN])
        return (*self.grips, self._in_use())

    def _listeners(self) -> tuple[CanvasTool, ...]:
        if self._working is not None:
            return (self._working,)
        return (self._in_use(),) if self._held is not None else (*self.grips, self._in_use())

    def _in_use(self) -> CanvasTool:
        return self._tools[_HELD[self._held] if self._held is not None else self._chosen]

    def _pointer(self, event: QMouseEvent) -> Pointer:
        position: QPointF = event.position()
        x, y = self._canvas.point_at(position)
        return Pointer(
            position, (x, y), self._canvas.covers(x, y), event.buttons() | event.button(), event.modifiers()
        )

    def _show_cursor(self) -> None:
        wishes = (tool.cursor for tool in self._listeners())
        cursor = next((wish for wish in wishes if wish is not None), None)
        if cursor is None:
            self._canvas.unsetCursor()
        else:
            self._canvas.setCursor(cursor)
