"""Making marks with the mouse, and taking hold of those that are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt

from cxrviewer.imaging.measure import Point
from cxrviewer.session.marks import CardiothoracicRatio, FileMarks, Mark, Text, inside_image, shift_inside
from cxrviewer.session.marks_straight import straightened
from cxrviewer.session.marks_words import prompt
from cxrviewer.ui.canvas.marks_layer import Hit, MarksLayer
from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer, is_drag
from cxrviewer.ui.marks import MarkDocument

_SHIFT = Qt.KeyboardModifier.ShiftModifier


class MarkMaker(PlainTool):
    """Makes marks of one kind: the first two points by a drag or by clicks, further ones by clicks.

    Parameters
    ----------
    kind : type of Mark
        What is made.
    layer : MarksLayer
        Draws the mark under way; its document gets the whole one.
    edit : callable
        Asks for the words of a mark that is nothing without.
    """

    def __init__(self, kind: type[Mark], layer: MarksLayer, edit: Callable[[Mark], None]) -> None:
        self._kind = kind
        self._layer = layer
        self._edit = edit
        self._points: tuple[Point, ...] = ()
        self._start = QPointF()
        self._last = QPointF()
        self._aiming = False

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """A cross, to aim with."""
        return Qt.CursorShape.CrossCursor

    @property
    def is_busy(self) -> bool:
        """Whether a mark is half made."""
        return bool(self._points)

    def press(self, point: Pointer) -> bool:
        """Set the first point, or aim at the next one."""
        if self._layer.document is None or not (self._points or point.inside):
            return False
        self._aiming = bool(self._points)
        if not self._points:
            self._points, self._start, self._last = (self._at(point),), point.view, point.view
        self.move(point)
        return True

    def move(self, point: Pointer) -> None:
        """Draw the mark as it would be with its next point here."""
        self._layer.show_prompt(prompt(self._kind, len(self._points)))
        if self._points and self._layer.document is not None:
            self._layer.under_way = self._made((*self._points, self._at(point))[: self._kind.count])

    def release(self, point: Pointer) -> None:
        """Set the next point; a click that has set the first one leaves it at that."""
        if not self._points:
            return
        if self._kind.count == 1:
            self._finish()
        elif (self._aiming or is_drag(self._start, point.view)) and is_drag(self._last, point.view):
            self._points, self._last = (*self._points, self._at(point)), point.view
            if len(self._points) == self._kind.count:
                self._finish()
            self.move(point)

    def double_click(self, point: Pointer) -> bool:
        """Do nothing: both clicks were on the same point."""
        del point
        return True

    def leave(self) -> None:
        """Say no more what to do."""
        self._layer.show_prompt("")

    def cancel(self) -> None:
        """Give up the mark that is half made."""
        self._points = ()
        self._layer.under_way = None
        self._layer.show_prompt("")

    def _at(self, point: Pointer) -> Point:
        """Return where a point is set: on the image, and straight from the last one where Shift is down."""
        assert self._layer.document is not None
        place = point.stored
        if point.modifiers & _SHIFT and len(self._points) in {1, 2} and not self._is_heart():
            place = straightened(self._kind, self._points[-1], place, self._layer.yardstick.spacing)
        return inside_image(place, self._layer.document.image.shape)

    def _is_heart(self) -> bool:
        return issubclass(self._kind, CardiothoracicRatio) and len(self._points) == 2

    def _made(self, points: tuple[Point, ...]) -> Mark:
        mark = self._kind(points, self._layer.frame)
        if isinstance(mark, CardiothoracicRatio):
            return mark.levelled(self._layer.yardstick.spacing)
        return mark

    def _finish(self) -> None:
        document, mark = self._layer.document, self._made(self._points)
        self.cancel()
        if isinstance(mark, Text):
            self._edit(mark)
        elif document is not None:
            document.selected_id = mark.id
            document.change(f"add {mark.name}", document.marks.with_mark(mark))


@dataclass(frozen=True, eq=False)
class _Held:
    """What the mouse holds, and what was before."""

    hit: Hit
    document: MarkDocument
    before: FileMarks
    view: QPointF
    stored: Point


class MarkGrip(PlainTool):
    """Selects, moves and reshapes marks, whichever tool is in use.

    Parameters
    ----------
    layer : MarksLayer
        Says what is under the mouse.
    edit : callable
        Asks for other words of a mark.
    """

    def __init__(self, layer: MarksLayer, edit: Callable[[Mark], None]) -> None:
        self._layer = layer
        self._edit = edit
        self._held: _Held | None = None
        self._moving = False
        self._under_mouse: Hit | None = None

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """A hand over handles, arrows over the rest of a mark."""
        hit = self._held.hit if self._held is not None else self._under_mouse
        if hit is None:
            return None
        return Qt.CursorShape.SizeAllCursor if hit.handle is None else Qt.CursorShape.PointingHandCursor

    @property
    def is_busy(self) -> bool:
        """Whether a mark is being moved, or one is selected."""
        document = self._layer.document
        return self._moving or (document is not None and document.selected_id is not None)

    def press(self, point: Pointer) -> bool:
        """Take hold of what is under the mouse; elsewhere, nothing is selected any more."""
        document = self._layer.document
        if document is None or self._layer.under_way is not None:
            return False
        hit = self._layer.hit(point.view)
        document.select(hit.mark.id if hit is not None else None)
        if hit is not None:
            self._held = _Held(hit, document, document.marks, point.view, point.stored)
        return hit is not None

    def move(self, point: Pointer) -> None:
        """Move what is held; else show what could be."""
        held = self._held
        if held is None:
            is_free = self._layer.under_way is None and not point.buttons
            self._under_mouse = self._layer.hit(point.view) if is_free else None
            self._layer.hover(self._under_mouse.mark.id if self._under_mouse is not None else None)
        elif self._moving or is_drag(held.view, point.view):
            self._moving = True
            held.document.preview(held.before.with_mark(self._moved(held, point)))

    def release(self, point: Pointer) -> None:
        """Let the mark be where it is now."""
        held, moving = self._held, self._moving
        self._held, self._moving = None, False
        if held is not None and moving:
            what = "move" if held.hit.handle is None else "change"
            marks = held.before.with_mark(self._moved(held, point))
            held.document.change(f"{what} {held.hit.mark.name}", marks)

    def double_click(self, point: Pointer) -> bool:
        """Ask for other words of the mark under the mouse."""
        hit = self._layer.hit(point.view) if self._layer.under_way is None else None
        if hit is not None:
            self._edit(hit.mark)
        return hit is not None

    def leave(self) -> None:
        """Nothing is under the mouse."""
        self._under_mouse = None
        self._layer.hover(None)

    def cancel(self) -> None:
        """Let go of the mark, which goes back to where it was; nothing is selected any more."""
        held, self._held, self._moving = self._held, None, False
        if held is not None:
            held.document.preview(None)
        if self._layer.document is not None:
            self._layer.document.select(None)

    def _moved(self, held: _Held, point: Pointer) -> Mark:
        mark, handle, shape = held.hit.mark, held.hit.handle, held.document.image.shape
        dx, dy = point.stored[0] - held.stored[0], point.stored[1] - held.stored[1]
        if handle is None:
            return mark.shifted(*shift_inside(mark, dx, dy, shape))
        x, y = mark.handles[handle]
        place, anchor = (x + dx, y + dy), mark.anchor(handle)
        spacing = self._layer.yardstick.spacing
        if point.modifiers & _SHIFT and anchor is not None:
            place = straightened(type(mark), anchor, place, spacing)
        return mark.reshaped(handle, inside_image(place, shape), spacing)
