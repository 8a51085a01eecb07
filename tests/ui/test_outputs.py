"""The list of classes with probabilities and operating thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from material import card, prediction
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cxrviewer.models.card import Activation, LabelGroup
from cxrviewer.ui import theme
from cxrviewer.ui.panels.outputs import OutputList, OutputRow, output_rows

CARD = card(label_groups=(LabelGroup("Pneumonia", ("Bacterial", "Viral"), 0.6),))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def outputs(qtbot) -> OutputList:
    made = OutputList()
    qtbot.addWidget(made)
    made.resize(280, 300)
    made.show()
    return made


@pytest.fixture
def chosen(outputs: OutputList) -> list[int]:
    heard: list[int] = []
    outputs.target_chosen.connect(heard.append)
    return heard


def _click(outputs: OutputList, row: int) -> None:
    area = outputs.visualRect(outputs.rows.index(row))
    QTest.mouseClick(outputs.viewport(), LEFT, pos=area.center())


def test_one_line_a_class_then_the_groups() -> None:
    output = prediction(top=1)
    rows = output_rows(CARD, output)
    assert [row.label for row in rows] == ["Normal", "Bacterial", "Viral", "Pneumonia"]
    assert [row.class_index for row in rows] == [0, 1, 2, None]
    assert [row.threshold for row in rows] == [0.5, 0.4, 0.3, 0.6]
    shares = [float(share) for share in output.probabilities]
    assert [row.probability for row in rows] == pytest.approx([*shares, shares[1] + shares[2]])


def test_classes_that_do_not_exclude_one_another_are_not_added_up() -> None:
    output = prediction(top=1)
    rows = output_rows(replace(CARD, activation=Activation.SIGMOID), output)
    assert rows[-1].probability == pytest.approx(float(output.probabilities[1]))


def test_before_the_first_analysis_there_are_no_numbers() -> None:
    assert [row.probability for row in output_rows(CARD, None)] == [None] * 4
    assert not any(row.above for row in output_rows(CARD, None))


@pytest.mark.parametrize(("probability", "above"), [(0.39, False), (0.4, True), (0.9, True)])
def test_the_operating_threshold_decides_not_one_half(probability: float, above: bool) -> None:
    assert OutputRow("Bacterial", probability, 0.4, 1).above is above


def test_the_class_explained_is_marked_without_telling(outputs: OutputList, chosen: list[int]) -> None:
    for target in (1, 0, None, 2):
        outputs.show_output(CARD, prediction(), target)
        assert outputs.currentIndex().row() == (-1 if target is None else target)
        assert [index.row() for index in outputs.selectedIndexes()] == ([] if target is None else [target])
    outputs.show_output(None, None, None)
    assert outputs.rows.rowCount() == 0
    assert chosen == []


def test_a_click_chooses_the_class(outputs: OutputList, chosen: list[int]) -> None:
    outputs.show_output(CARD, prediction(), 1)
    _click(outputs, 2)
    assert chosen == [2]
    _click(outputs, 0)
    assert chosen == [2, 0]


def test_the_keyboard_chooses_too(outputs: OutputList, chosen: list[int]) -> None:
    outputs.show_output(CARD, prediction(), 1)
    QTest.keyClick(outputs, Qt.Key.Key_Up)
    assert chosen == [0]


def test_a_group_is_read_not_chosen(outputs: OutputList, chosen: list[int]) -> None:
    outputs.show_output(CARD, prediction(), 1)
    assert not outputs.rows.flags(outputs.rows.index(3)) & Qt.ItemFlag.ItemIsSelectable
    _click(outputs, 3)
    assert chosen == []
    assert [index.row() for index in outputs.selectedIndexes()] == [1]


def test_other_numbers_keep_the_marked_class(outputs: OutputList, chosen: list[int]) -> None:
    outputs.show_output(CARD, prediction(top=1), 1)
    reset = []
    outputs.rows.modelReset.connect(lambda: reset.append(1))
    outputs.show_output(CARD, prediction(top=2), 1)
    assert outputs.currentIndex().row() == 1
    assert reset == []
    assert chosen == []


def test_a_line_says_number_and_threshold_to_screen_readers(outputs: OutputList) -> None:
    outputs.show_output(CARD, prediction(top=1), 1)
    text = outputs.rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    share = float(prediction(top=1).probabilities[1]) * 100
    assert text.startswith("Bacterial: ")
    assert f"{share:.1f}"[:3] in text
    assert "threshold 40" in text
    outputs.show_output(CARD, None, None)
    assert "not analysed" in outputs.rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole)


def _bar_colors(outputs: OutputList, row: int) -> set[int]:
    area = outputs.visualRect(outputs.rows.index(row))
    picture = outputs.viewport().grab(area).toImage()
    y = area.height() - 11
    return {picture.pixel(x, y) & 0xFFFFFF for x in range(14, picture.width() - 14)}


def test_the_bar_is_bright_from_the_threshold_on(outputs: OutputList) -> None:
    accent = theme.ACCENT.rgb() & 0xFFFFFF
    outputs.show_output(replace(CARD, thresholds=(0.5, 0.99, 0.05)), prediction(top=1), 0)
    assert accent not in _bar_colors(outputs, 1), "79 % is under a threshold of 99 %"
    assert accent in _bar_colors(outputs, 2), "11 % is over a threshold of 5 %"
