"""The side panel: models, their limits, the way to another one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from material import card, choice, prediction
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrviewer.explain.target import of_label
from cxrviewer.models.card import ContrastRule, InputSpec, LabelGroup, ResizeRule, Scaling
from cxrviewer.settings import Settings
from cxrviewer.ui.panels.input_words import CONTRASTS, RESIZES, SCALINGS, input_words
from cxrviewer.ui.panels.side import SidePanel

CARDS = (card(name="First"), card(name="Second", id="second"))


@pytest.fixture
def side(qtbot) -> SidePanel:
    made = SidePanel()
    qtbot.addWidget(made)
    made.resize(310, 700)
    made.show()
    return made


def _models(side: SidePanel) -> list[tuple[str, str]]:
    return [(side.model.itemText(index), side.model.itemData(index)) for index in range(side.model.count())]


def test_built_in_models_are_offered_the_first_as_default(side: SidePanel) -> None:
    side.show_models(CARDS, "second")
    assert _models(side) == [("First", "default"), ("Second", "second")]
    assert side.model.currentData() == "second"


@pytest.mark.parametrize("path", ["/models/own.keras", "C:\\models\\own.keras"])
def test_a_model_of_the_users_own_is_named_by_its_file(side: SidePanel, path: str) -> None:
    side.show_models(CARDS, path)
    assert _models(side)[-1] == ("own.keras", path)
    assert side.model.currentData() == path


def test_only_the_user_chooses(side: SidePanel) -> None:
    chosen: list[str] = []
    side.model_chosen.connect(chosen.append)
    side.show_models(CARDS, "default")
    side.show_models(CARDS, "second")
    assert chosen == []
    side.model.setFocus()
    QTest.keyClick(side.model, Qt.Key.Key_Up)
    assert chosen == ["default"]


def test_another_model_can_be_asked_for(side: SidePanel, qtbot) -> None:
    with qtbot.waitSignal(side.model_wanted):
        side.open_model.click()


def test_limits_stand_below_the_model(side: SidePanel) -> None:
    info = choice(limits="Children only. One hospital.", licence="Apache-2.0").info
    side.show_model(info)
    assert side.limits.text() == "Children only."
    assert "One hospital." in side.limits.toolTip()
    assert "Apache-2.0" in side.limits.toolTip()


def test_a_model_without_limits_is_said_to_be_unknown(side: SidePanel) -> None:
    side.show_model(choice().info)
    assert "nothing is known about its limits" in side.limits.text()
    side.show_model(None)
    assert side.limits.text() == ""


def test_a_model_brings_its_layers(side: SidePanel) -> None:
    info = choice().info
    side.show_model(info)
    assert side.heatmap.layers.combo.can_choose("early")
    side.show_model(replace(info, layers=info.layers[1:]))
    assert not side.heatmap.layers.combo.can_choose("early")


def test_sections_open_and_close(side: SidePanel) -> None:
    assert side.open_sections() == Settings().sections
    settings, *_, sees = side.sections
    sees.header.click()
    assert side.open_sections() == ("display", "input")
    assert side.model_view.isVisible()
    assert not settings.body.isVisible()
    side.open(("settings", "section of another version"))
    assert side.open_sections() == ("settings",)
    assert settings.body.isVisible()
    assert not side.model_view.isVisible()


def test_nothing_is_cut_off_in_the_narrowest_panel(side: SidePanel) -> None:
    """Also with all sections open, long names, the scroll bar, and a locked scale."""
    info = choice(name="A model with a very long name indeed, version 2").info
    side.show_models((info.card,), "default")
    side.show_model(info)
    side.open(section.name for section in side.sections)
    side.heatmap.display.limit.show()
    bar = side.verticalScrollBar().sizeHint().width()
    assert side.widget().minimumSizeHint().width() <= side.minimumWidth() - bar


def test_the_most_used_controls_need_no_scrolling_in_a_low_window(side: SidePanel) -> None:
    side.resize(310, 660)
    group = LabelGroup("Pneumonia", ("Bacterial", "Viral"))
    loaded = choice(
        limits="Children of one to five years, one hospital: not for adults.", label_groups=(group,)
    )
    side.show_model(loaded.info)
    side.outputs.show_output(loaded.info.card, prediction(), of_label(1))
    side.open(section.name for section in side.sections)
    heatmap = side.heatmap
    for widget in (side.outputs, heatmap.methods, heatmap.layers.slider, heatmap.alpha, heatmap.colorbar):
        bottom = widget.mapTo(side.widget(), widget.rect().bottomLeft()).y()
        assert bottom <= side.viewport().height()


def test_the_wheel_is_left_to_the_panel_unless_a_control_has_the_focus(side: SidePanel) -> None:
    side.show_model(choice().info)
    alpha = side.heatmap.alpha
    alpha.setValue(50)
    for widget in (alpha, side.heatmap.methods.combo, side.heatmap.layers.combo, side.model):
        widget.clearFocus()
        assert not _wheel(widget), "taken by the control, so that the panel does not scroll"
    assert alpha.value() == 50
    alpha.setFocus()
    assert _wheel(alpha)
    assert alpha.value() != 50


def test_what_the_model_sees_is_shown_and_said(side: SidePanel) -> None:
    spec = InputSpec(8, 8, 1, resize=ResizeRule.CROP, contrast=ContrastRule.CLAHE)
    side.show_model_input(None, spec)
    assert not side.model_view.thumbnail.isEnabled()
    picture = np.zeros((8, 8), np.uint8)
    picture[:, 4:] = 200
    side.show_model_input(picture, spec)
    assert side.model_view.thumbnail.isEnabled()
    for word in ("8×8", "gray", "not seen", "CLAHE", "0 to 1"):
        assert word in side.model_view.words.text()
    image = side.model_view.thumbnail.icon().pixmap(100, 100).toImage()
    assert image.pixelColor(2, 50).red() < 30
    assert image.pixelColor(97, 50).red() > 170


def test_what_the_model_sees_opens_larger(side: SidePanel) -> None:
    side.open(("input",))
    side.show_model_input(np.full((8, 8), 90, np.uint8), InputSpec(8, 8, 1))
    side.model_view.thumbnail.click()
    assert side.model_view.popup.isVisible()
    assert side.model_view.popup.width() > 3 * side.model_view.thumbnail.width()
    side.show_model_input(None, None)
    assert not side.model_view.popup.isVisible(), "it would show another image's"


def test_own_statistics_are_named() -> None:
    spec = InputSpec(8, 8, 3, Scaling.MEAN_STD, mean=(0.5,), std=(0.25,))
    assert input_words(spec)[-1] == "Values: mean 0.5, deviation 0.25"


@pytest.mark.parametrize("kind", [Scaling, ResizeRule, ContrastRule])
def test_every_rule_has_words(kind) -> None:
    assert set({Scaling: SCALINGS, ResizeRule: RESIZES, ContrastRule: CONTRASTS}[kind]) == set(kind)


def _wheel(widget) -> bool:
    """Return whether a turn of the wheel over a widget is taken by it."""
    point = QPointF(widget.rect().center())
    everywhere = QPointF(widget.mapToGlobal(widget.rect().center()))
    event = QWheelEvent(
        point,
        everywhere,
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_words_of_a_model_card_are_no_markup(side: SidePanel) -> None:
    side.show_model(choice(limits="<b>bold</b> claims").info)
    assert side.limits.textFormat() == Qt.TextFormat.PlainText
    assert side.heading.textFormat() == Qt.TextFormat.PlainText
