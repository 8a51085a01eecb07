"""The window by histogram, numbers and presets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from material import lung_window, radiograph, steep_table
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from cxrviewer.imaging.grayscale import full_window, presentation_table
from cxrviewer.imaging.histogram import histogram
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, VoiFunction, Window
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState
from cxrviewer.ui.panels.window import WindowControls, WindowPanel

PIXELS = np.random.default_rng(3).integers(200, 3000, (60, 80)).astype(np.uint16)


def _image(**info) -> Radiograph:
    image = radiograph("a.dcm")
    return replace(image, pixels=PIXELS, grayscale=GrayscaleInfo(12, **info))


def _shown(image: Radiograph, **state) -> Shown:
    return next_shown(Shown(ViewState(), AtHand()), ViewState(**state), AtHand(image), None)


@pytest.fixture
def controls(qtbot) -> WindowControls:
    made = WindowControls()
    qtbot.addWidget(made)
    made.resize(290, 330)
    made.show()
    return made


def _heard(signal) -> list:
    heard: list = []
    signal.connect(heard.append)
    return heard


def _show(controls: WindowControls, image: Radiograph, **state) -> Shown:
    shown = _shown(image, **state)
    controls.show_shown(shown, histogram(image))
    return shown


def test_controls_are_made_when_they_are_first_seen_with_an_image(qtbot) -> None:
    panel = WindowPanel()
    qtbot.addWidget(panel)
    asked: list[int] = []
    panel.wanted.connect(lambda: asked.append(1))
    image = _image()
    panel.show_shown(_shown(image), histogram(image))
    assert asked == [], "folded away"
    panel.show()
    panel.show_shown(_shown(image), histogram(image))
    assert asked == [1], "once"
    panel.build()
    assert panel.controls is not None
    assert panel.controls.width_.value() > 0


def test_without_an_image_nothing_is_imported(qtbot) -> None:
    panel = WindowPanel()
    qtbot.addWidget(panel)
    asked: list[int] = []
    panel.wanted.connect(lambda: asked.append(1))
    panel.show()
    panel.show_shown(Shown(ViewState(), AtHand()), None)
    assert asked == []


def test_numbers_and_slider_show_the_window_in_force_and_tell_nothing(controls: WindowControls) -> None:
    heard = _heard(controls.windowed)
    _show(controls, _image(), voi=Window(1000, 401, VoiFunction.LINEAR))
    assert (controls.center.value(), controls.width_.value()) == (1000, 401)
    assert controls.slider.value() == pytest.approx((799.5, 1199.5))
    assert heard == []


def test_a_table_is_shown_by_the_range_over_which_it_changes(controls: WindowControls) -> None:
    table = steep_table()
    _show(controls, _image(voi_luts=(table,)))
    assert controls.preset.currentText() == table.explanation
    changes = np.flatnonzero(np.diff(table.values.astype(int)))
    assert controls.slider.value()[1] == pytest.approx(table.first_mapped + changes[-1] + 1)


def test_numbers_are_asked_for_when_they_are_complete(controls: WindowControls) -> None:
    heard = _heard(controls.windowed)
    _show(controls, _image(), voi=Window(1000, 400, VoiFunction.LINEAR_EXACT, "CHEST"))
    controls.width_.selectAll()
    QTest.keyClicks(controls.width_, "650")
    assert heard == []
    QTest.keyClick(controls.width_, Qt.Key.Key_Return)
    assert heard == [Window(1000, 650, VoiFunction.LINEAR_EXACT)]
    _show(controls, _image(), voi=heard[-1])
    controls.center.setValue(1200)
    assert heard[-1] == Window(1200, 650, VoiFunction.LINEAR_EXACT)


def test_each_end_of_the_slider_is_dragged_alone_and_its_bar_moves_both(controls: WindowControls) -> None:
    heard = _heard(controls.windowed)
    image = _image()
    start = Window(1500, 1000, VoiFunction.LINEAR_EXACT)
    _show(controls, image, voi=start)
    controls.windowed.connect(lambda voi: controls.show_shown(_shown(image, voi=voi), histogram(image)))
    middle = controls.slider.height() // 2

    def drag(value: float, pixels: int) -> Window:
        at = QPoint(round(controls.histogram.place(value)), middle)
        QTest.mousePress(controls.slider, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(controls.slider, at + QPoint(pixels // 2, 0))
        QTest.mouseMove(controls.slider, at + QPoint(pixels, 0))
        QTest.mouseRelease(controls.slider, Qt.MouseButton.LeftButton, pos=at + QPoint(pixels, 0))
        return heard[-1]

    lower = drag(1000, 20)
    low, high = lower.center - lower.width / 2, lower.center + lower.width / 2
    assert low > 1050
    assert high == pytest.approx(2000)
    upper = drag(2000, -20)
    assert upper.center - upper.width / 2 == pytest.approx(low)
    assert upper.center + upper.width / 2 < 1950
    moved = drag(upper.center, 25)
    assert moved.width == pytest.approx(upper.width)
    assert moved.center > upper.center + 50


def test_the_slider_reaches_over_the_values_and_with_the_window_beyond_them(controls: WindowControls) -> None:
    image = _image()
    _show(controls, image, voi=Window(1500, 1000, VoiFunction.LINEAR_EXACT))
    found = histogram(image)
    assert (controls.slider.minimum(), controls.slider.maximum()) == pytest.approx((found.low, found.high))
    _show(controls, image, voi=Window(1500, 4000, VoiFunction.LINEAR_EXACT))
    assert (controls.slider.minimum(), controls.slider.maximum()) == pytest.approx((-500, 3500))
    _show(controls, image, voi=Window(1500, 400_000, VoiFunction.LINEAR_EXACT))
    assert controls.slider.maximum() < 6000, "the values stay in sight"


def test_presets_are_those_of_the_file_and_of_the_program(controls: WindowControls) -> None:
    heard, automatic = _heard(controls.windowed), []
    controls.automatic_wanted.connect(lambda: automatic.append(1))
    image = _image(windows=(lung_window(),), voi_luts=(steep_table(),))
    _show(controls, image)
    texts = [controls.preset.itemText(row) for row in range(controls.preset.count())]
    assert "LUNG" in texts[1]
    for row in range(4):
        controls.preset.setCurrentIndex(row)
        controls.preset.activated.emit(row)
    assert heard == [image.grayscale.voi_luts[0], lung_window(), full_window(image)]
    assert automatic == [1]


def test_the_preset_in_force_is_named(controls: WindowControls) -> None:
    image = _image(windows=(lung_window(),))
    _show(controls, image)
    assert "LUNG" in controls.preset.currentText()
    _show(controls, image, voi=full_window(image))
    assert controls.preset.currentText() == "Full range"
    _show(controls, image, voi=Window(1, 2))
    assert controls.preset.currentText() == "Own window"


def test_reset_and_automatic_and_keep_tell(controls: WindowControls, qtbot) -> None:
    heard, kept = _heard(controls.windowed), _heard(controls.kept)
    _show(controls, _image(), voi=Window(1, 2), keep_window=True)
    assert kept == []
    assert controls.keep.isChecked()
    controls.reset.click()
    assert heard == [None]
    with qtbot.waitSignal(controls.automatic_wanted):
        controls.automatic.click()
    controls.keep.click()
    assert kept == [False]


def _column(controls: WindowControls, value: float) -> np.ndarray:
    image = controls.histogram.grab().toImage()
    x = round(controls.histogram.place(value) * image.devicePixelRatio())
    return np.array([image.pixelColor(x, y).lightness() for y in range(image.height())])


@pytest.mark.parametrize("inverted", [False, True])
def test_the_ramp_has_the_gray_of_each_value(controls: WindowControls, inverted: bool) -> None:
    image = _image()
    voi = Window(1500, 2000, VoiFunction.LINEAR_EXACT)
    _show(controls, image, voi=voi, inverted=inverted)
    table = presentation_table(image, voi, inverted)
    for value in (300, 900, 1500, 2100, 2900):
        assert _column(controls, value)[-3] == pytest.approx(int(table[value]), abs=6)


def test_bars_stand_where_the_values_are(controls: WindowControls) -> None:
    pixels = np.full((40, 40), 1000, np.uint16)
    pixels[:, 20:] = 3000
    pixels[0, 0] = 1001
    image = replace(_image(), pixels=pixels)
    controls.show_shown(_shown(image, voi=Window(2000, 3000, VoiFunction.LINEAR_EXACT)), histogram(image))
    filled = [np.count_nonzero(_column(controls, value)[:-12] > 100) for value in (1000, 2000, 3000)]
    assert filled[0] > 50
    assert filled[2] > 50
    assert filled[1] < 10


@pytest.mark.parametrize(("top", "decimals"), [(3000, 0), (100, 1), (6, 3)])
def test_numbers_are_as_fine_as_the_values(controls: WindowControls, top: int, decimals: int) -> None:
    image = replace(_image(), pixels=(PIXELS % top).astype(np.uint16))
    _show(controls, image)
    assert controls.center.decimals() == decimals
