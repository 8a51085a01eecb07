"""Widgets without a screen, and an engine whose answers a test decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from controller_bench import Bench
from lasting_reader import LastingReader, lasting
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from cxrviewer import app
from cxrviewer.engine.reader import Reader
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.panels.browser import BrowserPanel

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def config_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of the test's own for the settings."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def empty_screen() -> Iterator[None]:
    """Hide what a test leaves open: the mouse of the next one would be over it."""
    yield
    for widget in QApplication.topLevelWidgets():
        widget.hide()


@pytest.fixture
def write_image(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a small picture and returns its path."""

    def write(name: str = "a.png", pixels: NDArray | None = None) -> Path:
        if pixels is None:
            seed = sum(name.encode())
            pixels = np.random.default_rng(seed).integers(0, 255, (40, 60), np.uint8)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        done, data = cv2.imencode(".png", pixels)
        assert done
        path.write_bytes(data.tobytes())
        return path

    return write


@dataclass
class Call:
    """A request that waits in the engine, and who is told how far it has got."""

    request: object
    report: Callable[[object], bool] | None = None
    answer: Future = field(default_factory=Future)


class FakeEngine:
    """Stands for `Engine`: keeps each caller waiting until the test answers."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.ready: Future = Future()
        self.kills = 0
        self.closed = False

    @property
    def waiting(self) -> list[Call]:
        """Calls that have no answer yet."""
        return [call for call in self.calls if not call.answer.done()]

    def start(self, preload: object = None) -> Future:
        return self.ready

    def run(self, request: object, report: Callable[[object], bool] | None = None) -> object:
        if self.closed:
            raise CancelledError
        call = Call(request, report)
        self.calls.append(call)
        return call.answer.result(timeout=30)

    def advance(self, progress: object) -> bool:
        """Tell how far the request that waits first has got; it ends where nobody wants it any more."""
        call = self.waiting[0]
        assert call.report is not None
        goes_on = call.report(progress)
        if not goes_on:
            call.answer.set_exception(CancelledError())
        return goes_on

    def kill(self) -> None:
        self.kills += 1
        for call in self.waiting:
            call.answer.set_exception(CancelledError())

    def close(self) -> None:
        self.closed = True
        self.kill()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def open_window(qtbot, engine) -> Iterator[Callable[..., MainWindow]]:
    """Return a function that opens the real window with the stored settings, of a size or as it was left."""
    windows: list[MainWindow] = []

    def made(*size: int) -> MainWindow:
        engine.closed = False
        window = app.make_window(engine, engine.ready, LastingReader())
        qtbot.addWidget(window)
        if size:
            window.resize(*size)
        window.show()
        windows.append(window)
        return window

    yield made
    for window in windows:
        window.close()


@pytest.fixture
def bench(qtbot, engine, reader) -> Iterator[Bench]:
    made = Bench(qtbot, engine, reader)
    yield made
    made.controller.shut_down()
    # Else Python may collect it in another thread, where its timers must not be.
    made.controller.services.deleteLater()
    made.controller.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def ready(bench: Bench, write_image) -> Bench:
    """Return a bench with a model, and an image whose top class is explained."""
    bench.load()
    bench.open(write_image("a.png"))
    bench.explained(1)
    return bench


@pytest.fixture(scope="session", autouse=True)
def reading_processes() -> Iterator[None]:
    """End, after all tests, the processes that they share."""
    yield
    if lasting.cache_info().currsize:
        lasting().close()


@pytest.fixture
def reader(request: pytest.FixtureRequest) -> Reader:
    """Return a reader, of the class that the test names where processes of its own matter."""
    return getattr(request, "param", LastingReader)()


@pytest.fixture
def chosen(browser: BrowserPanel) -> list[Path]:
    """The files that were chosen in the list, as they are."""
    heard: list[Path] = []
    browser.chosen.connect(heard.append)
    return heard
