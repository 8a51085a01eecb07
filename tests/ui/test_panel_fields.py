"""The building blocks of the side panel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from cxrviewer.ui.panels.fields import ElidedLabel, GroupedCombo, Segmented, tip


def _ink(widget: QWidget) -> np.ndarray:
    """Return where a widget is not of its background's colour, bool (H, W)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return words != words[0, -1]


def test_words_without_room_are_cut_and_the_height_stays(qtbot) -> None:
    label = ElidedLabel(2)
    qtbot.addWidget(label)
    label.resize(120, label.sizeHint().height())
    height = label.sizeHint().height()
    label.setText("short")
    one_line = _ink(label)
    label.setText("many words " * 12)
    two_lines = _ink(label)
    assert label.sizeHint().height() == height
    middle = height // 2
    assert not one_line[middle + 2 :].any()
    assert two_lines[middle + 2 :].any()
    label.setText("many words " * 40)
    assert np.array_equal(_ink(label), two_lines), "the second line ends with an ellipsis"


def test_tips_show_markup_as_it_is_written() -> None:
    assert tip("<b>bold</b> & more", "", "second") == "<p>&lt;b&gt;bold&lt;/b&gt; &amp; more</p><p>second</p>"


def test_the_closed_list_shows_the_short_name(qtbot) -> None:
    def picture(text: str, short: str = "") -> QImage:
        combo = GroupedCombo("Layer")
        qtbot.addWidget(combo)
        combo.add_entry(text, "path", short=short)
        combo.resize(200, 28)
        return combo.grab().toImage()

    assert picture("name  14×14 · 256", short="name") == picture("name")
    assert picture("name  14×14 · 256") != picture("name")


def test_a_choice_that_is_not_offered_shows_as_none(qtbot) -> None:
    combo = GroupedCombo("Method")
    qtbot.addWidget(combo)
    combo.add_heading("Family")
    combo.add_entry("One", "one")
    combo.choose("one")
    assert combo.currentText() == "One"
    combo.choose("other")
    assert combo.currentIndex() == -1


def test_one_of_the_buttons_is_pressed_and_told(qtbot) -> None:
    buttons = Segmented("View", (("a", "A", ""), ("b", "B", ""), ("c", "C", "")))
    qtbot.addWidget(buttons)
    heard: list[object] = []
    buttons.chosen.connect(heard.append)
    buttons.choose("b")
    assert (buttons.value(), heard) == ("b", [])
    QTest.mouseClick(buttons.button("c"), Qt.MouseButton.LeftButton)
    assert (buttons.value(), heard) == ("c", ["c"])
    assert not buttons.button("b").isChecked()
