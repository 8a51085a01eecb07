"""Jobs in the real window, with the built-in model on real radiographs."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import psutil
import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from cxrviewer.session.jobs import JobState, Phase


@pytest.fixture(scope="module")
def data(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few radiographs of children, a folder for each class, one of them damaged."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("NORMAL", "PNEUMONIA"):
        (folder / name).mkdir()
        for path in sorted((shared_data / "kermany224" / "train" / name).iterdir())[:4]:
            shutil.copy(path, folder / name)
    (folder / "PNEUMONIA" / "broken.jpeg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return folder


@pytest.fixture
def order(desk, data: Path, tmp_path: Path):
    """Return what orders a job as a user does: by the menu and the form; gives its number."""

    def ordered(action: str, **fields: object) -> int:
        jobs = desk.window.commands.jobs
        jobs.form = None
        desk.window.actions_table[action].trigger()
        desk.wait(lambda: jobs.form is not None)
        form = jobs.form
        form.data.set_path(data)
        form.output.set_path(tmp_path / "out")
        for name, value in fields.items():
            getattr(form, name).setValue(value)
        desk.wait(lambda: form.start.isEnabled() and "images" in form.data.words.text())
        form.start.click()
        return max(jobs.jobs.states)

    return ordered


def _state(desk, number: int) -> JobState:
    state: JobState = desk.window.commands.jobs.jobs.states[number]
    return state


def _over(desk, number: int) -> JobState:
    desk.wait(lambda: _state(desk, number).phase.over)
    return _state(desk, number)


def test_an_evaluation_ends_in_a_page_in_the_window(desk, order, tmp_path: Path) -> None:
    state = _over(desk, order("evaluate"))
    assert state.phase is Phase.DONE, state.error
    numbers = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert numbers["n"] == 8
    assert [failure["file"] for failure in numbers["failures"]] == ["broken.jpeg"]
    panel = desk.window.commands.jobs.panel
    assert panel.isVisible()
    page = panel.pages[state.number]
    desk.wait(lambda: page.body.currentWidget() is page.results)
    assert desk.window.commands.jobs.button.text() == "Evaluation done"


def test_a_batch_that_is_cancelled_leaves_nothing_half_and_goes_on(desk, order, tmp_path: Path) -> None:
    number = order("batch", workers=1)
    desk.wait(lambda: (told := _state(desk, number).progress) is not None and told.done >= 1)
    job = desk.window.commands.jobs.jobs._jobs[number]
    assert job.pid is not None
    family = [psutil.Process(job.pid), *psutil.Process(job.pid).children(recursive=True)]
    assert len(family) > 1, "the batch has processes of its own"
    desk.window.commands.jobs.panel.pages[number].cancel.click()
    assert _over(desk, number).phase is Phase.CANCELLED
    desk.wait(lambda: not any(_runs(process) for process in family))
    assert not list((tmp_path / "out").glob(".part-*"))
    panel = desk.window.commands.jobs.panel
    panel.pages[number].go_on.click()
    again = _over(desk, max(panel.pages))
    assert again.phase is Phase.DONE, again.error
    with (tmp_path / "out" / "results.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 9
    assert len({row["file"] for row in rows}) == 9
    pictures = list((tmp_path / "out" / "pictures").glob("*.jpg"))
    assert len(pictures) == 8
    # The table has what was done before, too, and opens an image in the viewer.
    view = panel.pages[again.number].live
    desk.wait(lambda: view.model.rowCount() == 9)
    view.table.sortByColumn(5, Qt.SortOrder.AscendingOrder)
    assert view.model.index(0, 1).data() == "PNEUMONIA/broken.jpeg"
    file = view.model.files[1]
    view.table.activated.emit(view.model.index(1, 0))
    desk.wait(lambda: desk.shown.radiograph is not None and desk.shown.radiograph.path == file.path)


def test_a_report_of_a_folder_is_one_document(desk, order, tmp_path: Path) -> None:
    state = _over(desk, order("report"))
    assert state.phase is Phase.DONE, state.error
    reader = PdfReader(tmp_path / "out" / "report.pdf")
    assert len(reader.pages) == 9
    told = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert sum("is left out" in text for text in told) == 1
    assert not any("broken" in text for text in told)
    page = desk.window.commands.jobs.panel.pages[state.number]
    desk.wait(lambda: page.body.currentWidget() is page.results)
    assert page.document.isVisible()


def test_the_window_asks_before_it_ends_a_job(desk, order, tmp_path: Path) -> None:
    number = order("study", per_class=4)
    commands = desk.window.commands.jobs
    pid = commands.jobs._jobs[number]
    desk.wait(lambda: pid.pid is not None)
    asked: list[str] = []

    def keep_running() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        box.defaultButton().click()

    QTimer.singleShot(0, keep_running)
    assert not desk.window.close()
    assert "Study is under way" in asked[0]
    assert desk.window.isVisible()
    commands.jobs.cancel(number)
    assert _over(desk, number).phase is Phase.CANCELLED
    assert commands.may_close()
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
