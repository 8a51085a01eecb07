"""What the actions of the panes do: layouts, comparisons, links."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cxrviewer.session.compare import Comparison
from cxrviewer.session.panes import Layout
from cxrviewer.ui.actions.panes import COMPARE, LAYOUTS, LINKS

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow


class PaneCommands:
    """Opens, closes and links panes.

    Parameters
    ----------
    window : MainWindow
        Has the panes.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {
            **{key: self._laying_out(layout) for key, layout in LAYOUTS.items()},
            **{key: self._comparing(comparison) for key, comparison in COMPARE.items()},
            **{key: self._linking(name) for key, name in LINKS.items()},
            "beside": self.show_beside,
            "swipe": self.swipe,
            "flicker": self.flicker,
            "pane_next": lambda: self._window.panes.step(1),
            "pane_previous": lambda: self._window.panes.step(-1),
            "pane_close": self.close_pane,
        }

    def close_pane(self) -> None:
        """Close the active pane."""
        self._window.arrangement.close_active()

    def show_beside(self, wanted: bool) -> None:
        """Show the image without its heatmap beside the overlay, or the overlay alone again."""
        if wanted:
            self._window.arrangement.compare(Comparison.PLAIN)
        else:
            self._window.arrangement.lay_out(Layout.ONE)

    def swipe(self, wanted: bool) -> None:
        """Draw the heatmap on one side of a line only, or all of it again."""
        self._window.canvas.reveal.swipe(0.5 if wanted else None)
        self._show_heatmap(wanted)

    def flicker(self, wanted: bool) -> None:
        """Have the heatmap of the active pane come and go."""
        self._window.canvas.reveal.flicker(wanted)
        self._show_heatmap(wanted)

    def _show_heatmap(self, wanted: bool) -> None:
        """Switch the heatmap on where it is needed."""
        if wanted and not self._window.controller.state.style.visible:
            self._window.commands.style(visible=True)

    def _laying_out(self, layout: Layout) -> Callable[..., None]:
        return lambda _checked: self._window.arrangement.lay_out(layout)

    def _comparing(self, comparison: Comparison) -> Callable[..., None]:
        return lambda: self._window.arrangement.compare(comparison)

    def _linking(self, name: str) -> Callable[..., None]:
        return lambda checked: self._window.linker.choose(**{name: checked})
