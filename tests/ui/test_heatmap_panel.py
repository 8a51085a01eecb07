"""The heatmap's controls and its colour bar."""

from __future__ import annotations

import numpy as np
import pytest
from material import choice
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.request import AUTO_LAYER
from cxrviewer.imaging.colormap import COLORMAPS, colormap_table
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.ui.panels.colorbar import ColorBar, swatch
from cxrviewer.ui.panels.heatmap import HeatmapPanel


@pytest.fixture
def panel(qtbot) -> HeatmapPanel:
    made = HeatmapPanel()
    qtbot.addWidget(made)
    made.show_layers(choice().info)
    made.show_choices(AUTO_LAYER, "grad-cam", OverlayStyle())
    made.show()
    return made


@pytest.fixture
def heard(panel: HeatmapPanel) -> list:
    told: list = []
    panel.layer_chosen.connect(lambda layer: told.append(("layer", layer)))
    panel.method_chosen.connect(lambda method: told.append(("method", method)))
    panel.styled.connect(lambda name, value: told.append((name, value)))
    return told


def _entries(combo) -> list:
    return [combo.itemData(index) for index in range(combo.count())]


def test_everything_can_be_chosen(panel: HeatmapPanel) -> None:
    assert _entries(panel.method) == [spec.id for spec in methods()]
    assert _entries(panel.colormap) == [spec.id for spec in COLORMAPS]
    assert _entries(panel.layer) == [AUTO_LAYER, "late", "early"], "automatic, then from the output back"


def test_layers_tell_their_grid(panel: HeatmapPanel) -> None:
    texts = [panel.layer.itemText(index) for index in range(3)]
    assert "4×4" in texts[0]
    assert "late" in texts[1]
    assert "4×4" in texts[1]
    assert "8×8" in texts[2]


def test_without_a_spatial_layer_there_is_nothing_to_choose(panel: HeatmapPanel) -> None:
    for info in (None, choice(auto="").info):
        panel.show_layers(info)
        assert _entries(panel.layer) == [AUTO_LAYER]
        assert not panel.layer.isEnabled()
    panel.show_layers(choice().info)
    assert panel.layer.isEnabled()


def test_showing_choices_tells_nobody(panel: HeatmapPanel, heard: list) -> None:
    style = OverlayStyle("jet", 0.9, 0.25, False)
    panel.show_choices("early", "layer-cam", style)
    panel.show_layers(choice().info)
    panel.show_choices("early", "layer-cam", style)
    assert heard == []
    assert panel.layer.currentData() == "early"
    assert panel.method.currentData() == "layer-cam"
    assert panel.colormap.currentData() == "jet"
    assert (panel.alpha.value(), panel.threshold.value()) == (90, 25)
    assert not panel.visible.isChecked()


def test_the_user_tells_each_choice_once(panel: HeatmapPanel, heard: list) -> None:
    for combo in (panel.layer, panel.method, panel.colormap):
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Down)
    panel.alpha.setValue(80)
    QTest.keyClick(panel.threshold, Qt.Key.Key_PageUp)
    panel.visible.click()
    assert heard == [
        ("layer", "late"),
        ("method", panel.method.itemData(1)),
        ("colormap", COLORMAPS[1].id),
        ("alpha", 0.8),
        ("threshold", 0.1),
        ("visible", False),
    ]


def test_a_layer_that_is_not_there_shows_as_automatic(panel: HeatmapPanel) -> None:
    panel.show_choices("layer of another model", "grad-cam", OverlayStyle())
    assert panel.layer.currentData() == AUTO_LAYER


def test_controls_have_names_for_screen_readers(panel: HeatmapPanel) -> None:
    for widget in (panel.layer, panel.method, panel.colormap, panel.alpha, panel.threshold, panel.colorbar):
        assert widget.accessibleName()


def _bar(qtbot, style: OverlayStyle, maximum: float | None = 2.0) -> np.ndarray:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.resize(256, 40)
    bar.show_scale(style, maximum)
    image = bar.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return words[..., 2::-1].copy()


def test_the_bar_goes_from_gray_to_the_maps_last_colour(qtbot) -> None:
    row = _bar(qtbot, OverlayStyle("jet", alpha=1.0))[7].astype(int)
    assert np.ptp(row[2]) < 25, "the left end is nearly the gray underneath"
    assert np.abs(row[-4] - colormap_table("jet")[252]).max() <= 8


@pytest.mark.parametrize(
    "other",
    [
        OverlayStyle("viridis"),
        OverlayStyle(alpha=0.9),
        OverlayStyle(threshold=0.5),
        OverlayStyle(visible=False),
    ],
)
def test_the_bar_follows_the_style(qtbot, other: OverlayStyle) -> None:
    assert not np.array_equal(_bar(qtbot, OverlayStyle())[:15], _bar(qtbot, other)[:15])


def test_the_bar_tells_values_only_where_there_are_some(qtbot) -> None:
    with_values, without = _bar(qtbot, OverlayStyle()), _bar(qtbot, OverlayStyle(), None)
    assert len(np.unique(with_values[18:].reshape(-1, 3), axis=0)) > 1
    assert len(np.unique(without[18:].reshape(-1, 3), axis=0)) == 1


def test_the_maximum_is_in_the_tip(qtbot) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.show_scale(OverlayStyle(), 0.0375)
    assert "0.0375" in bar.toolTip()


def test_a_swatch_shows_its_map() -> None:
    picture = swatch("hot", width=32)
    table = colormap_table("hot")
    for x, entry in ((0, 0), (31, 255)):
        color = picture.pixelColor(x, 5)
        assert [color.red(), color.green(), color.blue()] == table[entry].tolist()
