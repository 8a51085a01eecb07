"""A folder of ten thousand files: the first screen comes soon, and the window never stands still."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from dicom_library import write_dicom_image
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest

from cxrviewer.engine.reader import Reader
from cxrviewer.session.library import Grouping
from cxrviewer.ui.panels.browser import BrowserPanel

FILES = 10_000
FIRST_SCREEN = 0.5
LONGEST_GAP = 0.05
"""Seconds of this process's own doing."""
LONGEST_WAIT = 1.0
"""The same with what other processes of a busy machine take."""


class Pulse(QObject):
    """Measures how long the event loop goes without turning: by the clock, and of that by this process."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self.restart()
        self._timer.start()

    def _beat(self) -> None:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        self.waited = max(self.waited, wall)
        self.longest = max(self.longest, min(wall, cpu))
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def restart(self) -> None:
        self.waited = self.longest = 0.0
        self._wall, self._cpu = time.perf_counter(), time.process_time()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 10,000 images, of which 20 differ: DICOM files of 5 patients, and pictures."""
    root = tmp_path_factory.mktemp("many")
    originals = []
    for number in range(10):
        picture = np.random.default_rng(number).integers(0, 255, (200, 160), np.uint8)
        path = root / f"original {number}.png"
        cv2.imwrite(str(path), picture)
        originals.append(path)
        originals.append(
            write_dicom_image(
                root / f"original {number}.dcm",
                PatientID=f"P{number // 2}",
                StudyInstanceUID=f"1.2.{number}",
                SeriesInstanceUID=f"1.2.{number}.1",
            )
        )
    folder = root / "ten thousand"
    folder.mkdir()
    for number in range(FILES):
        os.link(originals[number % 20], folder / f"image {number}")
    return folder


@pytest.fixture(scope="module")
def reader(many: Path) -> Iterator[Reader]:
    made = Reader()
    # To start a process is not what is measured.
    made.thumbnail(many / "image 0", 16)
    yield made
    made.close()


@pytest.fixture
def panel(qtbot, reader: Reader) -> Iterator[BrowserPanel]:
    interval = sys.getswitchinterval()
    # As in the program.
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    made = BrowserPanel(reader)
    qtbot.addWidget(made)
    made.resize(260, 760)
    made.show()
    yield made
    made.close_worker()
    sys.setswitchinterval(interval)
    gc.unfreeze()


@pytest.fixture
def pulse(qtbot) -> Iterator[Pulse]:
    made = Pulse()
    yield made
    made.deleteLater()


Measure = Callable[[str, Callable[[], object], Callable[[], bool]], float]


@pytest.fixture
def measure(qtbot, pulse: Pulse, capsys: pytest.CaptureFixture[str]) -> Measure:
    """Return a function that does something, waits for its effect, and returns how long that took."""

    def run(what: str, do: Callable[[], object], done: Callable[[], bool]) -> float:
        _wait(20)
        pulse.restart()
        begun = time.perf_counter()
        do()
        while not done():
            assert time.perf_counter() - begun < 60, f"{what} takes for ever"
            _wait(1)
        took = time.perf_counter() - begun
        _wait(100)
        with capsys.disabled():
            gaps = f"{pulse.longest * 1000:5.1f} ms, with others {pulse.waited * 1000:5.1f} ms"
            print(f"\n{what:<20} {took * 1000:7.0f} ms, longest gap {gaps}", end="")  # noqa: T201
        assert pulse.longest < LONGEST_GAP, f"{what}: the window stood still"
        assert pulse.waited < LONGEST_WAIT, f"{what}: the window waited"
        return took

    return run


def _with(digits: str) -> int:
    return sum(digits in str(number) for number in range(FILES))


def _complete(panel: BrowserPanel) -> bool:
    return panel.model.listing.complete and len(panel.model.layout.images) == FILES


def test_the_first_screen_comes_soon_and_nothing_stalls(qtbot, panel, many, measure, tmp_path) -> None:
    for _ in range(3):
        panel.show_folder(tmp_path)
        qtbot.waitUntil(lambda: panel.model.listing.folder == tmp_path, timeout=60_000)
        took = measure("first screen", lambda: panel.show_folder(many), lambda: len(_names(panel)) == 5)
        # Another process may have had the machine.
        if took < FIRST_SCREEN:
            break
    assert took < FIRST_SCREEN
    assert _names(panel)[:3] == ["image 0", "image 1", "image 2"]
    measure("all listed", lambda: None, lambda: _complete(panel))
    assert panel.model.rowCount() == FILES


def test_searching_grouping_and_scrolling_do_not_stall(qtbot, panel, many, measure) -> None:
    panel.show_folder(many)
    qtbot.waitUntil(lambda: _complete(panel), timeout=60_000)
    found = lambda count: lambda: len(panel.model.layout.images) == count  # noqa: E731
    measure("search", lambda: _type(panel, "image 99"), found(_with("99")))
    measure("end of search", panel.search.clear, found(FILES))
    bar = panel.view.verticalScrollBar()
    measure(
        "to the end", lambda: bar.setValue(bar.maximum()), lambda: panel.view.visible_rows().stop == FILES
    )
    for _ in range(20):
        measure_scroll = bar.value() - 700
        bar.setValue(measure_scroll)
    measure("thumbnails there", lambda: None, lambda: _pictured(panel))
    measure("step", lambda: panel.step(1), lambda: panel.view.currentIndex().isValid())
    panel.arrange(Grouping.GROUPED, deep=False)
    measure("grouped", lambda: None, lambda: panel.model.layout.grouped)
    measure("headers for 3 s", lambda: None, _in(3))
    heading = next(row for row in panel.model.layout.rows if row.key)
    measure("unfold", lambda: panel.arrangement.fold(heading.key, False), lambda: panel.model.rowCount() > 20)
    measure("search in groups", lambda: panel.search.setText("9999"), lambda: panel.model.rowCount() < 20)


def test_files_that_arrive_among_many_do_not_stall(qtbot, panel, many, measure) -> None:
    panel.show_folder(many)
    qtbot.waitUntil(lambda: _complete(panel), timeout=60_000)
    new = many / "image 5000b"
    os.link(many / "image 0", new)
    try:
        measure("a file arrives", lambda: None, lambda: panel.model.row(new) is not None)
    finally:
        new.unlink()
    measure("it goes", lambda: None, lambda: panel.model.row(new) is None)


def _type(panel: BrowserPanel, words: str) -> None:
    for letter in words:
        QTest.keyClicks(panel.search, letter)
        _wait(1)


def _wait(milliseconds: int) -> None:
    """Let the event loop turn; unlike QTest.qWait, this lets other threads have Python's lock."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _names(panel: BrowserPanel) -> list[str]:
    rows = range(min(panel.model.rowCount(), 5))
    return [str(panel.model.index(row, 0).data(Qt.ItemDataRole.DisplayRole)) for row in rows]


def _pictured(panel: BrowserPanel) -> bool:
    return not any(panel.model.lacks_thumbnail(row) for row in panel.view.visible_rows())


def _in(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end
