"""How the heatmap is drawn: what the controls tell, and what they offer when."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from screens import screen

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.explain.method_spec import MethodSpec, Units
from cxrviewer.explain.question import Question
from cxrviewer.imaging.colormap import COLORMAPS, DEFAULT_DIVERGING
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.ui.panels.display_controls import DisplayControls

WITH_UNIT = method_spec("grad-cam")
WITHOUT_UNIT = method_spec("random")
UNSIGNED = MethodSpec("u", "Unsigned", "", "", "", WITH_UNIT.family, signed=False, order=0, cost="")


@pytest.fixture
def controls(qtbot) -> DisplayControls:
    made = DisplayControls()
    qtbot.addWidget(made)
    made.show_display(screen(logit_factor=1.0), WITH_UNIT)
    made.show()
    return made


@pytest.fixture
def heard(controls: DisplayControls) -> list:
    told: list = []
    controls.styled.connect(lambda name, value: told.append((name, value)))
    controls.displayed.connect(told.append)
    return told


@pytest.mark.parametrize("view", HeatmapView)
def test_each_view_can_be_chosen(controls: DisplayControls, heard: list, view: HeatmapView) -> None:
    controls.view.button(view).click()
    assert heard == [("view", view)]
    assert isinstance(heard[0][1], HeatmapView)
    controls.show_display(screen(style=OverlayStyle(view=view)), WITH_UNIT)
    assert controls.view.value() == view


def test_evidence_against_brings_the_colour_maps_that_have_a_middle(
    controls: DisplayControls, heard: list
) -> None:
    sequential = [spec.id for spec in COLORMAPS if not spec.diverging]
    diverging = [spec.id for spec in COLORMAPS if spec.diverging]
    assert controls.colormap.entries() == sequential
    controls.signed.click()
    assert heard == [("signed", True)]
    controls.show_display(screen(style=OverlayStyle("viridis", signed=True)), WITH_UNIT)
    assert controls.colormap.entries() == diverging
    assert controls.colormap.currentData() == DEFAULT_DIVERGING, "the one that is drawn with"
    controls.show_display(screen(style=OverlayStyle("viridis")), WITH_UNIT)
    assert controls.colormap.currentData() == "viridis"
    assert len(heard) == 1


def test_a_colour_map_is_told(controls: DisplayControls, heard: list) -> None:
    controls.colormap.setFocus()
    QTest.keyClick(controls.colormap, Qt.Key.Key_Down)
    assert heard == [("colormap", COLORMAPS[1].id)]


def test_sign_means_nothing_for_a_method_without(controls: DisplayControls) -> None:
    assert controls.signed.isEnabled()
    controls.show_display(screen(), UNSIGNED)
    assert not controls.signed.isEnabled()
    assert "Unsigned" in controls.signed.toolTip()


def test_locking_keeps_the_scale_that_is_on_screen(controls: DisplayControls, heard: list) -> None:
    """The map of `material.analysis` ends at 13."""
    controls.show_display(screen(logit_factor=0.1), WITH_UNIT)
    controls.scale.button("locked").click()
    assert heard == [{"scale": Scale(1.3)}]
    controls.scale.button("stretched").click()
    assert heard[1:] == [{"scale": STRETCHED}]


@pytest.mark.parametrize(
    ("factor", "limit"), [(0.2371 / 13, 0.24), (123.4 / 13, 130.0), (2.0 / 13, 2.0), (1e-7, 0.01)]
)
def test_a_lock_is_at_a_round_number_that_nothing_exceeds(
    controls: DisplayControls, heard: list, factor: float, limit: float
) -> None:
    controls.show_display(screen(logit_factor=factor), WITH_UNIT)
    controls.scale.button("locked").click()
    assert heard[0]["scale"].limit == pytest.approx(limit)


def test_a_locked_scale_is_shown_and_can_be_changed(controls: DisplayControls, heard: list) -> None:
    assert not controls.limit.isVisible()
    controls.show_display(screen(scale=Scale(2.5), logit_factor=1.0), WITH_UNIT)
    assert controls.limit.isVisible()
    assert controls.limit.text() == "2.50 logits"
    controls.limit.setFocus()
    controls.limit.lineEdit().selectAll()
    QTest.keyClicks(controls.limit, "4")
    assert heard == [], "4 may be the beginning of 40"
    QTest.keyClick(controls.limit, Qt.Key.Key_Return)
    assert heard == [{"scale": Scale(4.0)}]


def test_a_method_without_unit_cannot_be_locked_and_says_so(controls: DisplayControls) -> None:
    assert WITHOUT_UNIT.units is Units.NONE
    controls.show_display(screen(Question(method="random"), scale=Scale(2.5)), WITHOUT_UNIT)
    assert not controls.scale.button("locked").isEnabled()
    assert "no unit" in controls.scale.button("locked").toolTip()
    assert controls.scale.value() == "stretched", "as it is drawn"
    assert not controls.limit.isVisible()


def test_the_threshold_is_by_value_or_by_area(controls: DisplayControls, heard: list) -> None:
    controls.threshold.setValue(30)
    controls.cut.button("area").click()
    assert heard == [("threshold", 0.3), {"top_share": 0.2}]
    controls.show_display(screen(top_share=0.2), WITH_UNIT)
    assert (controls.cut.value(), controls.threshold.value()) == ("area", 20)
    controls.threshold.setValue(35)
    controls.cut.button("value").click()
    assert heard[2:] == [{"top_share": 0.35}, {"top_share": None}]
    controls.cut.button("area").click()
    assert heard[-1] == {"top_share": 0.35}, "as it was left"


def test_fading_is_told(controls: DisplayControls, heard: list) -> None:
    assert controls.fade.isChecked()
    controls.fade.click()
    assert heard == [{"fade": False}]


def test_words_for_what_is_not_as_usual(controls: DisplayControls) -> None:
    assert controls.summary() == ""
    style = OverlayStyle(view=HeatmapView.CELLS, signed=True)
    controls.show_display(screen(style=style, scale=Scale(1.0), logit_factor=1.0), WITH_UNIT)
    assert controls.summary() == "cells, signed, locked"
    controls.show_display(screen(style=style, scale=Scale(1.0)), UNSIGNED)
    assert controls.summary() == "cells", "neither goes with the method"
