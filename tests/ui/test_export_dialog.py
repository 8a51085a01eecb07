"""What is exported, how and where to, beside a preview of exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialogButtonBox, QFileDialog, QLabel, QMessageBox
from screens import screen

from cxrviewer.errors import ExportError, UserError
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions, PictureKind
from cxrviewer.export.permit import Permit
from cxrviewer.export.save import specs
from cxrviewer.export.writer_spec import Group
from cxrviewer.imaging.header import Header
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.viewport import full_resolution, make_viewport
from cxrviewer.session.export_choice import (
    ExportChoice,
    ImageSize,
    PaneView,
    choice_to_remember,
    remembered_choice,
)
from cxrviewer.session.marks import FileMarks, Length
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown
from cxrviewer.ui.dialogs.export import ExportDialog
from cxrviewer.ui.dialogs.export_form import OnScreen
from cxrviewer.ui.system_places import usual_folder, usual_paper
from cxrviewer.ui.worker import Outcome

CHOICE = ExportChoice()


def at_once(task, done) -> None:
    """Draw in this thread."""
    try:
        done(Outcome("preview", None, value=task()))
    except UserError as error:
        done(Outcome("preview", None, error=error))


def view(shown: Shown | None = None, marks: FileMarks | None = None) -> PaneView:
    return PaneView(shown or screen(), make_viewport((40, 60), (400, 500), scale=8, center=(0.5, 0.5)), marks)


def named(path: Path, **changes: object) -> Shown:
    """Return a screen whose image has identity and a path of its own."""
    shown = screen()
    header = Header(patient_name="Doe, Jane", patient_id="4711", birth_date="1970-01-02")
    image = replace(shown.radiograph, path=path, header=header, **changes)  # type: ignore[type-var]
    return replace(shown, at_hand=AtHand(image, "default", shown.at_hand.loaded, shown.at_hand.prediction))


@pytest.fixture
def open_dialog(qtbot, tmp_path: Path):
    def make(choice: ExportChoice = CHOICE, panes: int = 1, active: PaneView | None = None) -> ExportDialog:
        seen = active or view()
        made = ExportDialog(OnScreen(seen, (seen,) * panes, 2), choice, tmp_path, at_once)
        qtbot.addWidget(made)
        return made

    return make


@pytest.fixture
def dialog(open_dialog) -> ExportDialog:
    return open_dialog()


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
    """Press the button; return whether the file is then wanted."""
    permits: list[Permit] = []
    dialog.wanted.connect(permits.append)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save).click()
    dialog.wanted.disconnect(permits.append)
    return bool(permits)


def _browse(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))
    dialog._browse()


@pytest.mark.parametrize("kind", PictureKind)
@pytest.mark.parametrize("size", [ImageSize.WHOLE, ImageSize.DISPLAYED])
def test_the_preview_is_the_file(open_dialog, tmp_path: Path, kind: PictureKind, size: ImageSize) -> None:
    length = FileMarks((Length(((5.0, 5.0), (50.0, 30.0))),))
    dialog = open_dialog(ExportChoice(ExportOptions(kind=kind), size), active=view(marks=length))
    # So large that nothing is reduced.
    dialog.preview.picture.setMinimumSize(2400, 1600)
    dialog.resize(3000, 2000)
    dialog.preview._draw()
    export(dialog.scenes(), tmp_path / "a.png", dialog.form.choice().options)
    written = cv2.cvtColor(cv2.imread(str(tmp_path / "a.png")), cv2.COLOR_BGR2RGB)
    drawn = dialog.preview.drawn
    assert drawn is not None
    np.testing.assert_array_equal(drawn.pixels, written)
    assert drawn.size == written.shape[1::-1]
    assert f"{written.shape[1]}×{written.shape[0]}" in dialog.preview.caption.text()


def test_each_choice_changes_the_preview_at_once(open_dialog) -> None:
    marks = FileMarks((Length(((5.0, 5.0), (50.0, 30.0))),))
    shown = named(Path("a.dcm"), directions=("L", "F"))
    lungs = LungField(np.ones((4, 4), bool), (np.array([(9.0, 9.0), (30.0, 9.0), (20.0, 30.0)]),), "")
    active = replace(view(shown, marks), lungs=lungs)
    dialog = open_dialog(ExportChoice(size=ImageSize.DISPLAYED), active=active)
    for name, box in dialog.form.boxes.items():
        if name != "sidecar":
            before = dialog.preview.drawn
            box.click()
            after = dialog.preview.drawn
            assert before is not None
            assert after is not None
            assert before.pixels.shape != after.pixels.shape or (before.pixels != after.pixels).any(), name
    before = dialog.preview.drawn
    dialog.form.size_choice.setCurrentIndex(0)
    assert dialog.preview.drawn.size != before.size
    dialog.form.content.setCurrentIndex(1)
    assert dialog.form.choice().options.kind is PictureKind.TRIPLE


def test_a_file_that_holds_no_picture_is_said_to(open_dialog) -> None:
    dialog = open_dialog()
    assert "pixels" in dialog.preview.caption.text()
    for writer, visible in (("dicom-sr", False), ("dicom-seg", True), ("dicom-sc", True), ("map-npz", False)):
        dialog.form.format.choose(writer)
        assert ("pixels" in dialog.preview.caption.text()) == visible, writer


def test_what_is_not_to_be_had_is_not_ticked_and_says_why(open_dialog) -> None:
    dialog = open_dialog()
    form = dialog.form
    for name in ("marks", "lungs", "scale_bar", "identity"):
        box = form.boxes[name]
        assert (box.isEnabled(), box.isChecked()) == (False, False)
        assert box.toolTip().endswith(("image.", "window.", "sides.", "is."))
    form.boxes["caption"].click()
    form.format.choose("dicom-image")
    assert [name for name, box in form.boxes.items() if box.isChecked()] == ["sidecar"]
    assert "format" in form.boxes["color_bar"].toolTip()
    assert not form.content.isEnabled()
    assert not form.size_choice.isEnabled()
    assert "own pixels" in form.size_choice.toolTip()
    form.format.choose("png")
    assert form.boxes["color_bar"].isChecked()
    assert not form.boxes["caption"].isChecked()
    assert form.choice().options == ExportOptions(writer="png", caption=False)


def test_marks_on_a_small_picture_are_remarked_on(open_dialog) -> None:
    dialog = open_dialog(active=view(marks=FileMarks((Length(((5.0, 5.0), (50.0, 30.0))),))))
    assert "larger size" in dialog.problem.text()
    for change in (
        lambda: dialog.form.size_choice.choose(ImageSize.ENLARGED),
        lambda: dialog.form.format.choose("pdf"),
        dialog.form.boxes["marks"].click,
    ):
        change()
        assert not dialog.problem.text()
        dialog.form.size_choice.choose(ImageSize.WHOLE)
        dialog.form.format.choose("png")


def test_paper_is_asked_for_where_there_is_a_page(open_dialog) -> None:
    dialog = open_dialog(remembered_choice("", "letter"))
    assert dialog.form.paper.isHidden()
    dialog.form.format.choose("pdf")
    assert not dialog.form.paper.isHidden()
    rows, columns = dialog.preview.drawn.pixels.shape[:2]
    assert rows / columns == pytest.approx(11 / 8.5, abs=0.01)
    dialog.form.paper.choose("a4")
    rows, columns = dialog.preview.drawn.pixels.shape[:2]
    assert rows / columns == pytest.approx(2**0.5, abs=0.01)
    assert usual_paper(QLocale("en_US")) == "letter"
    assert usual_paper(QLocale("de_DE")) == "a4"


def test_a_folder_that_is_gone_is_not_suggested(tmp_path: Path) -> None:
    assert usual_folder(str(tmp_path)) == tmp_path
    for gone in (str(tmp_path / "gone"), ""):
        assert usual_folder(gone).is_dir()


def test_no_two_controls_have_one_key(open_dialog) -> None:
    dialog = open_dialog()
    # Of the standard buttons where a system gives them some.
    texts = ["&Save", "&Cancel", *(each.text() for each in dialog.findChildren(QLabel))]
    texts += [each.text() for each in dialog.findChildren(QAbstractButton)]
    keys = [text[text.index("&") + 1].lower() for text in texts if "&" in text and text not in texts[:2]]
    assert sorted({*keys, "s", "c"}) == sorted([*keys, "s", "c"])
    assert len(keys) == 4 + len(dialog.form.boxes) + 2


def test_tab_goes_from_top_to_bottom(open_dialog) -> None:
    dialog = open_dialog()
    dialog.open()
    chain = [dialog.form.content]
    while (widget := chain[-1].nextInFocusChain()) is not chain[0]:
        chain.append(widget)
    reached = Qt.FocusPolicy.TabFocus
    visited = [
        each for each in chain if each.isEnabled() and each.isVisible() and each.focusPolicy() & reached
    ]
    form, (save, cancel) = dialog.form, dialog.findChild(QDialogButtonBox).buttons()
    boxes = [box for box in form.boxes.values() if box.isEnabled()]
    ways = [form.content, form.size_choice, form.format, *boxes, dialog.file, dialog._browser, save, cancel]
    assert visited == ways
    assert save.isDefault()
    QTest.keyClick(dialog.file, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_all_panes_stand_as_on_screen(open_dialog) -> None:
    dialog = open_dialog(panes=4)
    alone = dialog.preview.drawn.size
    dialog.form.content.setCurrentIndex(2)
    choice = dialog.form.choice()
    assert (choice.panes, choice.options.columns, len(dialog.scenes())) == (True, 2, 4)
    assert dialog.preview.drawn.size[0] > 1.9 * alone[0]


def test_a_preview_that_comes_too_late_finds_nobody(qtbot, tmp_path: Path) -> None:
    came: list[tuple[Callable[[Outcome], None], Outcome]] = []
    seen = view()
    dialog = ExportDialog(
        OnScreen(seen, (seen,), 1),
        CHOICE,
        tmp_path,
        lambda task, done: at_once(task, lambda o: came.append((done, o))),
    )
    dialog.open()
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=20_000)
    shiboken6.delete(dialog)
    assert came
    for done, outcome in came:
        done(outcome)


def test_one_pane_is_not_offered_as_all(dialog: ExportDialog) -> None:
    assert dialog.form.content.entries() == [PictureKind.OVERLAY, PictureKind.TRIPLE]


def test_the_format_and_the_suffix_follow_one_another(dialog: ExportDialog, tmp_path: Path) -> None:
    assert dialog.path() == tmp_path / "bacterial-grad-cam.png"
    dialog.form.format.choose("jpeg")
    assert dialog.path().suffix == ".jpg"
    dialog.file.selectAll()
    dialog.file.insert(str(tmp_path / "other.webp"))
    assert dialog.form.choice().options.writer == "webp"
    dialog.form.format.choose("map-npz")
    assert dialog.path() == tmp_path / "other.npz"
    assert not dialog.form.content.isEnabled()
    assert not dialog.form.boxes["caption"].isEnabled()
    assert dialog.form.boxes["sidecar"].isEnabled()
    assert dialog.preview.drawn.size == (60, 40)


def test_every_writer_is_offered_that_makes_sense(open_dialog) -> None:
    alone, several = open_dialog(), open_dialog(panes=2)
    known = [spec for spec in specs() if spec.group is not Group.FILM]
    assert set(several.form.format.entries()) == {spec.id for spec in known}
    assert set(alone.form.format.entries()) == {spec.id for spec in known if spec.least == 1}
    several.form.format.choose("comparison")
    assert (several.form.choice().panes, several.form.content.isEnabled()) == (True, False)
    several.form.format.choose("map-npz")
    assert (several.form.choice().panes, several.form.content.isEnabled()) == (False, False)


def test_the_name_tells_nothing_of_the_patient_and_is_free(open_dialog, tmp_path: Path) -> None:
    (tmp_path / "bacterial-grad-cam.png").touch()
    dialog = open_dialog(active=view(named(Path("Doe^Jane.dcm"))))
    assert dialog.path() == tmp_path / "bacterial-grad-cam-2.png"


def test_identity_is_off_is_warned_of_and_is_never_remembered(open_dialog) -> None:
    dialog = open_dialog(active=view(named(Path("a.dcm"))))
    assert not dialog.form.boxes["identity"].isChecked()
    dialog.form.boxes["identity"].click()
    assert "who the patient is" in dialog.problem.text()
    dialog.form.boxes["caption"].click()
    choice = remembered_choice(choice_to_remember(dialog.form.choice()))
    assert (choice.options.identity, choice.options.caption) == (False, False)
    nameless = open_dialog()
    assert not nameless.form.boxes["identity"].isEnabled()


def test_what_was_chosen_is_offered_again(open_dialog) -> None:
    options = ExportOptions(writer="tiff", kind=PictureKind.TRIPLE, color_bar=False)
    dialog = open_dialog(remembered_choice(choice_to_remember(ExportChoice(options, ImageSize.ENLARGED))))
    choice = dialog.form.choice()
    assert (choice.options, choice.size) == (options, ImageSize.ENLARGED)
    for damaged in ("", "[]", "{", '{"options": {"writer": 1}, "size": "whole"}', '{"options": {"x": 1}}'):
        assert remembered_choice(damaged) == ExportChoice()


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


@pytest.mark.parametrize(
    ("name", "words"),
    [("none/out.png", "folder does not exist"), ("out.doc", "not known"), ("image.png", "itself")],
)
def test_what_cannot_be_written_is_said_in_the_dialog(
    open_dialog, tmp_path: Path, asked: list[str], name: str, words: str
) -> None:
    source = tmp_path / "image.png"
    source.write_bytes(b"the patient")
    dialog = open_dialog(active=view(named(source)))
    dialog.file.setText(str(tmp_path / name))
    assert not _save(dialog)
    assert words in dialog.problem.text()
    assert (source.read_bytes(), asked) == (b"the patient", [])


def test_a_foreign_file_in_the_place_of_the_sidecar_is_left(dialog: ExportDialog, tmp_path: Path) -> None:
    (tmp_path / "out.png.json").write_text("[1]")
    dialog.file.setText(str(tmp_path / "out.png"))
    assert not _save(dialog)
    dialog.form.boxes["sidecar"].click()
    assert _save(dialog)


def test_a_new_file_needs_no_question(dialog: ExportDialog, asked: list[str]) -> None:
    assert _save(dialog)
    assert asked == []


def test_a_file_that_exists_is_asked_about(dialog: ExportDialog, asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "overlay.png").touch()
    dialog.file.setText(str(tmp_path / "overlay.png"))
    assert not _save(dialog)
    assert "overlay.png" in asked[0]


def test_a_file_that_is_being_written_can_be_given_up_until_it_is_there(dialog: ExportDialog) -> None:
    permits: list[Permit] = []
    dialog.wanted.connect(permits.append)
    dialog.open()
    save, cancel = dialog.findChild(QDialogButtonBox).buttons()
    save.click()
    assert dialog.progress.isVisible()
    assert not any(each.isEnabled() for each in (save, dialog.form, dialog.file))
    dialog.show_error(ExportError("The disk is full.", "Free some space."))
    assert dialog.problem.text() == "The disk is full. Free some space."
    assert dialog.isVisible()
    assert save.isEnabled()
    assert not dialog.progress.isVisible()
    save.click()
    permits[1].use()
    cancel.click()
    assert dialog.isVisible(), "too late"
    dialog.show_error(ExportError("Elsewhere.", ""))
    save.click()
    cancel.click()
    assert not dialog.isVisible()
    assert [permit.withdrawn for permit in permits] == [False, False, True]


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
    dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dialog.path()
    _browse(dialog, monkeypatch, "")
    assert dialog.path() == before


def test_the_whole_image_is_suggested(dialog: ExportDialog) -> None:
    assert dialog.form.size_choice.currentText() == "Whole image, 60×40"
    assert dialog.scenes()[0].viewport.shape == full_resolution((40, 60)).shape
