"""The side panel: models, their limits, the way to another one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from material import card, choice
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

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
    assert side.heatmap.layer.count() == 3
    side.show_model(replace(info, layers=info.layers[:1]))
    assert side.heatmap.layer.count() == 2


def test_words_of_a_model_card_are_no_markup(side: SidePanel) -> None:
    side.show_model(choice(limits="<b>bold</b> claims").info)
    assert side.limits.textFormat() == Qt.TextFormat.PlainText
    assert side.heading.textFormat() == Qt.TextFormat.PlainText
