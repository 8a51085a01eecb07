"""The lungs in the window: their outline lies where they are, and it is said where there are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from answering_engine import INPUT, AnsweringEngine
from numpy.typing import NDArray
from pane_alignment import as_array
from PySide6.QtCore import QCoreApplication

from cxrviewer.errors import ModelError
from cxrviewer.explain.request import LungRequest
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.picture import seen
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.models.lungs import lung_card
from cxrviewer.session.export_choice import ImageSize
from cxrviewer.session.panes import Layout
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.settings import load_settings
from cxrviewer.ui.canvas.legend import Tone
from cxrviewer.ui.lung_words import NOTICE
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.pane import Pane
from cxrviewer.ui.pane_lungs import REST

WAIT = 60_000
ROWS, COLUMNS = 300, 420
VIEWS = (
    (FIT, Orientation()),
    (FIT, Orientation(True, 1)),
    (Zoom(3.0, (0.32, 0.4)), Orientation(False, 2)),
    (Zoom(6.0, (0.7, 0.75)), Orientation(True, 3)),
)


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def window(open_window) -> MainWindow:
    return open_window(1280, 800)


@pytest.fixture
def chest(write_image) -> Path:
    """A picture of two bright ellipses, which are lungs to the engine."""
    pixels = np.full((ROWS, COLUMNS), 8, np.uint8)
    for x in (125, 300):
        cv2.ellipse(pixels, (x, 150), (55, 105), 0, 0, 360, 250, -1, cv2.LINE_AA)
    return write_image("chest.png", pixels)


@pytest.fixture
def hip(write_image) -> Path:
    return write_image("hip.png")


def show(window: MainWindow, qtbot, path: Path) -> None:
    """Open an image and wait until its lungs are known."""
    window.commands.open_image(path)
    qtbot.waitUntil(lambda: _path(window) == path, timeout=WAIT)
    qtbot.waitUntil(lambda: window.lungs.field(window.controller.shown.radiograph) is not None, timeout=WAIT)
    QCoreApplication.processEvents()


def _path(window: MainWindow) -> Path | None:
    radiograph = window.controller.shown.radiograph
    return radiograph.path if radiograph is not None else None


def remarks(pane: Pane) -> list[tuple[str, Tone]]:
    return [(line.text, line.tone) for line in pane.canvas._legend.bottom_right]


def on_line(pane: Pane) -> NDArray[np.bool_]:
    """Return where the outline is in what is painted."""
    return greenish(as_array(pane.canvas.grab().toImage()))


def greenish(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where the outline is in a picture: all else is gray."""
    painted = picture.astype(int)
    return painted[..., 1] - painted[..., [0, 2]].mean(axis=2) > 15


def farthest(points: NDArray[np.bool_], line: NDArray[np.bool_]) -> float:
    """Return how far a point may be from a line, in pixels; at the edge of the view, one may be cut off."""
    away = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)
    return float((away * points)[8:-40, 8:-8].max())


