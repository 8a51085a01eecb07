"""The real window, shared by the tests of a module, with the real engine, shared by all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.engine.engine import Engine
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.export.options import ExportOptions
from cxrviewer.models.catalog import resolve_model
from cxrviewer.session.export_choice import ImageSize

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PATIENCE = 120_000


@dataclass
class Desk:
    """A window and the ways in which a test waits for it."""

    window: object
    wait: Callable[[Callable[[], bool]], None]

    @property
    def controller(self):
        return self.window.controller

    @property
    def shown(self):
        return self.window.controller.shown

    def open(self, path: Path) -> None:
        """Open a file and wait for its heatmap."""
        self.window.commands.open_paths([path])
        wanted = path.absolute()
        self.wait(
            lambda: (
                self.shown.radiograph is not None
                and self.shown.radiograph.path == wanted
                and self.shown.analysis is not None
            )
        )

    def export(self, path: Path, size: ImageSize) -> None:
        """Export the overlay with its words, nothing drawn on the image."""
        exports = self.window.commands.exports
        exports.write(exports.overlay(size), path, ExportOptions(scale_bar=False))

    def picture(self) -> NDArray[np.uint8]:
        """Return what the canvas shows without words, (H, W, 3) uint8."""
        image = self.window.canvas.picture()
        buffer = np.frombuffer(image.constBits(), np.uint8).reshape(
            image.height(), image.bytesPerLine() // 4, 4
        )
        return buffer[:, : image.width(), 2::-1].copy()

    def settled(self) -> bool:
        """Return whether nothing is under way."""
        from cxrviewer.ui.controller import Activity

        return self.controller.activity is Activity.READY


class LastingEngine(Engine):
    """Serves the windows of all modules one after another: TensorFlow is slow to start."""

    def close(self) -> None:
        """Do nothing: the fixture ends the process."""


@pytest.fixture(scope="session")
def lasting_engine() -> Iterator[tuple[Engine, Future[ModelInfo | None]]]:
    """Return the real engine, and what `Engine.start` gave."""
    made = LastingEngine()
    yield made, made.start(resolve_model("default"))
    Engine.close(made)


@pytest.fixture(scope="session")
def explainer() -> Explainer:
    """Return what answers the commands of all tests, one after another: models are slow to load."""
    return Explainer()


@pytest.fixture(autouse=True)
def lasting_explainer(explainer: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the commands of this process answered by the one that lasts."""
    monkeypatch.setattr("cxrviewer.explain.explainer.Explainer", lambda: explainer)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, qapp, lasting_engine) -> Iterator[Desk]:
    """Return a real window of the module's own with the real engine and reader, and settings of its own."""
    from pytestqt.qtbot import QtBot

    from cxrviewer import app
    from cxrviewer.engine.reader import Reader

    patch = pytest.MonkeyPatch()
    patch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))
    engine, ready = lasting_engine
    app.make_application()
    window = app.make_window(engine, ready, Reader())
    window.resize(1280, 800)
    window.show()

    def wait(condition: Callable[[], bool]) -> None:
        bot = QtBot(None)
        bot.waitUntil(condition, timeout=PATIENCE)

    made = Desk(window, wait)
    yield made
    made.wait(lambda: not made.controller.activity.can_be_cancelled)
    window.close()
    patch.undo()
