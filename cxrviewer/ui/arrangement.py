"""Opens and closes the panes of a window: layouts, comparisons, the image beside its overlay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from cxrviewer.explain.target import settle_target
from cxrviewer.session.compare import Comparison, compared, linked_for
from cxrviewer.session.panes import Layout, layout_for
from cxrviewer.session.plan import answerable
from cxrviewer.session.shown import Shown
from cxrviewer.session.state import ViewState
from cxrviewer.ui.linker import Linker
from cxrviewer.ui.pane import Pane
from cxrviewer.ui.pane_grid import PaneGrid


class Arrangement(QObject):
    """Changes how many panes there are, and what they show to begin with.

    Parameters
    ----------
    panes : PaneGrid
        Gets them.
    linker : Linker
        Links them.
    make_pane : callable
        Returns one more pane, wired up.
    """

    changed = Signal()

    def __init__(
        self,
        panes: PaneGrid,
        linker: Linker,
        make_pane: Callable[[], Pane],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panes = panes
        self._linker = linker
        self._make_pane = make_pane
        self.comparison: Comparison | None = None

    def lay_out(self, layout: Layout) -> None:
        """Have as many panes as a layout has, each on its own; new ones begin as the active one is."""
        self._end_comparison()
        while len(self._panes.panes) > layout.count:
            self._close(next(pane for pane in reversed(self._panes.panes) if pane is not self._panes.active))
        lead = self._panes.active.controller
        while len(self._panes.panes) < layout.count:
            pane = self._make_pane()
            self._panes.insert(len(self._panes.panes), pane)
            pane.controller.show_beside(lead, lead.state)
        self._finish(layout)

    def compare(self, comparison: Comparison) -> None:
        """Show the image of the active pane several times, by different methods say."""
        for pane in [pane for pane in self._panes if pane is not self._panes.active]:
            self._close(pane)
        lead = self._panes.active.controller
        shown = lead.shown
        info = shown.at_hand.loaded.info if shown.at_hand.loaded is not None else None
        states = compared(comparison, lead.state, info, shown.at_hand.prediction)
        own = _own_place(comparison, states, shown)
        self.comparison = comparison
        self._linker.use(linked_for(comparison, self._linker.links))
        with self._linker.silence():
            lead.update(states[own])
            for place, state in enumerate(states):
                if place != own:
                    pane = self._make_pane()
                    self._panes.insert(place, pane)
                    pane.controller.show_beside(lead, state)
        self._finish(layout_for(len(states)))

    def restore(self, remembered: str) -> None:
        """Have the panes of the last time; they are empty."""
        if remembered == Comparison.PLAIN.name:
            self.compare(Comparison.PLAIN)
        elif remembered in Layout.__members__:
            self.lay_out(Layout[remembered])

    def to_remember(self) -> str:
        """Return the setting that `restore` takes; what was compared is not remembered."""
        if self.comparison not in (None, Comparison.PLAIN):
            return Layout.ONE.name
        return (self.comparison or self._panes.arrangement).name

    def close_active(self) -> None:
        """Close the active pane, unless it is the only one."""
        count = len(self._panes.panes) - 1
        if count:
            self._close(self._panes.active)
            former = self._panes.arrangement
            self._finish(former if former.count == count else layout_for(count))

    def _end_comparison(self) -> None:
        """Let panes go their own ways again."""
        if self.comparison is None:
            return
        self.comparison = None
        free = dict.fromkeys(("image", "model", "target", "layers", "method"), False)
        self._linker.use(replace(self._linker.links, **free))
        for pane in self._panes:
            pane.controller.update(replace(pane.controller.state, keep_target=False))

    def _close(self, pane: Pane) -> None:
        self._panes.remove(pane)
        pane.controller.leave()
        pane.deleteLater()

    def _finish(self, layout: Layout) -> None:
        if layout is Layout.ONE:
            self._end_comparison()
        self._panes.arrange(layout)
        self.changed.emit()


def _own_place(comparison: Comparison, states: tuple[ViewState, ...], shown: Shown) -> int:
    """Return which of the panes of a comparison is the one that it starts from."""
    if comparison is Comparison.PLAIN:
        return 1
    if shown.at_hand.loaded is None:
        return 0
    question = answerable(shown.state.question, shown.at_hand.loaded.info)
    target = settle_target(question.target, shown.at_hand.prediction)
    layers = shown.analysis.result.attribution.question.layers if shown.analysis is not None else ()
    for place, state in enumerate(states):
        asked = state.question
        if comparison is Comparison.CLASSES and asked.target == target and state.style.visible:
            return place
        if comparison is Comparison.LAYERS and asked.layers == layers:
            return place
    return len(states) - 1 if comparison is Comparison.LAYERS else 0
