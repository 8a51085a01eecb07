"""Has panes follow one another in what the user has linked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from cxrviewer.session.panes import Links, carried_point, follow
from cxrviewer.session.state import ViewState
from cxrviewer.ui.pane import Pane
from cxrviewer.ui.pane_grid import PaneGrid


class Linker(QObject):
    """Hands on to the other panes what the user changes in one.

    Parameters
    ----------
    panes : PaneGrid
        All panes.
    links : Links
        To begin with.
    """

    changed = Signal(object)
    """The links are others now."""

    def __init__(self, panes: PaneGrid, links: Links, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self.links = links
        self._listens = True

    def add(self, pane: Pane) -> None:
        """Listen to one more pane."""
        controller = pane.controller
        controller.chosen.connect(lambda former, chosen: self._hand_on(pane, former, chosen))
        controller.opened.connect(lambda _image: self._open_beside(pane))
        pane.canvas.hovered.connect(lambda point: self._point_at(pane, point))

    def use(self, links: Links) -> None:
        """Link otherwise from now on; what differs already is left as it is."""
        self.links = links
        if not links.cursor:
            for pane in self._panes:
                pane.ghost.show_point(None)
        self.changed.emit(links)

    def choose(self, **changes: bool) -> None:
        """Switch links on or off by the names of `Links`."""
        self.use(replace(self.links, **changes))

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Leave the panes alone for a while."""
        former, self._listens = self._listens, False
        try:
            yield
        finally:
            self._listens = former

    def _others(self, pane: Pane) -> list[Pane]:
        return [other for other in self._panes if other is not pane] if self._listens else []

    def _hand_on(self, pane: Pane, former: ViewState, chosen: ViewState) -> None:
        lead = pane.controller.shown.radiograph
        others = self._others(pane)
        with self.silence():
            for other in others:
                own, image = other.controller.state, other.controller.shown.radiograph
                state = follow(own, image, former, chosen, lead, self.links)
                if state != own:
                    other.controller.update(state)

    def _open_beside(self, pane: Pane) -> None:
        others = self._others(pane) if self.links.image else []
        with self.silence():
            for other in others:
                other.controller.open_beside(pane.controller)

    def _point_at(self, pane: Pane, point: tuple[float, float] | None) -> None:
        shown = pane.controller.shown
        lead, turned = shown.radiograph, shown.state.orientation
        pane.ghost.show_point(None)
        for other in self._others(pane) if self.links.cursor else []:
            image, own = other.controller.shown.radiograph, other.controller.state.orientation
            there = None
            if point is not None and lead is not None and image is not None:
                there = carried_point(point, lead, turned, image, own)
            other.ghost.show_point(there)
