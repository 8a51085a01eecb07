"""While the next heatmap is computed: the sign over the canvas, the dimmed map, the status line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from material import SHAPE, analysis, choice, radiograph
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QProgressBar

from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.grayscale import full_window, presentation_table
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.render import Renderer
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState
from cxrviewer.ui.canvas import waiting_sign
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.commands import model_at
from cxrviewer.ui.sight import Sight
from cxrviewer.ui.status import StatusLine
from cxrviewer.ui.waiting import Activity, Waiting
from cxrviewer.ui.worker import Outcome

SOON = Waiting("Grad-CAM…")


@pytest.fixture
def canvas(qtbot, monkeypatch) -> Canvas:
    monkeypatch.setattr(waiting_sign, "DELAY", 30)
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    image = radiograph()
    made.set_image(Renderer(image), presentation_table(image, full_window(image)))
    made.set_heatmap(Heatmap(np.ones((4, 4), np.float32), resize_affine((4, 4), SHAPE)))
    made.set_style(OverlayStyle(alpha=0.8))
    return made


def _seen(canvas: Canvas) -> NDArray[np.uint8]:
    picture = canvas.picture()
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4)
    return pixels[..., :3].copy()


def _colour(picture: NDArray[np.uint8]) -> float:
    return float(np.ptp(picture.astype(int), axis=2).mean())


def test_a_quick_answer_shows_no_sign(qtbot, canvas: Canvas) -> None:
    raised = []
    canvas.sign.raised.connect(raised.append)
    canvas.set_waiting(SOON)
    assert canvas.sign.isHidden()
    canvas.set_waiting(None)
    qtbot.wait(80)
    assert canvas.sign.isHidden()
    assert raised == []


def test_the_map_stays_dimmed_under_the_sign_until_the_answer(qtbot, canvas: Canvas) -> None:
    before = _seen(canvas)
    canvas.set_waiting(SOON)
    assert np.array_equal(_seen(canvas), before), "not at once"
    qtbot.waitUntil(canvas.sign.isVisible, timeout=20_000)
    assert canvas.sign.text == "Grad-CAM…"
    assert 0.3 * _colour(before) < _colour(_seen(canvas)) < 0.8 * _colour(before)
    canvas.set_waiting(None)
    assert canvas.sign.isHidden()
    assert canvas.sign.text == ""
    assert np.array_equal(_seen(canvas), before)


def test_one_wait_that_follows_another_does_not_flicker(qtbot, canvas: Canvas) -> None:
    raised = []
    canvas.sign.raised.connect(raised.append)
    canvas.set_waiting(SOON)
    qtbot.waitUntil(canvas.sign.isVisible, timeout=20_000)
    canvas.set_waiting(Waiting("LayerCAM…"))
    assert canvas.sign.isVisible()
    assert canvas.sign.text == "LayerCAM…"
    assert raised == [True]


def test_a_growing_share_turns_the_ring_and_moves_nothing(qtbot, canvas: Canvas) -> None:
    canvas.set_waiting(Waiting("Score-CAM 3 %", 0.03))
    qtbot.waitUntil(canvas.sign.isVisible, timeout=20_000)
    place, first = canvas.sign.geometry(), canvas.sign.grab().toImage()
    canvas.set_waiting(Waiting("Score-CAM 100 %", 0.75))
    assert canvas.sign.geometry() == place
    assert canvas.sign.grab().toImage() != first
    assert canvas.sign.accessibleName() == "Score-CAM 100 %"


def test_the_ring_turns_where_the_share_is_not_known(qtbot, canvas: Canvas) -> None:
    canvas.set_waiting(SOON)
    qtbot.waitUntil(canvas.sign.isVisible, timeout=20_000)
    first = canvas.sign.grab().toImage()
    qtbot.waitUntil(lambda: canvas.sign.grab().toImage() != first, timeout=20_000)


def test_the_sign_stands_in_the_middle_below_and_lets_the_mouse_through(qtbot, canvas: Canvas) -> None:
    canvas.set_waiting(SOON)
    qtbot.waitUntil(canvas.sign.isVisible, timeout=20_000)
    canvas.resize(800, 600)
    middle = canvas.sign.geometry().center()
    assert abs(middle.x() - 400) <= 1
    assert 450 < middle.y() < 600
    heard = []
    canvas.hovered.connect(heard.append)
    QTest.mouseMove(canvas, QPoint(middle.x(), middle.y() - 1))
    QTest.mouseMove(canvas, middle)
    qtbot.waitUntil(lambda: bool(heard), timeout=20_000)


def test_the_status_line_tells_the_share(qtbot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    line = StatusLine(window.statusBar())
    bar = window.findChild(QProgressBar)
    line.show_activity(Activity.ANALYSING)
    line.show_waiting(Waiting("Score-CAM 34 %", 0.34))
    assert line.activity.text() == "Score-CAM 34 %"
    assert (bar.maximum(), bar.value()) == (100, 34)
    line.show_waiting(SOON)
    assert bar.maximum() == 0, "it only says that something goes on"
    line.show_activity(Activity.READY)
    line.show_waiting(None)
    assert line.activity.text() == "Ready"


class Aside:
    """Runs what is asked for when the test says so."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Callable, Callable]] = []

    def __call__(self, task: Callable, done: Callable) -> None:
        self.tasks.append((task, done))

    def finish(self) -> None:
        task, done = self.tasks.pop(0)
        done(Outcome("aside", None, value=task()))


def _shown(made, name: str = "a.png") -> Shown:
    at_hand = AtHand(radiograph(name), "default", choice())
    return next_shown(Shown(ViewState(), AtHand()), ViewState(), at_hand, made)


def test_what_the_model_sees_is_made_once_an_image_is_analysed(qtbot) -> None:
    aside, seen = Aside(), []
    sight = Sight(aside)
    sight.seen.connect(lambda picture, spec: seen.append((picture, spec)))
    sight.look(_shown(None))
    assert aside.tasks == [], "the heatmap goes first"
    for _ in range(3):
        sight.look(_shown(analysis()))
    assert len(aside.tasks) == 1
    aside.finish()
    picture, spec = seen[-1]
    assert picture.shape == (spec.height, spec.width) == (8, 8)
    assert picture.dtype == np.uint8
    sight.look(_shown(analysis()))
    assert aside.tasks == [], "it is there"
    sight.look(_shown(None, "b.png"))
    assert seen[-1] == (None, spec), "the picture of another image goes at once"


def test_a_picture_that_comes_too_late_is_not_shown(qtbot) -> None:
    aside, seen = Aside(), []
    sight = Sight(aside)
    sight.seen.connect(lambda picture, spec: seen.append((picture, spec)))
    sight.look(_shown(analysis()))
    sight.look(_shown(analysis(), "b.png"))
    aside.finish()
    assert seen == []
    aside.finish()
    assert len(seen) == 1


def test_models_are_told_from_images(tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    folder.mkdir()
    assert model_at(folder) is None
    (folder / "saved_model.pb").touch()
    assert model_at(folder) == folder
    assert model_at(folder / "saved_model.pb") == folder
    for name in ("a.keras", "b.H5", "c.hdf5"):
        assert model_at(tmp_path / name) == tmp_path / name
    assert model_at(tmp_path / "a.png") is None
