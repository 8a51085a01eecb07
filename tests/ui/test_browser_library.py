"""The file browser with archives, discs, groups, a search, a folder that changes, and badges."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from dicom_library import write_dicom_image
from pydicom.fileset import FileSet
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ImageReadError
from cxrviewer.session.file_status import ANALYSING, FileStatus, Progress, failed
from cxrviewer.session.library import Grouping
from cxrviewer.session.library_rows import Kind
from cxrviewer.ui.panels.browser import BrowserPanel
from cxrviewer.ui.panels.browser_menus import fill_row_menu, fill_view_menu
from cxrviewer.ui.panels.browser_model import DETAIL, ON_SCREEN, STATUS

CANARY = "Canary"
PATIENCE = 20_000
_ORANGE = (224, 176, 80)


@pytest.fixture
def browser(qtbot, reader: Reader) -> Iterator[BrowserPanel]:
    made = BrowserPanel(reader)
    qtbot.addWidget(made)
    made.resize(260, 700)
    made.show()
    yield made
    made.close_worker()


def _write_study(folder: Path, patient: str, study: str, images: int) -> None:
    for number in range(images):
        write_dicom_image(
            folder / f"{patient}-{study}-{number}",
            PatientID=patient,
            PatientName=f"{CANARY}{patient}^Given",
            StudyInstanceUID=f"9.{study}",
            StudyDate=f"20{study}0101",
            SeriesInstanceUID=f"9.{study}.1",
            InstanceNumber=number + 1,
            ViewPosition=("PA", "LL")[number % 2],
        )


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """Return a folder of two patients with two studies of two images each."""
    folder = tmp_path / "clinic"
    for patient, study in (("1", "18"), ("1", "19"), ("2", "20"), ("2", "21")):
        _write_study(folder, patient, study, 2)
    return folder


def _show(qtbot, browser: BrowserPanel, place: Path, done: Callable[[], bool] | None = None) -> None:
    with qtbot.waitSignal(browser.folder_shown, timeout=PATIENCE):
        browser.show_folder(place)
    qtbot.waitUntil(done or (lambda: browser.model.listing.complete), timeout=PATIENCE)


def _show_grouped(qtbot, browser: BrowserPanel, place: Path) -> None:
    _show(qtbot, browser, place, lambda: _kinds(browser).count(Kind.HEADING) == 6)


def _kinds(browser: BrowserPanel) -> list[Kind]:
    return [row.kind for row in browser.model.layout.rows]


def _texts(browser: BrowserPanel) -> list[str]:
    return [row.text for row in browser.model.layout.rows]


def _all_words(browser: BrowserPanel) -> str:
    """Return all that the panel says anywhere."""
    said = [label.text() + label.toolTip() for label in browser.findChildren(QLabel)]
    roles = (Qt.ItemDataRole.DisplayRole, DETAIL, Qt.ItemDataRole.AccessibleTextRole)
    for row in range(browser.model.rowCount()):
        index = browser.model.index(row, 0)
        said += [str(index.data(role)) for role in roles]
        said.append(str(index.data(Qt.ItemDataRole.ToolTipRole)))
    return "\n".join(said)


def test_several_studies_are_grouped_by_themselves(qtbot, browser, clinic: Path) -> None:
    _show_grouped(qtbot, browser, clinic)
    assert _texts(browser)[:4] == ["Patient 1", "2019-01-01  Chest", "1-19-0", "1-19-1"]
    assert browser.model.index(2, 0).data(DETAIL) == "CR · PA"
    assert [path.name for path in browser.model.layout.images][:4] == ["1-19-0", "1-19-1", "1-18-0", "1-18-1"]


def test_pictures_and_a_single_study_stay_a_flat_list(qtbot, browser, tmp_path, write_image) -> None:
    for number in range(3):
        write_image(f"{number}.png")
    _write_study(tmp_path, "1", "18", 2)
    _show(qtbot, browser, tmp_path, lambda: len(browser.model.summaries) == 5)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(4), timeout=PATIENCE)
    assert set(_kinds(browser)) == {Kind.IMAGE}
    assert browser.model.index(1, 0).data() == "1-18-0"
    assert browser.model.index(1, 0).data(DETAIL) == "CR · PA  2018-01-01"


def test_no_name_is_shown_before_it_is_asked_for(qtbot, browser, clinic: Path) -> None:
    _show_grouped(qtbot, browser, clinic)
    assert CANARY not in _all_words(browser)
    browser.search.setText(CANARY)
    assert browser.model.rowCount() == 0, "what is hidden is not found either"
    browser.search.clear()
    browser.show_identity(True)
    assert _texts(browser)[0] == f"{CANARY}1, Given"
    browser.search.setText(f"{CANARY}2")
    assert {path.name[0] for path in browser.model.layout.images} == {"2"}
    browser.search.clear()
    browser.show_identity(False)
    assert CANARY not in _all_words(browser)


def test_steps_follow_the_groups_and_the_search(qtbot, browser, clinic: Path, chosen) -> None:
    _show_grouped(qtbot, browser, clinic)
    for _ in range(3):
        browser.step(1)
    assert [path.name for path in chosen] == ["1-19-0", "1-19-1", "1-18-0"]
    around = browser.around(clinic / "1-18-0")
    assert [path.name for path in around.before] == ["1-19-1", "1-19-0"]
    assert [path.name for path in around.after] == ["1-18-1", "2-21-0"]
    browser.search.setText("ll")
    chosen.clear()
    browser.mark(clinic / "1-19-1")
    browser.step(1)
    assert [path.name for path in chosen] == ["1-18-1"]


def test_a_heading_folds_and_a_step_unfolds(qtbot, browser, clinic: Path, chosen) -> None:
    _show_grouped(qtbot, browser, clinic)
    area = browser.view.visualRect(browser.model.index(0, 0))
    QTest.mouseClick(browser.view.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert _texts(browser)[:2] == ["Patient 1", "Patient 2"]
    browser.step(1)
    assert chosen == [clinic / "1-19-0"]
    assert browser.view.currentIndex().data() == "1-19-0"


def test_headings_fold_by_keys(qtbot, browser, clinic: Path, chosen) -> None:
    _show_grouped(qtbot, browser, clinic)
    browser.view.setFocus()
    browser.activateWindow()
    qtbot.waitUntil(browser.view.hasFocus, timeout=20_000)
    browser.view.setCurrentIndex(browser.model.index(0, 0))
    rows = browser.model.rowCount()
    for key, expected in (
        (Qt.Key.Key_Left, rows - 6),
        (Qt.Key.Key_Right, rows),
        (Qt.Key.Key_Return, rows - 6),
    ):
        QTest.keyClick(browser.view, key)
        assert browser.model.rowCount() == expected
    assert chosen == []


def test_grouping_is_the_users_choice(qtbot, browser, clinic: Path) -> None:
    browser.arrange(Grouping.FLAT, deep=False)
    _show(qtbot, browser, clinic)
    qtbot.waitUntil(lambda: len(browser.model.summaries) == 8, timeout=PATIENCE)
    assert set(_kinds(browser)) == {Kind.IMAGE}
    browser.arrange(Grouping.GROUPED, deep=False)
    assert _kinds(browser).count(Kind.HEADING) == 6


def test_inner_folders_are_listed_where_that_is_wanted(qtbot, browser, tmp_path, clinic: Path) -> None:
    _show(qtbot, browser, tmp_path)
    assert _texts(browser) == ["clinic"]
    browser.arrange(Grouping.FLAT, deep=True)
    qtbot.waitUntil(lambda: browser.model.rowCount() == 8, timeout=PATIENCE)
    browser.arrange(Grouping.FLAT, deep=False)
    qtbot.waitUntil(lambda: _texts(browser) == ["clinic"], timeout=PATIENCE)


def test_what_inner_folders_hold_is_grouped_by_itself(qtbot, browser, clinic, write_image, tmp_path) -> None:
    write_image("top.png")
    _show(qtbot, browser, tmp_path, lambda: not browser.model.lacks_thumbnail(1))
    browser.arrange(Grouping.AUTOMATIC, deep=True)
    qtbot.waitUntil(lambda: _kinds(browser).count(Kind.HEADING) == 7, timeout=PATIENCE)
    assert _texts(browser)[-2:] == ["Other images", "top.png"]


@pytest.fixture
def packed(clinic: Path, tmp_path: Path) -> Path:
    path = tmp_path / "packed" / "export.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for file in clinic.iterdir():
            made.write(file, f"DICOM/{file.name}")
    return path


def test_an_archive_is_a_folder_with_thumbnails(qtbot, browser, packed: Path, chosen) -> None:
    _show(qtbot, browser, packed.parent)
    area = browser.view.visualRect(browser.model.index(0, 0))
    QTest.mouseClick(browser.view.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    qtbot.waitUntil(lambda: _kinds(browser).count(Kind.HEADING) == 6, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(2), timeout=PATIENCE)
    assert browser.model.unreadable() == ()
    browser.step(1)
    assert chosen == [packed / "DICOM" / "1-19-0"]
    with qtbot.waitSignal(browser.folder_shown, timeout=PATIENCE) as told:
        browser.go_up()
    assert told.args == [packed.parent]


def test_a_damaged_archive_leaves_the_list(qtbot, browser, packed: Path) -> None:
    _show(qtbot, browser, packed)
    damaged = packed.with_name("damaged.zip")
    damaged.write_bytes(packed.read_bytes()[:200])
    with qtbot.waitSignal(browser.failed, timeout=PATIENCE) as told:
        browser.show_folder(damaged)
    assert isinstance(told.args[0], ImageReadError)
    assert browser.model.listing.folder == packed


def test_a_disc_is_grouped_before_its_images_are_read(qtbot, browser, clinic: Path, tmp_path: Path) -> None:
    files = FileSet()
    for path in sorted(clinic.iterdir()):
        files.add(path)
    files.write(tmp_path / "disc")
    for path in (tmp_path / "disc").rglob("IM*"):
        path.unlink()
    _show(qtbot, browser, tmp_path / "disc" / "DICOMDIR")
    assert _texts(browser)[0] == "Patient 1"
    assert _kinds(browser).count(Kind.HEADING) == 6
    assert len(browser.model.layout.images) == 8
    assert CANARY not in _all_words(browser)


def test_an_image_from_an_archive_lists_it(qtbot, browser, packed: Path) -> None:
    with qtbot.waitSignal(browser.folder_shown, timeout=PATIENCE) as told:
        browser.mark(packed / "DICOM" / "2-20-1")
    assert told.args == [packed]
    qtbot.waitUntil(lambda: browser.view.currentIndex().data() == "2-20-1", timeout=PATIENCE)


def test_a_search_says_what_it_found_and_what_it_did_not(qtbot, browser, clinic: Path) -> None:
    _show_grouped(qtbot, browser, clinic)
    QTest.keyClicks(browser.search, "2018 ll")
    assert [path.name for path in browser.model.layout.images] == ["1-18-1"]
    assert any(label.text() == "1 of 8" for label in browser.findChildren(QLabel))
    QTest.keyClicks(browser.search, " nothing")
    assert not browser.view.isVisible()
    assert any("Nothing matches" in label.text() for label in browser.findChildren(QLabel))


def test_the_search_box_by_keys(qtbot, browser, clinic: Path, chosen) -> None:
    _show_grouped(qtbot, browser, clinic)
    browser.activateWindow()
    browser.start_search()
    qtbot.waitUntil(browser.search.hasFocus, timeout=20_000)
    QTest.keyClicks(browser.search, "2-20")
    QTest.keyClick(browser.search, Qt.Key.Key_Return)
    assert chosen == [clinic / "2-20-0"]
    assert browser.view.hasFocus()
    browser.start_search()
    QTest.keyClick(browser.search, Qt.Key.Key_Escape)
    assert browser.search.text() == ""
    assert len(browser.model.layout.images) == 8
    QTest.keyClick(browser.search, Qt.Key.Key_Escape)
    assert browser.view.hasFocus()


def test_another_folder_ends_the_search(qtbot, browser, clinic: Path, tmp_path: Path) -> None:
    _show(qtbot, browser, clinic)
    browser.search.setText("nothing")
    _show(qtbot, browser, tmp_path)
    assert browser.search.text() == ""
    assert _texts(browser) == ["clinic"]


def test_files_that_arrive_and_go_leave_selection_scroll_and_pictures(
    qtbot, browser, tmp_path, write_image, chosen
) -> None:
    for number in range(10, 40):
        write_image(f"{number}.png")
    _show(qtbot, browser, tmp_path)
    browser.mark(tmp_path / "30.png")
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(20), timeout=PATIENCE)
    browser.view.setFocus()
    place = browser.view.visualRect(browser.view.currentIndex()).top()
    new = write_image("05.png")
    qtbot.waitUntil(lambda: browser.model.row(new) == 0, timeout=PATIENCE)
    assert browser.view.currentIndex().data() == "30.png"
    assert browser.view.visualRect(browser.view.currentIndex()).top() == place
    assert not browser.model.lacks_thumbnail(21)
    new.unlink()
    (tmp_path / "11.png").unlink()
    qtbot.waitUntil(lambda: browser.model.rowCount() == 29, timeout=PATIENCE)
    assert browser.view.currentIndex().data() == "30.png"
    assert browser.view.visualRect(browser.view.currentIndex()).top() == place
    assert chosen == []


def test_an_image_on_screen_that_goes_chooses_no_other(qtbot, browser, tmp_path, write_image, chosen) -> None:
    for name in "abc":
        write_image(f"{name}.png")
    _show(qtbot, browser, tmp_path)
    browser.mark(tmp_path / "b.png")
    browser.view.setFocus()
    browser.activateWindow()
    qtbot.waitUntil(browser.view.hasFocus, timeout=20_000)
    (tmp_path / "b.png").unlink()
    qtbot.waitUntil(lambda: browser.model.rowCount() == 2, timeout=PATIENCE)
    assert chosen == []


def test_a_file_written_anew_gets_another_thumbnail(qtbot, browser, tmp_path, write_image) -> None:
    path = write_image("a.png", np.zeros((50, 50), np.uint8))
    _show(qtbot, browser, tmp_path)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(0), timeout=PATIENCE)
    assert _brightness(browser) < 5
    write_image("a.png", np.full((50, 50), 255, np.uint8))
    browser.refresh()
    qtbot.waitUntil(lambda: _brightness(browser) > 200, timeout=PATIENCE)
    assert browser.model.row(path) == 0


def _brightness(browser: BrowserPanel) -> int:
    picture = browser.model.index(0, 0).data(Qt.ItemDataRole.DecorationRole).pixmap(56, 56).toImage()
    return picture.pixelColor(28, 28).red()


def test_a_change_is_noticed_where_the_system_sends_no_word(
    qtbot, browser, tmp_path, write_image, monkeypatch
) -> None:
    lister = browser._lister
    monkeypatch.setattr(lister._watcher, "addPaths", lambda _paths: [])
    lister._poll.setInterval(100)
    write_image("a.png")
    _show(qtbot, browser, tmp_path)
    _turn(400)
    new = write_image("b.png")
    qtbot.waitUntil(lambda: browser.model.row(new) is not None, timeout=PATIENCE)


def _turn(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def test_a_folder_that_goes_is_said_once(qtbot, browser, tmp_path, write_image) -> None:
    write_image("inner/a.png")
    _show(qtbot, browser, tmp_path / "inner")
    said = []
    browser.failed.connect(said.append)
    shutil.rmtree(tmp_path / "inner")
    qtbot.waitUntil(lambda: len(said) == 1, timeout=PATIENCE)
    browser.refresh()
    _turn(600)
    assert len(said) == 1
    assert said[0].path == tmp_path / "inner"


def test_badges_tell_how_far_files_are(qtbot, browser, tmp_path, write_image) -> None:
    for name in "abcd":
        write_image(f"{name}.png")
    _show(qtbot, browser, tmp_path)
    done = FileStatus(Progress.DONE, "Pneumonia", "87.0 %", positive=True)
    bad = failed("Cannot be opened", "The file is damaged.", "Copy it again.")
    a, b, c = (tmp_path / f"{name}.png" for name in "abc")
    browser.set_statuses({a: done, b: ANALYSING, c: bad})
    found = [browser.model.index(row, 0).data(STATUS) for row in range(4)]
    assert found == [done, ANALYSING, bad, None]
    tip = browser.model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == f"{c}\nThe file is damaged. Copy it again."
    assert "Pneumonia 87.0 %" in browser.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert _ORANGE in _colors(browser, 0)
    assert _ORANGE not in _colors(browser, 3)
    browser.set_statuses({})
    assert browser.model.index(0, 0).data(STATUS) is None


def _colors(browser: BrowserPanel, row: int) -> set[tuple[int, int, int]]:
    """Return the colours of the words of a row as drawn."""
    area = browser.view.visualRect(browser.model.index(row, 0)).adjusted(62, 0, 0, 0)
    picture = browser.view.viewport().grab(area).toImage()
    points = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
    return {picture.pixelColor(x, y).getRgb()[:3] for x, y in points}


def test_a_file_that_failed_can_be_tried_again(qtbot, browser, tmp_path, write_image, chosen) -> None:
    path = write_image("a.png")
    _show(qtbot, browser, tmp_path)
    center = browser.view.visualRect(browser.model.index(0, 0)).center()

    def click() -> None:
        QTest.mouseClick(browser.view.viewport(), Qt.MouseButton.LeftButton, pos=center)

    click()
    click()
    assert chosen == [path]
    browser.set_statuses({path: failed("Cannot be opened", "The file is damaged.", "")})
    click()
    assert chosen == [path, path]


def test_the_row_of_the_image_on_screen_stays_marked(qtbot, browser, tmp_path, write_image) -> None:
    for name in "abc":
        write_image(f"{name}.png")
    _show(qtbot, browser, tmp_path)
    browser.mark(tmp_path / "b.png")
    browser.view.setCurrentIndex(browser.model.index(2, 0))
    marked = [browser.model.index(row, 0).data(ON_SCREEN) for row in range(3)]
    assert marked == [False, True, False]


def test_what_the_row_menu_offers(qtbot, browser, clinic: Path, chosen) -> None:
    _show_grouped(qtbot, browser, clinic)
    path = clinic / "1-19-0"
    browser.mark(path)
    menu = QMenu()
    fill_row_menu(menu, browser, browser.model.entry(browser.model.row(path)))
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    actions["Copy path"].trigger()
    assert QGuiApplication.clipboard().text() == str(path)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(browser.model.row(path)), timeout=PATIENCE)
    actions["Read again"].trigger()
    assert chosen == [path]
    assert {"Copy path", "Show in file manager", "Read again"} <= set(actions)


def test_what_the_view_menu_offers(qtbot, browser, clinic: Path) -> None:
    _show_grouped(qtbot, browser, clinic)
    menu = QMenu()
    fill_view_menu(menu, browser)
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    assert [text for text, action in actions.items() if action.isChecked()] == ["Automatic"]
    actions["Flat list"].trigger()
    assert browser.arrangement.grouping is Grouping.FLAT
    assert set(_kinds(browser)) == {Kind.IMAGE}


def test_escape_in_the_search_box_is_not_the_windows_shortcut(browser) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QCoreApplication.sendEvent(browser.search, event)
    assert event.isAccepted()


def test_a_file_that_breaks_the_process_leaves_the_others_their_headers(
    qtbot, browser, clinic: Path, monkeypatch
) -> None:
    from cxrviewer.ui.panels import browser_fetch

    bad = clinic / "1-18-1"
    real = browser._fetcher._reader.examine
    asked = []

    def examine(path: Path, function: Callable, *arguments: object) -> object:
        if function is browser_fetch.read_summaries:
            asked.append(arguments[0])
            if bad in arguments[0]:
                raise ImageReadError("The decoder crashed on this file.", "", path)
        return real(path, function, *arguments)

    monkeypatch.setattr(browser._fetcher._reader, "examine", examine)
    _show(qtbot, browser, clinic, lambda: len(browser.model.summaries) == 8)
    assert browser.model.summaries[bad] is None
    assert all(summary for path, summary in browser.model.summaries.items() if path != bad)
    assert max(map(len, asked)) == 8
