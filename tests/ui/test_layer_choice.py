"""The choice of target layers: list, slider, several."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from material import card
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrviewer.explain.model_info import AUTO_LAYER, LayerInfo, ModelInfo
from cxrviewer.explain.question import Fusion
from cxrviewer.ui.panels.layer_choice import LayerChooser

LAYERS = (
    LayerInfo("base/conv1_conv", 32, 32, 8, "Conv2D", "base/conv1"),
    LayerInfo("base/conv1_relu", 32, 32, 8, "ReLU", "base/conv1"),
    LayerInfo("base/conv2_conv", 16, 16, 16, "Conv2D", "base/conv2"),
    LayerInfo("base/conv2_relu", 16, 16, 16, "ReLU", "base/conv2"),
    LayerInfo("base/conv3_conv", 8, 9, 32, "Conv2D", "base/conv3"),
)
INFO = ModelInfo(card(), LAYERS, "base/conv2_conv")
STOPS = ["base/conv1_relu", "base/conv2_conv", "base/conv3_conv"]


@pytest.fixture
def chooser(qtbot) -> Iterator[LayerChooser]:
    made = LayerChooser()
    qtbot.addWidget(made)
    made.show_model(INFO)
    made.show()
    yield made
    made.popup.hide()


@pytest.fixture
def asked(chooser: LayerChooser) -> list[dict]:
    heard: list[dict] = []
    chooser.asked.connect(heard.append)
    return heard


def _show(chooser: LayerChooser, *layers: str, fusion: Fusion = Fusion.MEAN, by_layer: bool = True) -> None:
    chooser.show_layers(layers, fusion, explains_layer=by_layer)


def test_all_layers_are_offered_in_execution_order_by_block(chooser: LayerChooser) -> None:
    assert chooser.combo.entries()[1:] == [layer.path for layer in LAYERS]
    assert chooser.combo.headings() == ["base/conv1", "base/conv2", "base/conv3"]


def test_a_layer_tells_its_grid_and_channels(chooser: LayerChooser) -> None:
    row = chooser.combo.findData("base/conv3_conv")
    assert chooser.combo.itemText(row) == "conv3_conv  8×9 · 32"
    tip = chooser.combo.itemData(row, Qt.ItemDataRole.ToolTipRole)
    for word in ("base/conv3_conv", "Conv2D", "32 channels"):
        assert word in tip


def test_the_automatic_layer_is_marked_and_shown_for_automatic(chooser: LayerChooser) -> None:
    _show(chooser, AUTO_LAYER)
    assert chooser.combo.currentData() == "base/conv2_conv"
    assert chooser.combo.currentText().startswith("★")
    marked = [row for row in range(chooser.combo.count()) if "★" in chooser.combo.itemText(row)]
    assert len(marked) == 1
    assert chooser.slider.value() == 1


def test_the_slider_goes_through_the_blocks_from_early_to_late(chooser: LayerChooser, asked: list) -> None:
    _show(chooser, STOPS[0])
    assert (chooser.slider.minimum(), chooser.slider.maximum(), chooser.slider.value()) == (0, 2, 0)
    chooser.slider.setFocus()
    for _ in range(3):
        QTest.keyClick(chooser.slider, Qt.Key.Key_Right)
    QTest.keyClick(chooser.slider, Qt.Key.Key_Left)
    assert asked == [{"layers": (path,)} for path in (STOPS[1], STOPS[2], STOPS[1])]


@pytest.mark.parametrize(("layer", "stop"), [("base/conv1_conv", 0), ("base/conv2_relu", 1), (STOPS[2], 2)])
def test_a_layer_between_the_stops_stands_at_its_block(
    chooser: LayerChooser, asked: list, layer: str, stop: int
) -> None:
    _show(chooser, layer)
    assert chooser.slider.value() == stop
    assert chooser.combo.currentData() == layer
    assert asked == []


def test_the_grid_stands_beside_the_slider(chooser: LayerChooser) -> None:
    _show(chooser, "base/conv3_conv")
    assert chooser.grid.text() == "8×9"
    _show(chooser, "base/conv1_conv")
    assert chooser.grid.text() == "32×32"


def test_several_layers_bring_the_rule_by_which_they_are_combined(chooser: LayerChooser, asked: list) -> None:
    assert chooser.slider.isVisible()
    assert not chooser.fusion.isVisible()
    height = chooser.sizeHint().height()
    _show(chooser, AUTO_LAYER, "base/conv3_conv", fusion=Fusion.PRODUCT)
    assert chooser.combo.currentText() == "2 layers together"
    assert chooser.fusion.isVisible()
    assert not chooser.slider.isVisible()
    assert chooser.sizeHint().height() == height, "nothing below moves"
    assert chooser.fusion.value() == Fusion.PRODUCT
    chooser.fusion.button(Fusion.MAXIMUM).click()
    assert asked == [{"fusion": Fusion.MAXIMUM}]
    assert isinstance(asked[0]["fusion"], Fusion)
    _show(chooser, "base/conv3_conv")
    assert chooser.slider.isVisible()


def test_layers_are_ticked_and_told_together_after_a_pause(chooser: LayerChooser, asked: list, qtbot) -> None:
    _show(chooser, AUTO_LAYER)
    chooser.several.click()
    popup = chooser.popup
    assert popup.isVisible()
    assert popup.ticked() == ("base/conv2_conv",)
    with qtbot.waitSignal(popup.changed):
        popup.item("base/conv3_conv").setCheckState(Qt.CheckState.Checked)
        popup.item("base/conv1_conv").setCheckState(Qt.CheckState.Checked)
        assert asked == []
    assert asked == [{"layers": ("base/conv1_conv", "base/conv2_conv", "base/conv3_conv")}]


def test_one_layer_stays_ticked(chooser: LayerChooser) -> None:
    chooser.several.click()
    chooser.popup.item("base/conv2_conv").setCheckState(Qt.CheckState.Unchecked)
    assert chooser.popup.ticked() == ("base/conv2_conv",)


def test_layers_are_ticked_by_keyboard(chooser: LayerChooser) -> None:
    chooser.several.click()
    QTest.keyClick(chooser.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(chooser.popup.view, Qt.Key.Key_Space)
    assert chooser.popup.ticked() == ("base/conv2_conv", "base/conv2_relu")
    QTest.keyClick(chooser.popup.view, Qt.Key.Key_Space)
    assert chooser.popup.ticked() == ("base/conv2_conv",)


def test_a_method_that_explains_the_input_has_no_layer(chooser: LayerChooser) -> None:
    _show(chooser, AUTO_LAYER, by_layer=False)
    for widget in (chooser.combo, chooser.slider, chooser.several):
        assert not widget.isEnabled()
        if widget is not chooser.several:
            assert "explains the input" in widget.toolTip()
    assert chooser.grid.text() == ""
    _show(chooser, AUTO_LAYER)
    assert chooser.combo.isEnabled()


def test_without_a_spatial_layer_there_is_nothing_to_choose(chooser: LayerChooser) -> None:
    for info in (None, ModelInfo(card(), (), "")):
        chooser.show_model(info)
        assert not chooser.combo.isEnabled()
        assert not chooser.slider.isEnabled()
        assert chooser.combo.currentText() == "Automatic"
    chooser.show_model(INFO)
    assert chooser.combo.isEnabled()


def test_a_layer_of_another_model_shows_as_automatic(chooser: LayerChooser) -> None:
    _show(chooser, "layer of another model")
    assert chooser.combo.currentData() == "base/conv2_conv"


def test_it_is_told_early_that_the_user_is_about_to_sweep(chooser: LayerChooser, qtbot) -> None:
    middle = chooser.slider.rect().center().toPointF()
    enter = QEnterEvent(middle, middle, middle)
    with qtbot.waitSignal(chooser.sweep_wanted):
        QApplication.sendEvent(chooser.slider, enter)
    with qtbot.waitSignal(chooser.sweep_wanted):
        QApplication.sendEvent(chooser.slider, QEvent(QEvent.Type.FocusIn))
    _show(chooser, AUTO_LAYER, by_layer=False)
    with qtbot.assertNotEmitted(chooser.sweep_wanted):
        QApplication.sendEvent(chooser.slider, enter)
