"""What the canvas asks of a tool, and of a layer over the picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QPainter

from cxrviewer.imaging.viewport import Viewport


class Tool(Enum):
    """What the left button does."""

    WINDOW = "window"
    PAN = "pan"
    REGION = "region"
    ZOOM = "zoom"
    MAGNIFIER = "magnifier"
    LENGTH = "length"
    ANGLE = "angle"
    CARDIOTHORACIC_RATIO = "cardiothoracic_ratio"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    ARROW = "arrow"
    TEXT = "text"


def remembered_tool(name: str) -> Tool:
    """Return the tool to begin with: one that is used all the time, as it was at the end, else the window."""
    return next((tool for tool in (Tool.PAN, Tool.MAGNIFIER) if tool.value == name), Tool.WINDOW)


@dataclass(frozen=True, eq=False)
class Pointer:
    """The mouse on the canvas.

    Parameters
    ----------
    view : QPointF
        In widget pixels.
    stored : tuple of float
        The point (x, y) of the stored pixels, also where it lies outside the image.
    inside : bool
        Whether it lies on the image.
    buttons : Qt.MouseButton
        Those that are down.
    modifiers : Qt.KeyboardModifier
        Shift, Ctrl, Alt.
    """

    view: QPointF
    stored: tuple[float, float]
    inside: bool
    buttons: Qt.MouseButton = Qt.MouseButton.NoButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class CanvasTool(Protocol):
    """Follows the mouse while it is in use; is asked only where there is an image."""

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """The cursor to show now; None for no wish."""

    @property
    def is_busy(self) -> bool:
        """Whether something is half done that the Esc key gives up."""

    def press(self, point: Pointer) -> bool:
        """Begin; False where the press is not for this tool."""

    def move(self, point: Pointer) -> None:
        """Follow: between press and release, and also with no button down."""

    def release(self, point: Pointer) -> None:
        """End what `press` began."""

    def double_click(self, point: Pointer) -> bool:
        """Do something; False where a double click means nothing to this tool."""

    def wheel(self, steps: float) -> bool:
        """Follow the wheel; False where that means nothing to this tool."""

    def leave(self) -> None:
        """The mouse is not over the canvas any more."""

    def cancel(self) -> None:
        """Give up what is half done: for another tool or image, or by Esc."""


class CanvasLayer(Protocol):
    """Draws over the picture, below the words."""

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw in widget pixels.

        Parameters
        ----------
        painter : QPainter
            On the canvas, as it is after its construction.
        viewport : Viewport
            Where the stored pixels lie, in device pixels; `Canvas.to_view` gives widget pixels.
        ratio : float
            Device pixels a widget pixel.
        """


class PlainTool:
    """A tool that does nothing: what others differ in, they say."""

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """No wish."""
        return None

    @property
    def is_busy(self) -> bool:
        """Nothing is ever half done."""
        return False

    def press(self, point: Pointer) -> bool:
        """Leave the press to others."""
        del point
        return False

    def move(self, point: Pointer) -> None:
        """Do nothing."""

    def release(self, point: Pointer) -> None:
        """Do nothing."""

    def double_click(self, point: Pointer) -> bool:
        """Leave the double click to others."""
        del point
        return False

    def wheel(self, steps: float) -> bool:
        """Leave the wheel to the canvas."""
        del steps
        return False

    def leave(self) -> None:
        """Do nothing."""

    def cancel(self) -> None:
        """Do nothing."""


def is_drag(start: QPointF, end: QPointF) -> bool:
    """Return whether the mouse has gone farther than a hand shakes between the clicks of a double click."""
    return (end - start).manhattanLength() >= QGuiApplication.styleHints().mouseDoubleClickDistance()
