"""What the forms of jobs say before the start, and what they order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from material import card, choice
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMessageBox

from cxrviewer.batch.inputs import JOURNAL
from cxrviewer.errors import UserError
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.session.jobs import JobOrder
from cxrviewer.session.state import ViewState
from cxrviewer.ui.dialogs.batch import BatchForm
from cxrviewer.ui.dialogs.evaluate import EvaluateForm
from cxrviewer.ui.dialogs.job_form import FormStart, JobForm, Look, ModelChoice
from cxrviewer.ui.dialogs.report import ReportForm
from cxrviewer.ui.dialogs.study import StudyForm
from cxrviewer.ui.dialogs.train import TrainForm
from cxrviewer.ui.worker import Outcome


def look_at_once(look: Look, done: Callable[[Outcome], None]) -> None:
    """Do what the forms have done in a process."""
    function, arguments = look
    try:
        done(Outcome("look", None, value=function(lambda _message: None, *arguments)))
    except UserError as error:
        done(Outcome("look", None, error=error))


@pytest.fixture
def data(tmp_path: Path, write_image) -> Path:
    for number in range(3):
        write_image(f"data/normal/{number}.png")
    write_image("data/VIRAL/3.png")
    return tmp_path / "data"


@pytest.fixture
def made(qtbot, tmp_path: Path) -> Callable[[type[JobForm]], JobForm]:
    def make(kind: type[JobForm]) -> JobForm:
        loaded = choice()
        models = (
            ModelChoice(loaded.load, loaded.info.card, loaded.info),
            ModelChoice(
                LoadRequest("other.keras"), replace(card("other"), name="Other", labels=("A", "B", "C"))
            ),
        )
        form = kind(FormStart(models, "", tmp_path / "results", ViewState()), look_at_once)
        form._pause.setInterval(0)
        qtbot.addWidget(form)
        return form

    return make


def ordered(form: JobForm) -> JobOrder | None:
    """Press Start, and return what was ordered."""
    heard: list[JobOrder] = []
    form.ordered.connect(heard.append)
    form.start.click()
    return heard[0] if heard else None


def fill(qtbot, form: JobForm, data: Path) -> None:
    form.data.set_path(data)
    qtbot.waitUntil(lambda: form.data.words.text() not in ("", "Looking at the images…"), timeout=20_000)


def test_nothing_starts_without_data(made) -> None:
    form = made(EvaluateForm)
    assert not form.start.isEnabled()
    assert ordered(form) is None


def test_an_evaluation_says_what_the_data_are_and_starts(made, qtbot, data: Path, tmp_path: Path) -> None:
    form = made(EvaluateForm)
    fill(qtbot, form, data)
    assert form.data.words.text() == "4 images: normal 3, VIRAL 1"
    order = ordered(form)
    assert order is not None
    assert order.order.data == data
    assert order.output.parent == tmp_path / "results"
    assert order.output.name.startswith("Evaluation 20")
    assert not order.output.exists(), "the folder is made by the job"


def test_data_that_do_not_go_with_the_model_are_told_before_the_start(made, qtbot, data: Path) -> None:
    form = made(EvaluateForm)
    fill(qtbot, form, data)
    form.model.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "no labelled images" in form.data.words.text(), timeout=20_000)
    assert "A, B, C" in form.data.words.text()
    assert not form.start.isEnabled()
    form.model.setCurrentIndex(0)
    qtbot.waitUntil(lambda: "4 images" in form.data.words.text(), timeout=20_000)
    assert form.start.isEnabled()


def test_what_is_found_after_a_form_was_closed_is_not_said(qtbot, made, data: Path) -> None:
    form = made(EvaluateForm)
    heard: list[Callable[[Outcome], None]] = []
    form._inspect = lambda _look, done: heard.append(done)
    form.data.set_path(data)
    qtbot.waitUntil(lambda: bool(heard), timeout=20_000)
    form.reject()
    heard[0](Outcome("look", None, value="4 images"))
    assert "4 images" not in form.data.words.text(), "the form is deleted by then"


def test_a_folder_can_be_dropped_on_the_field(made, data: Path) -> None:
    form = made(EvaluateForm)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data))])
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    form.data.line.dropEvent(drop)
    assert form.data.path() == data


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("", "Give a folder"),
        ("file", "This is a file"),
        ("data", "among the data"),
        ("data/x/y", "among the data"),
    ],
)
def test_results_never_go_where_they_must_not(
    made, qtbot, data: Path, tmp_path: Path, output: str, words: str
) -> None:
    (tmp_path / "file").touch()
    form = made(EvaluateForm)
    fill(qtbot, form, data)
    form.output.line.setText(str(tmp_path / output) if output else "")
    assert words in form.output.words.text()
    assert not form.start.isEnabled()


def test_where_nothing_can_be_written_is_said(made, tmp_path: Path, data: Path, ordinary_user) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    form = made(EvaluateForm)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    ordinary_user()
    form.output.set_path(locked / "new" / "folder")
    assert "Nothing can be written to “locked”" in form.output.words.text()


def test_earlier_results_are_asked_about(
    made, qtbot, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "evaluation.html").touch()
    form = made(EvaluateForm)
    fill(qtbot, form, data)
    form.output.set_path(tmp_path / "old")
    assert ordered(form) is None
    assert ordered(form) is not None
    assert not answers


def test_a_study_orders_what_is_asked(made, qtbot, data: Path) -> None:
    form = made(StudyForm)
    fill(qtbot, form, data)
    form.per_class.setValue(12)
    form.seed.setValue(3)
    form.target.choose("Viral")
    form.layer.choose("early")
    form.lungs.setChecked(False)
    order = ordered(form)
    assert order is not None
    asked = order.order
    assert (asked.method, asked.layer, asked.target) == ("grad-cam", "early", "Viral")
    assert (asked.per_class, asked.seed, asked.lungs) == (12, 3, False)


def test_a_training_checks_its_settings_beside_the_field(made, qtbot, data: Path) -> None:
    form = made(TrainForm)
    fill(qtbot, form, data)
    assert form.about.text()
    form.advanced.setText("batch=lots")
    assert "'batch' is no 'lots'" in form.advice.text()
    assert not form.start.isEnabled()
    form.advanced.setText("batch=4, seed=9")
    form.weights.setCurrentIndex(form.weights.findData("file"))
    assert "file of the weights" in form.file.words.text()
    assert not form.start.isEnabled()
    form.file.set_path(data / "VIRAL" / "3.png")
    assert form.file.words.text() == form.advice.text() == ""
    form.epochs.setValue(2)
    order = ordered(form)
    assert order is not None
    assert order.order.changes == ("batch=4", "seed=9")
    assert (order.order.epochs, order.order.weights) == (2, str(data / "VIRAL" / "3.png"))
    assert not order.order.resume


def test_a_training_that_was_ended_is_offered_to_go_on(made, qtbot, data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "log.csv").write_text("epoch,loss\n1,2\n2,1\n")
    (run / "settings.json").write_text('{"settings": {"epochs": 7}}')
    (run / "checkpoint.index").touch()
    form = made(TrainForm)
    fill(qtbot, form, data)
    assert not form.form.isRowVisible(form.resume)
    form.output.set_path(run)
    assert form.form.isRowVisible(form.resume)
    assert "2 of 7 epochs" in form.resume.text()
    form.resume.setChecked(True)
    order = ordered(form)
    assert order is not None
    assert order.order.resume


def test_a_batch_goes_on_where_one_was_ended(made, qtbot, data: Path, tmp_path: Path) -> None:
    form = made(BatchForm)
    fill(qtbot, form, data)
    assert form.data.words.text() == "4 images"
    form.format.setCurrentIndex(1)
    form.most.setValue(3)
    form.names.setChecked(True)
    there = tmp_path / "there"
    there.mkdir()
    (there / JOURNAL).touch()
    form.output.set_path(there)
    form.resume.setChecked(False)
    assert "There is a batch in this folder" in form.output.words.text()
    assert not form.start.isEnabled()
    form.resume.setChecked(True)
    order = ordered(form)
    assert order is not None
    options = order.order.options
    assert (options.suffix, options.most, options.stems, options.resume) == (".png", 3, False, True)
    assert not options.export.identity
    assert options.export.disclaimer


def test_a_report_names_nobody_unless_that_is_asked_for(made, qtbot, data: Path, tmp_path: Path) -> None:
    form = made(ReportForm)
    fill(qtbot, form, data)
    assert form.data.words.text() == "4 images"
    form.paper.setCurrentIndex(1)
    plain = ordered(form)
    assert plain is not None
    assert (plain.order.options.paper, plain.order.options.identity) == ("letter", False)
    assert plain.order.options.disclaimer
    assert plain.rest is None
    again = made(ReportForm)
    fill(qtbot, again, data)
    again.identity.setChecked(True)
    named = ordered(again)
    assert named is not None
    assert named.order.options.identity
