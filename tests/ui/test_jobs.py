"""The jobs of a window: their order, their end, and how they are shown."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton
from window_jobs import leave_half, refuse, write_a_page

from cxrviewer.batch.job import FileEnded
from cxrviewer.batch.row import BatchRow
from cxrviewer.session.jobs import JobOrder, JobState, Kind, Phase
from cxrviewer.ui.batch_table import BatchView
from cxrviewer.ui.dialogs.jobs import JobsWindow
from cxrviewer.ui.jobs import Jobs
from cxrviewer.ui.worker import Outcome


def order(function: Callable, output: Path, kind: Kind = Kind.EVALUATION) -> JobOrder:
    return JobOrder(kind, "Small", output, function, output)


@pytest.fixture
def jobs(qapp) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shut_down()


@pytest.fixture
def window(jobs: Jobs, qtbot) -> JobsWindow:
    def at_once(task: Callable[[], object], done: Callable[[Outcome], None]) -> None:
        done(Outcome("aside", None, value=task()))

    made = JobsWindow(jobs, at_once)
    qtbot.addWidget(made)
    made.show()
    return made


def phase(jobs: Jobs, number: int, wanted: Phase) -> Callable[[], bool]:
    return lambda: jobs.states[number].phase is wanted


def test_a_job_runs_to_its_page(jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path) -> None:
    jobs.start(order(write_a_page, tmp_path / "out"))
    qtbot.waitUntil(phase(jobs, 1, Phase.DONE), timeout=20_000)
    page = window.pages[1]
    assert page.body.currentWidget() is page.results
    texts = [label.text() for label in page.results.findChildren(type(page.words))]
    assert "What was found" in texts
    assert any("Normal" in text for text in texts)
    assert page.log.toPlainText() == "first line\nsecond line"
    assert not page.cancel.isVisible()
    assert page.use_model.isVisible()
    wanted: list[str] = []
    window.model_wanted.connect(wanted.append)
    page.use_model.click()
    assert wanted == [str(tmp_path / "out" / "model.keras")]


def test_results_open_elsewhere_too(
    jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    jobs.start(order(write_a_page, tmp_path / "out"))
    qtbot.waitUntil(phase(jobs, 1, Phase.DONE), timeout=20_000)
    page = window.pages[1]
    page.browser.click()
    page.folder.click()
    page.results.linked.emit("pictures/a.png")
    out = tmp_path / "out"
    assert opened == [str(out / "page.html"), str(out), str(out / "pictures" / "a.png")]


def test_one_job_at_a_time_and_the_next_after_its_end(
    jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path
) -> None:
    first = jobs.start(order(leave_half, tmp_path / "first"))
    second = jobs.start(order(write_a_page, tmp_path / "second", Kind.STUDY))
    qtbot.waitUntil(lambda: jobs.states[1].progress is not None, timeout=20_000)
    assert jobs.states[2].phase is Phase.WAITING
    assert "Waits" in window.pages[2].words.text()
    assert window.list.isVisible()
    assert [state.number for state in jobs.running] == [first.number, second.number]
    window.choose(1)
    qtbot.mouseClick(window.pages[1].cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(phase(jobs, 2, Phase.DONE), timeout=20_000)
    assert jobs.states[1].phase is Phase.CANCELLED
    assert not (tmp_path / "first").exists(), "an empty folder that was not there before"


def test_what_was_half_written_is_taken_away_and_the_rest_stays(jobs: Jobs, qtbot, tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "results.csv").write_text("of an earlier run")
    jobs.start(order(leave_half, output))
    qtbot.waitUntil(lambda: jobs.states[1].progress is not None, timeout=20_000)
    jobs.cancel(1)
    qtbot.waitUntil(phase(jobs, 1, Phase.CANCELLED), timeout=20_000)
    assert [path.name for path in output.iterdir()] == ["results.csv"]


def test_a_job_that_waits_can_be_taken_back(jobs: Jobs, qtbot, tmp_path: Path) -> None:
    jobs.start(order(leave_half, tmp_path / "first"))
    jobs.start(order(write_a_page, tmp_path / "second"))
    jobs.cancel(2)
    assert jobs.states[2].phase is Phase.CANCELLED
    jobs.cancel(1)
    qtbot.waitUntil(lambda: not jobs.running, timeout=20_000)
    assert not (tmp_path / "second").exists()


def test_a_failure_is_told_and_nothing_is_offered(
    jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path
) -> None:
    jobs.start(order(refuse, tmp_path / "out"))
    qtbot.waitUntil(phase(jobs, 1, Phase.FAILED), timeout=20_000)
    page = window.pages[1]
    assert page.words.text() == "There is nothing. Give something."
    assert not [button for button in page.findChildren(QPushButton) if button.isVisible()]


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its id")
def test_shutting_down_leaves_no_process(qapp, qtbot, tmp_path: Path) -> None:
    jobs = Jobs()
    jobs.start(order(leave_half, tmp_path / "out"))
    jobs.start(order(write_a_page, tmp_path / "never"))
    qtbot.waitUntil(lambda: jobs.states[1].progress is not None, timeout=20_000)
    pid = jobs._jobs[1].pid
    assert pid is not None
    jobs.shut_down()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not list(tmp_path.iterdir())


def test_curves_grow_with_a_training(jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path) -> None:
    jobs.start(order(write_a_page, tmp_path / "out", Kind.TRAINING))
    qtbot.waitUntil(phase(jobs, 1, Phase.DONE), timeout=20_000)
    live = window.pages[1].live
    assert live.layers.currentIndex() == 1
    assert live.loss.accessibleDescription() == "loss 1.000"
    assert live.shares.accessibleDescription() == "accuracy 0.750"


def test_the_table_of_a_batch_has_a_line_a_file(
    jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path
) -> None:
    jobs.start(order(write_a_page, tmp_path / "out", Kind.BATCH))
    qtbot.waitUntil(phase(jobs, 1, Phase.DONE), timeout=20_000)
    page = window.pages[1]
    qtbot.waitUntil(lambda: page.live.model.rowCount() == 2, timeout=20_000)
    model = page.live.model
    lines = [[model.index(row, column).data() for column in range(1, 6)] for row in range(2)]
    assert lines[0] == ["a.png", "Normal", "90.0\xa0%", "0.25", ""]
    assert lines[1] == ["b.png", "", "", "", "It is damaged."]
    assert page.body.currentWidget() is page.results
    page.table.click()
    assert page.body.currentWidget() is page.live
    wanted: list[Path] = []
    window.image_wanted.connect(wanted.append)
    for row in range(2):
        page.live.table.activated.emit(model.index(row, 1))
    assert wanted == [tmp_path / "out" / "a.png"], "of the other it is not known where it is"


def test_thousands_of_files_are_sorted_while_they_come_and_the_chosen_one_stays_chosen(qtbot) -> None:
    view = BatchView()
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    rng = np.random.default_rng(5)
    shares = rng.random(20_000)
    files = [
        FileEnded(
            BatchRow(
                number,
                f"image {number}.png",
                error="Damaged." if share > 0.999 else "",
                probabilities=(share,),
            ),
            Path(f"{number}.png"),
        )
        for number, share in enumerate(shares, start=1)
    ]
    for file in files[:10_000]:
        view.take(file)
    qtbot.waitUntil(lambda: view.model.rowCount() == 10_000, timeout=20_000)
    bar = view.table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0, timeout=20_000)
    view.resize(900, 400)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=20_000)
    view.table.selectRow(41)
    view.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    start = time.perf_counter()
    for file in files[10_000:]:
        view.take(file)
    qtbot.waitUntil(lambda: view.model.rowCount() == 20_000, timeout=20_000)
    assert time.perf_counter() - start < 5, "the window waits"
    found = [file.row.probabilities[0] for file in view.model.files]
    np.testing.assert_array_equal(found, np.sort(shares)[::-1])
    (chosen,) = view.table.selectionModel().selectedRows(1)
    assert chosen.data() == "image 42.png"
    view.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [file.row.number for file in view.model.files[8:11]] == [9, 10, 11]
    view.table.sortByColumn(5, Qt.SortOrder.AscendingOrder)
    assert all(file.row.error for file in view.model.files[: int((shares > 0.999).sum())])
    view.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    assert view.model.files == files


@pytest.mark.parametrize("rest", [True, False])
def test_a_job_that_was_cancelled_goes_on_by_a_button_where_it_can(
    jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path, rest: bool
) -> None:
    made = order(leave_half, tmp_path / "out", Kind.BATCH)
    jobs.start(replace(made, rest=tmp_path / "out") if rest else made)
    qtbot.waitUntil(lambda: jobs.states[1].progress is not None, timeout=20_000)
    page = window.pages[1]
    assert not page.go_on.isVisible()
    jobs.cancel(1)
    qtbot.waitUntil(phase(jobs, 1, Phase.CANCELLED), timeout=20_000)
    assert page.go_on.isVisible() == rest
    if rest:
        page.go_on.click()
        qtbot.waitUntil(lambda: jobs.states[2].progress is not None, timeout=20_000)
        assert not page.go_on.isVisible()
        assert window.stack.currentWidget() is window.pages[2]


def test_no_button_of_a_job_is_pressed_by_enter(
    jobs: Jobs, window: JobsWindow, qtbot, tmp_path: Path
) -> None:
    state: JobState = jobs.start(order(leave_half, tmp_path / "out"))
    qtbot.waitUntil(lambda: jobs.states[state.number].progress is not None, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert jobs.states[state.number].phase is Phase.RUNNING