def test_the_outline_lies_on_the_edge_of_the_lungs_in_every_pane_and_view(window, qtbot, chest) -> None:
    window.commands.style(visible=False)
    window.actions_table["lung_outline"].trigger()
    show(window, qtbot, chest)
    window.words.choose(corners=False, markers=False)
    window.arrangement.lay_out(Layout.SIDE_BY_SIDE)
    qtbot.waitUntil(lambda: all(pane.canvas.has_image for pane in window.panes), timeout=WAIT)
    for zoom, orientation in VIEWS:
        window.commands.choose(zoom=zoom, orientation=orientation)
        QCoreApplication.processEvents()
        for pane in window.panes:
            bright = (as_array(pane.canvas.picture())[..., 0] > 128).astype(np.uint8)
            edge = cv2.morphologyEx(bright, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
            line = on_line(pane)
            # Half a cell of the mask.
            near = 1.5 + 0.5 * pane.canvas.scale() * COLUMNS / lung_card().input.width
            assert line.sum() > 100
            assert farthest(line, edge) <= near, (zoom, orientation)
            assert farthest(edge, line) <= near, (zoom, orientation)
        (scene,) = window.commands.exports.overlay(ImageSize.DISPLAYED)
        exported, line = greenish(seen(scene, ExportOptions())), on_line(window.panes.active)
        assert farthest(exported, line) <= 1.5, (zoom, orientation)
        assert farthest(line, exported) <= 1.5, (zoom, orientation)
    window.actions_table["lung_outline"].trigger()
    assert not any(on_line(pane).any() for pane in window.panes)
    (scene,) = window.commands.exports.overlay(ImageSize.WHOLE)
    assert not greenish(seen(scene, ExportOptions())).any()


def test_the_share_of_the_evidence_is_told_while_the_lungs_are_outlined(window, qtbot, chest) -> None:
    show(window, qtbot, chest)
    panel, pane = window.side.heatmap.lungs, window.panes.active
    assert not panel.isVisible()
    assert not any("lungs" in text for text, _ in remarks(pane))
    window.actions_table["lung_outline"].trigger()
    pixels = cv2.imread(str(chest), cv2.IMREAD_GRAYSCALE)
    inside = cv2.resize((pixels > 128).astype(np.float64), (INPUT.width, INPUT.height), None, 0, 0, 3)
    values = window.controller.shown.analysis.result.attribution.values
    share = float((values * inside).sum() / values.sum())
    assert abs(float(panel.text().split(": ")[1].split()[0]) - 100 * share) <= 1.5
    assert f"uniform {100 * inside.mean():.0f}" in panel.text()
    assert lung_card().name in panel.toolTip()
    assert any(f"{100 * share:.0f}" in text and "in the lungs" in text for text, _ in remarks(pane))
    window.commands.style(visible=False)
    assert not any("in the lungs" in text for text, _ in remarks(pane))


def test_an_image_without_lungs_is_remarked_on_until_that_is_not_wanted(window, qtbot, hip, chest) -> None:
    pane = window.panes.active
    show(window, qtbot, hip)
    assert (NOTICE.text, Tone.WARNING) in remarks(pane)
    assert not window.messages.text
    told = window.lungs.told_field(pane.controller.shown.radiograph)
    assert told is not None
    assert not told.plausible
    window.words.choose(corners=False)
    assert (NOTICE.text, Tone.WARNING) in remarks(pane)
    window.actions_table["lung_check"].trigger()
    assert NOTICE.text not in dict(remarks(pane))
    assert window.lungs.told_field(pane.controller.shown.radiograph) is None
    window.actions_table["lung_check"].trigger()
    show(window, qtbot, chest)
    assert NOTICE.text not in dict(remarks(pane))
    window.actions_table["lung_outline"].trigger()
    show(window, qtbot, hip)
    assert window.side.heatmap.lungs.text().startswith("No lungs found: ")


def test_lungs_are_sought_once_an_image_and_after_its_heatmap(window, qtbot, engine, hip, chest) -> None:
    show(window, qtbot, hip)
    show(window, qtbot, chest)
    show(window, qtbot, hip)
    assert engine.sought == 2
    engine.gate.clear()
    window.commands.open_image(chest.rename(chest.with_name("copy.png")))
    other = cv2.imread(str(hip), cv2.IMREAD_GRAYSCALE)
    assert cv2.imwrite(str(chest), 255 - other)
    window.commands.open_image(chest)
    qtbot.waitUntil(lambda: _path(window) == chest, timeout=WAIT)
    qtbot.wait(round(1000 * REST) + 150)
    assert engine.sought == 2
    engine.gate.set()
    qtbot.waitUntil(lambda: engine.sought == 3, timeout=WAIT)


def test_nobody_seeks_lungs_where_nobody_wants_to_know(window, qtbot, engine, hip) -> None:
    window.actions_table["lung_check"].trigger()
    window.commands.open_image(hip)
    qtbot.waitUntil(lambda: window.controller.shown.analysis is not None, timeout=WAIT)
    qtbot.wait(round(1000 * REST) + 150)
    assert engine.sought == 0
    window.actions_table["lung_outline"].trigger()
    qtbot.waitUntil(lambda: engine.sought == 1, timeout=WAIT)
    window.close()
    assert (load_settings().lung_outline, load_settings().lung_check) == (True, False)


def test_a_segmenter_that_is_gone_is_told_of_once(
    window, qtbot, engine, hip, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: Callable[..., object] = engine.run

    def run(request: object, report: object = None) -> object:
        if isinstance(request, LungRequest):
            assert request.inputs.shape[1:3] == (lung_card().input.height, lung_card().input.width)
            raise ModelError("The segmenter is gone.")
        return answer(request, report)

    monkeypatch.setattr(engine, "run", run)
    window.commands.open_image(hip)
    qtbot.waitUntil(lambda: "segmenter is gone" in window.messages.text, timeout=WAIT)
    window.messages.clear()
    window.actions_table["lung_outline"].trigger()
    qtbot.wait(round(1000 * REST) + 150)
    assert not window.messages.text
    assert not window.side.heatmap.lungs.isVisible()
