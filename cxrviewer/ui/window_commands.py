"""What the actions of the image do that window it, and go through its frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from cxrviewer.imaging import grayscale
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import Window
from cxrviewer.imaging.windowing import DragDirection, dragged
from cxrviewer.ui.canvas.tools.box import Box

if TYPE_CHECKING:
    from cxrviewer.ui.controller import Controller
    from cxrviewer.ui.main_window import MainWindow


class WindowCommands:
    """Windows the image of the active pane.

    Parameters
    ----------
    window : MainWindow
        Its controller, that of the active pane, holds the state; its settings the direction of drags.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._drag_start: Window | None = None

    @property
    def _controller(self) -> Controller:
        return self._window.controller

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {
            "window_auto": self.window_automatically,
            "keep_window": lambda checked: self._choose(keep_window=checked),
            "planes": lambda checked: self._choose(planes_visible=checked),
            "frame_previous": lambda: self.step_frame(-1),
            "frame_next": lambda: self.step_frame(1),
        }

    @property
    def drag_direction(self) -> DragDirection:
        """What a drag to the right and one upwards do."""
        known = set(DragDirection)
        stored = self._window.settings.drag_direction
        return DragDirection(stored) if stored in known else DragDirection.ACROSS_WIDER_UP_BRIGHTER

    def choose_drag_direction(self, direction: DragDirection) -> None:
        """Let drags have another direction from now on."""
        self._window.settings = replace(self._window.settings, drag_direction=direction.value)

    def window_by(self, voi: Voi | None) -> None:
        """Show the image through a window or a table; None for the file's own."""
        self._choose(voi=voi)

    def window_automatically(self) -> None:
        """Window from the image's own values."""
        radiograph = self._controller.shown.radiograph
        if radiograph is not None:
            self._choose(voi=grayscale.auto_window(radiograph))

    def window_region(self, box: Box) -> None:
        """Window from the values inside a box; where it has none, say so."""
        radiograph = self._controller.shown.radiograph
        if radiograph is None:
            return
        left, top, right, bottom = (max(ceil(edge), 0) for edge in box)
        window = grayscale.region_window(radiograph, slice(top, bottom), slice(left, right))
        if window is None:
            self._window.messages.show_text("There is nothing of the image in that region.")
        else:
            self._choose(voi=window)

    def begin_drag(self) -> None:
        """Remember the window that a drag starts from."""
        shown = self._controller.shown
        if shown.radiograph is not None and shown.voi is not None:
            self._drag_start = grayscale.active_window(shown.radiograph, shown.voi)

    def drag(self, dx: float, dy: float) -> None:
        """Change the window by a drag of so many pixels to the right and downwards."""
        shown, renderer, start = self._controller.shown, self._controller.renderer, self._drag_start
        if start is None or shown.radiograph is None or renderer is None:
            return
        histogram = renderer.histogram()
        spread = histogram.spread if histogram is not None else max(start.width, 1.0)
        inverted = shown.state.inverted != shown.radiograph.grayscale.inverted
        self._choose(voi=dragged(start, (dx, dy), spread, self.drag_direction, inverted=inverted))

    def step_frame(self, step: int) -> None:
        """Show the next (1) or the previous (-1) image of the file; stays at the ends."""
        self.show_frame(self._controller.state.frame + step)

    def show_frame(self, frame: int) -> None:
        """Show an image of the file, counted from 0, or the nearest that there is."""
        radiograph, state = self._controller.shown.radiograph, self._controller.state
        # While another file is read, how many it has is not known.
        if radiograph is not None and state.path == radiograph.path:
            self._choose(frame=min(max(frame, 0), radiograph.frames - 1))

    def _choose(self, **changes: object) -> None:
        self._controller.update(replace(self._controller.state, **changes))  # type: ignore[arg-type]
