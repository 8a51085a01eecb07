"""Brings what the controller of the active pane says into the side panel, the menus and the status line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import Qt

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import LOGIT
from cxrviewer.explain.target import settle_target
from cxrviewer.models.catalog import builtin_cards, remember_card
from cxrviewer.session.analysis import LoadedChoice
from cxrviewer.session.compare import Comparison
from cxrviewer.session.plan import answerable
from cxrviewer.session.shown import Shown, differ_only_in
from cxrviewer.ui.actions.panes import LAYOUTS, LINKS
from cxrviewer.ui.dialogs.model_form import ModelForm
from cxrviewer.ui.legend_text import fallback_text, heading_text
from cxrviewer.ui.lung_words import LungWords
from cxrviewer.ui.menus import fill_presets
from cxrviewer.ui.sight import Sight
from cxrviewer.ui.status import read_out
from cxrviewer.ui.waiting import Activity
from cxrviewer.ui.words import WordChoice

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow

_VIEW = ("voi", "inverted", "orientation", "zoom")
"""How the image is looked at, which changes with each move of the mouse."""


class Presenter:
    """Changes what differs from what is on screen, and nothing else.

    Parameters
    ----------
    window : MainWindow
        Its widgets are there.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._shown = window.controller.shown
        self._lung_words = LungWords(window.lungs)
        self._told: WeakKeyDictionary[LoadedChoice, str] = WeakKeyDictionary()
        self._sight = Sight(window.controller.run_aside, window)
        self._sight.seen.connect(window.side.show_model_input)

    def start(self) -> None:
        """Show the state to begin with."""
        self._window.side.show_models(builtin_cards(), self._shown.state.model)
        self._window.side.show_model(None)
        self._window.actions_table.enable_for_image(False)
        self._show_question(self._shown)
        self._show_view(self._shown)
        self.show_words(self._window.words.choice)
        self.show_panes()
        self.show_lungs()
        self.show_activity(self._window.controller.activity)

    def apply(self, shown: Shown) -> None:
        """Show what differs from what is on screen."""
        former, self._shown = self._shown, shown
        state = shown.state
        if shown.radiograph is not former.radiograph:
            self._show_image(shown)
        if shown.at_hand.loaded is not former.at_hand.loaded:
            self._show_model(shown)
        if (state.model, shown.at_hand.model) != (former.state.model, former.at_hand.model):
            self._window.side.show_models(builtin_cards(), state.model)
        self._say_fallback(shown)
        if not differ_only_in(shown, former, *_VIEW):
            self._show_question(shown)
        self._show_view(shown)
        self._show_lung_words()
        self._sight.look(shown)

    def show_words(self, choice: WordChoice) -> None:
        """Tell in the menus what the user wants to read."""
        actions = self._window.actions_table
        actions.check("identity", choice.identity)
        actions.check("corner_text", choice.corners)
        actions.check("markers", choice.markers)

    def show_panes(self, _change: object = None) -> None:
        """Tell in the menus how the panes are laid out and what links them."""
        window, actions = self._window, self._window.actions_table
        compared, links = window.arrangement.comparison, window.linker.links
        for key, layout in LAYOUTS.items():
            actions.check(key, compared is None and layout is window.panes.arrangement)
        for key, name in LINKS.items():
            actions.check(key, getattr(links, name))
        actions.check("beside", compared is Comparison.PLAIN)
        actions.check("swipe", window.canvas.reveal.divider is not None)
        actions.check("flicker", window.canvas.reveal.flickers)
        for key in ("pane_next", "pane_previous", "pane_close", *LINKS):
            actions.enable(key, len(window.panes.panes) > 1)

    def show_lungs(self) -> None:
        """Tell what is wanted and known of the lungs."""
        lungs, actions = self._window.lungs, self._window.actions_table
        actions.check("lung_outline", lungs.outlined)
        actions.check("lung_check", lungs.warns)
        self._show_lung_words()

    def _show_lung_words(self) -> None:
        words, shown = self._lung_words, self._shown
        self._window.side.heatmap.show_lungs(words.sentence(shown), words.about(shown))

    def show_activity(self, activity: Activity) -> None:
        """Show what goes on."""
        self._window.status.show_activity(activity)
        self._window.actions_table.enable("cancel", activity.can_be_cancelled)

    def hover(self, shown: Shown, point: tuple[float, float] | None) -> None:
        """Tell the values under the cursor, of the pane that it is over."""
        self._window.status.show_readout(read_out(shown, *point) if point is not None else None)

    def _show_image(self, shown: Shown) -> None:
        window, radiograph = self._window, shown.radiograph
        window.actions_table.enable_for_image(radiograph is not None)
        if radiograph is None:
            return
        window.setWindowTitle(f"{radiograph.path.name}[*] – CXR Viewer")
        window.browser.mark(radiograph.path)
        window.tags.show_file(radiograph.path)
        fill_presets(window.presets_menu, radiograph, window.commands.windowing.window_by)

    def _show_model(self, shown: Shown) -> None:
        window, loaded = self._window, shown.at_hand.loaded
        window.side.show_model(loaded.info if loaded is not None else None)
        if loaded is None or loaded in self._told:
            return
        self._told[loaded] = ""
        if loaded.info.notes:
            window.messages.show_text(" ".join(loaded.info.notes))
        if not loaded.info.card.complete:
            form = ModelForm(loaded.info.card, window, loaded.info.notes)
            form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            form.accepted.connect(lambda: self._keep_card(form))
            form.open()

    def _keep_card(self, form: ModelForm) -> None:
        card = form.card()
        try:
            remember_card(card)
        except OSError as error:
            self._window.messages.show_text(
                f"The answers hold until the program ends: they could not be stored ({error.strerror})."
            )
        self._window.controller.use_card(card)

    def _say_fallback(self, shown: Shown) -> None:
        """Say once for a model that another method than the chosen one stands in for it."""
        loaded = shown.at_hand.loaded
        if loaded is None:
            return
        text = fallback_text(shown.state.question, loaded.info)
        if text and text != self._told.get(loaded):
            self._window.messages.show_text(" ".join((*loaded.info.notes, text)))
        self._told[loaded] = text

    def _show_question(self, shown: Shown) -> None:
        """Show what is asked and how its answer is drawn where that is chosen: in panel and menus."""
        state, loaded, side = shown.state, shown.at_hand.loaded, self._window.side
        card = loaded.info.card if loaded is not None else None
        target = settle_target(state.question.target, shown.at_hand.prediction)
        side.outputs.show_output(card, shown.at_hand.prediction, target)
        side.heading.setText(heading_text(shown))
        side.show_shown(shown)
        actions = self._window.actions_table
        actions.check("heatmap", state.style.visible)
        actions.check("signed", state.style.signed)
        actions.check("lock_scale", state.scale.limit is not None)
        has_unit = shown.display is not None and shown.display.unit == LOGIT
        actions.enable("lock_scale", has_unit or state.scale.limit is not None)
        method = answerable(state.question, loaded.info).method if loaded is not None else ""
        by_layer = bool(method) and method_spec(method).uses_layer and shown.radiograph is not None
        for key in ("layer_earlier", "layer_later"):
            actions.enable(key, by_layer)

    def _show_view(self, shown: Shown) -> None:
        """Show how the image is looked at."""
        state, controller = shown.state, self._window.controller
        histogram = controller.renderer.histogram() if controller.renderer is not None else None
        self._window.side.window_panel.show_shown(shown, histogram)
        actions = self._window.actions_table
        actions.check("invert", state.inverted)
        actions.check("keep_window", state.keep_window)
        actions.check("planes", state.planes_visible)
        frames = shown.radiograph.frames if shown.radiograph is not None else 1
        actions.enable("frame_previous", state.frame > 0)
        actions.enable("frame_next", state.frame < frames - 1)
