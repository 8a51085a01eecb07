"""The heatmap's controls: what they tell, and that showing tells nobody."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from material import choice
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from screens import screen

from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.display import Scale
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown
from cxrviewer.session.state import ViewState
from cxrviewer.ui.panels.heatmap import HeatmapPanel


@pytest.fixture
def panel(qtbot) -> HeatmapPanel:
    made = HeatmapPanel()
    qtbot.addWidget(made)
    made.show_model(choice().info)
    made.show_shown(screen())
    for section in (made.settings_section, made.display_section):
        section.set_open(True)
    made.show()
    return made


@pytest.fixture
def heard(panel: HeatmapPanel) -> list:
    told: list = []
    panel.asked.connect(lambda changes: told.append(changes))
    panel.styled.connect(lambda name, value: told.append((name, value)))
    panel.displayed.connect(lambda changes: told.append(changes))
    return told


def test_all_methods_are_offered_by_family(panel: HeatmapPanel) -> None:
    combo = panel.methods.combo
    assert set(combo.entries()) == {spec.id for spec in methods()}
    assert set(combo.headings()) == {spec.family.value for spec in methods()}
    families = [method_spec(str(entry)).family for entry in combo.entries()]
    changes = sum(one is not other for one, other in pairwise(families))
    assert changes == len(set(families)) - 1, "a family is in one piece"


def test_headings_cannot_be_chosen(panel: HeatmapPanel, heard: list) -> None:
    combo = panel.methods.combo
    combo.setFocus()
    for _ in range(combo.count()):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    asked = [changes["method"] for changes in heard]
    assert asked == [entry for entry in combo.entries() if entry != "grad-cam"], "each method once, in order"


def test_a_method_says_what_it_shows_and_does_not_show(panel: HeatmapPanel) -> None:
    spec = method_spec("layer-cam")
    panel.show_shown(screen(Question(method="layer-cam")))
    assert panel.methods.summary.text() == spec.summary
    for text in (spec.caution, spec.cost, spec.reference):
        assert text.split("'")[0].split('"')[0][:40] in panel.methods.about.toolTip()
    assert "same map for every class" in _tip(panel, "random")
    assert "another map for another class" in _tip(panel, "grad-cam")


def _tip(panel: HeatmapPanel, method: str) -> str:
    combo = panel.methods.combo
    return combo.itemData(combo.findData(method), Qt.ItemDataRole.ToolTipRole)


def test_methods_that_cannot_explain_the_model_say_why(panel: HeatmapPanel) -> None:
    assert panel.methods.combo.can_choose("grad-cam")
    panel.show_model(choice(auto="").info)
    assert not panel.methods.combo.can_choose("grad-cam")
    assert "no layer with a spatial output" in _tip(panel, "grad-cam")
    panel.show_model(choice().info)
    assert panel.methods.combo.can_choose("grad-cam")


def test_a_fallback_is_what_the_controls_show(panel: HeatmapPanel) -> None:
    only_random = replace(choice().info, methods=("random",))
    panel.show_model(only_random)
    panel.show_shown(screen(Question(method="grad-cam")))
    assert panel.methods.combo.currentData() == "random"
    assert "seed" in panel.settings.fields


def test_showing_tells_nobody(panel: HeatmapPanel, heard: list) -> None:
    diverging = [spec.id for spec in COLORMAPS if spec.diverging]
    style = OverlayStyle(diverging[-1], 0.9, 0.25, False, HeatmapView.CELLS, True)
    asked = Question(
        method="random",
        parameters=(("seed", 5),),
        layers=("early", "late"),
        fusion=Fusion.PRODUCT,
        smoothing=4,
    )
    for shown in (
        screen(asked, style, scale=Scale(3.0), top_share=0.4, fade=False, logit_factor=16.0),
        screen(),
        Shown(ViewState(), AtHand()),
    ):
        panel.show_shown(shown)
        panel.show_model(choice().info)
        panel.show_shown(shown)
    panel.show_model(None)
    assert heard == []


def test_what_is_shown_is_in_the_controls(panel: HeatmapPanel) -> None:
    style = OverlayStyle("viridis", 0.9, 0.25, False)
    panel.show_shown(screen(Question(method="layer-cam", layers=("early",)), style))
    assert panel.layers.combo.currentData() == "early"
    assert panel.methods.combo.currentData() == "layer-cam"
    assert (panel.alpha.value(), panel.visible.isChecked()) == (90, False)
    assert panel.colorbar.numbers()


def test_the_user_tells_each_choice_once(panel: HeatmapPanel, heard: list) -> None:
    panel.alpha.setValue(80)
    panel.visible.click()
    panel.layers.combo.setFocus()
    QTest.keyClick(panel.layers.combo, Qt.Key.Key_Up)
    assert heard == [("alpha", 0.8), ("visible", False), {"layers": ("early",)}]


def test_a_method_comes_back_with_the_parameters_it_was_last_used_with(
    panel: HeatmapPanel, heard: list
) -> None:
    panel.choose_method("random")
    panel.show_shown(screen(Question(method="random")))
    panel.settings.fields["seed"].setValue(7)
    panel.settings.apply()
    panel.choose_method("grad-cam")
    panel.show_shown(screen(Question(method="grad-cam")))
    panel.choose_method("random")
    assert heard == [
        {"method": "random", "parameters": ()},
        {"parameters": (("seed", 7),), "smoothing": 0},
        {"method": "grad-cam", "parameters": ()},
        {"method": "random", "parameters": (("seed", 7),)},
    ]


def test_what_is_folded_away_is_noted_beside_its_heading(panel: HeatmapPanel) -> None:
    assert panel.settings_section.note() == panel.display_section.note() == ""
    asked = Question(method="random", parameters=(("seed", 3),), smoothing=4)
    style = OverlayStyle(view=HeatmapView.CONTOURS, signed=True)
    panel.show_shown(screen(asked, style))
    assert panel.settings_section.note() == "1 changed, 4 copies"
    for word in ("contours", "signed"):
        assert word in panel.display_section.note()


def test_controls_have_names_for_screen_readers(panel: HeatmapPanel) -> None:
    display = panel.display
    for widget in (
        panel.layers.combo,
        panel.layers.slider,
        panel.layers.several,
        panel.methods.combo,
        panel.methods.about,
        panel.alpha,
        panel.colorbar,
        display.colormap,
        display.threshold,
        display.limit,
        display.view.button(HeatmapView.CELLS),
        *panel.settings.fields.values(),
    ):
        assert widget.accessibleName()
