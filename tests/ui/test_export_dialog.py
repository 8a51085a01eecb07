"""Where an overlay goes and at which resolution."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QMessageBox

from cxrviewer.ui.dialogs.export import ExportDialog


@pytest.fixture
def dialog(qtbot, tmp_path: Path) -> ExportDialog:
    made = ExportDialog(tmp_path / "overlay.png", (3000, 2500), (760, 700))
    qtbot.addWidget(made)
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer "No" to every question, and return the questions."""
    questions: list[str] = []

    def question(_parent, _title, text, *_):
        questions.append(text)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    return questions


def _save(dialog: ExportDialog) -> bool:
    dialog.setResult(QDialog.DialogCode.Rejected)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save).click()
    return dialog.result() == QDialog.DialogCode.Accepted


def _browse(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))
    dialog._browse()


def test_the_whole_image_is_suggested(dialog: ExportDialog, tmp_path: Path) -> None:
    assert dialog.full.isChecked()
    assert not dialog.displayed.isChecked()
    assert "3000×2500" in dialog.full.text()
    assert "760×700" in dialog.displayed.text()
    assert dialog.path() == tmp_path / "overlay.png"


def test_only_one_resolution_at_a_time(dialog: ExportDialog) -> None:
    dialog.displayed.click()
    assert not dialog.full.isChecked()


@pytest.mark.parametrize(
    ("text", "name"), [("out", "out.png"), ("out.PNG", "out.PNG"), ("a b.png", "a b.png")]
)
def test_a_picture_is_a_png(dialog: ExportDialog, tmp_path: Path, text: str, name: str) -> None:
    dialog.file.setText(str(tmp_path / text))
    assert dialog.path() == tmp_path / name


def test_home_may_be_short(dialog: ExportDialog) -> None:
    dialog.file.setText("~/out.png")
    assert dialog.path() == Path.home() / "out.png"


@pytest.mark.parametrize("text", ["", "   ", ".", "/"])
def test_without_a_file_nothing_can_be_saved(dialog: ExportDialog, asked: list[str], text: str) -> None:
    dialog.file.setText(text)
    assert not _save(dialog)


def test_the_home_of_nobody_is_left_to_the_export(dialog: ExportDialog) -> None:
    dialog.file.setText("~no such user/out.png")
    assert dialog.path() == Path("~no such user/out.png")
    assert _save(dialog)


def test_a_new_file_needs_no_question(dialog: ExportDialog, asked: list[str]) -> None:
    assert _save(dialog)
    assert asked == []


def test_a_file_that_exists_is_asked_about(dialog: ExportDialog, asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "overlay.png").touch()
    assert not _save(dialog)
    assert "overlay.png" in asked[0]


def test_what_was_agreed_to_in_the_file_dialog_is_not_asked_twice(
    dialog: ExportDialog, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.png").touch()
    _browse(dialog, monkeypatch, str(tmp_path / "other.png"))
    assert _save(dialog)
    assert asked == []


def test_a_file_that_only_gets_its_suffix_here_is_asked_about(
    dialog: ExportDialog, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.png").touch()
    _browse(dialog, monkeypatch, str(tmp_path / "other"))
    assert not _save(dialog)
    assert len(asked) == 1


def test_cancelling_the_file_dialog_changes_nothing(
    dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _browse(dialog, monkeypatch, "")
    assert dialog.path() == tmp_path / "overlay.png"
