"""The list of classes with probabilities and operating thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from material import card, prediction
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrviewer.explain.target import TOP, Target, absent, of_label
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
def chosen(outputs: OutputList) -> list[Target]:
    heard: list[Target] = []
    outputs.target_chosen.connect(heard.append)
    return heard


def _click(outputs: OutputList, row: int) -> None:
    area = outputs.view.visualRect(outputs.rows.index(row))
    QTest.mouseClick(outputs.view.viewport(), LEFT, pos=area.center())


def _marked(outputs: OutputList) -> list[int]:
    return [index.row() for index in outputs.view.selectedIndexes()]


def test_one_line_a_class_then_the_groups() -> None:
    output = prediction(top=1)
    rows = output_rows(CARD, output)
    assert [row.label for row in rows] == ["Normal", "Bacterial", "Viral", "Pneumonia"]
    assert [row.indices for row in rows] == [(0,), (1,), (2,), (1, 2)]
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
    assert OutputRow("Bacterial", probability, 0.4, (1,)).above is above


def test_what_is_explained_is_marked_without_telling(outputs: OutputList, chosen: list[Target]) -> None:
    cases = [
        (of_label(1), [1]),
        (of_label(0), [0]),
        (TOP, []),
        (None, []),
        (Target((1, 2)), [3]),
        (Target((2,), (0,)), [2]),
        (absent(1), [1]),
    ]
    for target, rows in cases:
        outputs.show_output(CARD, prediction(), target)
        assert _marked(outputs) == rows
    outputs.show_output(None, None, None)
    assert outputs.rows.rowCount() == 0
    assert chosen == []


def test_a_click_chooses_the_class(outputs: OutputList, chosen: list[Target]) -> None:
    outputs.show_output(CARD, prediction(), of_label(1))
    _click(outputs, 2)
    assert chosen == [of_label(2)]
    _click(outputs, 0)
    assert chosen == [of_label(2), of_label(0)]


def test_the_keyboard_chooses_too(outputs: OutputList, chosen: list[Target]) -> None:
    outputs.show_output(CARD, prediction(), of_label(1))
    QTest.keyClick(outputs.view, Qt.Key.Key_Up)
    assert chosen == [of_label(0)]


def test_a_group_is_explained_by_its_classes_together(outputs: OutputList, chosen: list[Target]) -> None:
    outputs.show_output(CARD, prediction(), of_label(1))
    _click(outputs, 3)
    assert chosen == [Target((1, 2))]


def test_the_question_is_offered_in_words_and_told(outputs: OutputList, chosen: list[Target]) -> None:
    outputs.show_output(CARD, prediction(), of_label(1))
    assert outputs.sense.currentText() == "Why Bacterial"
    outputs.sense.setFocus()
    QTest.keyClick(outputs.sense, Qt.Key.Key_Down)
    assert chosen == [Target((1,), (0,))]
    outputs.show_output(CARD, prediction(), Target((1,), (0,)))
    assert outputs.sense.currentText() == "Rather than Normal"
    assert "Normal" in outputs.sense.toolTip()
    assert len(chosen) == 1, "showing tells nobody"


def test_the_question_stays_when_another_class_is_clicked(outputs: OutputList, chosen: list[Target]) -> None:
    outputs.show_output(CARD, prediction(), Target((1,), (0,)))
    _click(outputs, 2)
    assert chosen == [Target((2,), (0,))]


def test_two_classes_that_exclude_one_another_leave_nothing_to_ask(outputs: OutputList) -> None:
    two = card(labels=("Normal", "Pneumonia"), thresholds=(0.5, 0.5))
    outputs.show_output(two, None, of_label(1))
    assert not outputs.sense.isVisibleTo(outputs)
    outputs.show_output(CARD, None, TOP)
    assert outputs.sense.isVisibleTo(outputs), "also before the answer: nothing moves when it comes"


def test_many_classes_scroll_and_the_marked_one_is_in_sight(outputs: OutputList) -> None:
    names = tuple(f"Finding {number}" for number in range(14))
    many = card(labels=names, thresholds=(0.5,) * 14, activation=Activation.SIGMOID)
    outputs.show_output(many, None, of_label(13))
    QApplication.processEvents()
    assert outputs.view.height() < 14 * outputs.view.sizeHintForRow(0)
    assert outputs.view.viewport().rect().contains(outputs.view.visualRect(outputs.rows.index(13)))


def test_other_numbers_keep_the_marked_class(outputs: OutputList, chosen: list[Target]) -> None:
    outputs.show_output(CARD, prediction(top=1), of_label(1))
    reset = []
    outputs.rows.modelReset.connect(lambda: reset.append(1))
    outputs.show_output(CARD, prediction(top=2), of_label(1))
    assert outputs.view.currentIndex().row() == 1
    assert reset == []
    assert chosen == []


def test_a_line_says_number_and_threshold_to_screen_readers(outputs: OutputList) -> None:
    outputs.show_output(CARD, prediction(top=1), of_label(1))
    text = outputs.rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    share = float(prediction(top=1).probabilities[1]) * 100
    assert text.startswith("Bacterial: ")
    assert f"{share:.1f}"[:3] in text
    assert "threshold 40" in text
    outputs.show_output(CARD, None, None)
    assert "not analysed" in outputs.rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole)


def _bar_colors(outputs: OutputList, row: int) -> set[int]:
    area = outputs.view.visualRect(outputs.rows.index(row))
    picture = outputs.view.viewport().grab(area).toImage()
    y = area.height() - 9
    return {picture.pixel(x, y) & 0xFFFFFF for x in range(14, picture.width() - 14)}


def test_the_bar_is_bright_from_the_threshold_on(outputs: OutputList) -> None:
    accent = theme.ACCENT.rgb() & 0xFFFFFF
    outputs.show_output(replace(CARD, thresholds=(0.5, 0.99, 0.05)), prediction(top=1), of_label(0))
    assert accent not in _bar_colors(outputs, 1), "79 % is under a threshold of 99 %"
    assert accent in _bar_colors(outputs, 2), "11 % is over a threshold of 5 %"
