"""Widgets without a screen, and an engine whose answers a test decides."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def config_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of the test's own for the settings."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(folder))
    return folder


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
    """A request that waits in the engine."""

    request: object
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

    def run(self, request: object) -> object:
        if self.closed:
            raise CancelledError
        call = Call(request)
        self.calls.append(call)
        return call.answer.result(timeout=30)

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
