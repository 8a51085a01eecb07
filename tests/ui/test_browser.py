"""The file browser with the real reader."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QToolButton

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ImageReadError
from cxrviewer.session.folder import Listing, scan_folder
from cxrviewer.session.library_rows import Kind, Layout, Row
from cxrviewer.ui.panels import browser_lister
from cxrviewer.ui.panels.browser import BrowserPanel
from cxrviewer.ui.panels.browser_model import THUMBNAIL, BrowserModel

WriteImage = Callable[..., Path]
_ONE_FILE = Layout((Row(Kind.IMAGE, "a.png", path=Path("a.png")),), (Path("a.png"),))


@pytest.fixture
def browser(qtbot, reader: Reader) -> Iterator[BrowserPanel]:
    made = BrowserPanel(reader)
    qtbot.addWidget(made)
    made.resize(230, 500)
    made.show()
    yield made
    made.close_worker()


@pytest.fixture
def folder(tmp_path: Path, write_image: WriteImage) -> Path:
    """Return a folder of three images, an inner folder, and things that are no images."""
    for name in ("x 10.png", "x 9.png", "a"):
        write_image(name)
    write_image("inner/deep.png")
    (tmp_path / "notes.png").write_text("no image", encoding="utf-8")
    (tmp_path / ".hidden").touch()
    return tmp_path


def _show(qtbot, browser: BrowserPanel, folder: Path) -> None:
    with qtbot.waitSignal(browser.folder_shown, timeout=20_000):
        browser.show_folder(folder)


def _names(model: BrowserModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def _click(browser: BrowserPanel, row: int) -> None:
    area = browser.view.visualRect(browser.model.index(row, 0))
    QTest.mouseClick(browser.view.viewport(), Qt.MouseButton.LeftButton, pos=area.center())


def _gray(model: BrowserModel, row: int) -> np.ndarray:
    icon = model.index(row, 0).data(Qt.ItemDataRole.DecorationRole)
    picture = icon.pixmap(THUMBNAIL, THUMBNAIL).toImage()
    return np.array(
        [[picture.pixelColor(x, y).red() for x in range(picture.width())] for y in range(picture.height())]
    )


def test_folders_first_then_images_in_natural_order(qtbot, browser, folder: Path) -> None:
    _show(qtbot, browser, folder)
    assert _names(browser.model) == ["inner", "a", "x 9.png", "x 10.png"]
    assert [browser.model.entry(row).kind is Kind.PLACE for row in range(4)] == [True, False, False, False]
    assert browser.model.path(2) == folder / "x 9.png"
    assert browser.model.row(folder / "x 10.png") == 3
    assert browser.model.row(folder / "notes.png") is None
    assert browser.view.isVisible()


def test_an_empty_folder_says_so(qtbot, browser, tmp_path: Path) -> None:
    _show(qtbot, browser, tmp_path)
    assert not browser.view.isVisible()


def test_a_folder_that_cannot_be_listed_keeps_the_former(qtbot, browser, folder: Path) -> None:
    _show(qtbot, browser, folder)
    with qtbot.waitSignal(browser.failed, timeout=20_000) as told:
        browser.show_folder(folder / "missing")
    assert isinstance(told.args[0], ImageReadError)
    assert len(_names(browser.model)) == 4


def test_of_folders_shown_in_haste_only_the_last_is_listed(qtbot, browser, folder, monkeypatch) -> None:
    begun, may_end, shown = threading.Event(), threading.Event(), []
    browser.folder_shown.connect(shown.append)

    def slow(wanted: Path, *, deep: bool) -> Iterator[Listing]:
        begun.set()
        assert may_end.wait(20)
        yield from scan_folder(wanted, deep=deep)

    monkeypatch.setattr(browser_lister, "scan_folder", slow)
    browser.show_folder(folder)
    assert begun.wait(20)
    browser.show_folder(folder / "inner")
    may_end.set()
    qtbot.waitUntil(lambda: _names(browser.model) == ["deep.png"], timeout=20_000)
    assert shown == [folder / "inner"]


def test_a_click_chooses_a_file_once_and_opens_a_folder(qtbot, browser, folder, chosen) -> None:
    _show(qtbot, browser, folder)
    _click(browser, 2)
    assert chosen == [folder / "x 9.png"]
    with qtbot.waitSignal(browser.folder_shown, timeout=20_000):
        _click(browser, 0)
    assert _names(browser.model) == ["deep.png"]
    assert len(chosen) == 1


def test_the_way_up(qtbot, browser, folder: Path) -> None:
    _show(qtbot, browser, folder / "inner")
    with qtbot.waitSignal(browser.folder_shown, timeout=20_000) as told:
        browser.go_up()
    assert told.args == [folder]


def test_steps_go_through_the_files_and_stop_at_the_ends(qtbot, browser, folder, chosen) -> None:
    _show(qtbot, browser, folder)
    for by in (1, 1, 1, 1, -1, -1, -1):
        browser.step(by)
    assert [path.name for path in chosen] == ["a", "x 9.png", "x 10.png", "x 9.png", "a"]
    assert browser.view.currentIndex().row() == 1


def test_a_step_starts_from_the_image_on_screen(qtbot, browser, folder, chosen) -> None:
    _show(qtbot, browser, folder)
    browser.mark(folder / "x 9.png")
    assert browser.view.currentIndex().row() == 2
    assert chosen == []
    browser.step(1)
    assert chosen == [folder / "x 10.png"]


def test_steps_pass_a_file_that_is_never_marked(qtbot, browser, folder, chosen) -> None:
    _show(qtbot, browser, folder)
    browser.mark(folder / "a")
    browser.step(1)
    browser.step(1)
    assert [path.name for path in chosen] == ["x 9.png", "x 10.png"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Qt.Key.Key_Right, "x 10.png"),
        (Qt.Key.Key_Down, "x 10.png"),
        (Qt.Key.Key_Left, "a"),
        (Qt.Key.Key_Up, "a"),
    ],
)
def test_arrow_keys_step_in_the_list(qtbot, browser, folder, chosen, key, name: str) -> None:
    _show(qtbot, browser, folder)
    browser.mark(folder / "x 9.png")
    browser.view.setFocus()
    browser.activateWindow()
    qtbot.waitUntil(browser.view.hasFocus, timeout=20_000)
    QTest.keyClick(browser.view, key)
    assert [path.name for path in chosen] == [name]


def test_an_image_from_elsewhere_lists_its_folder(qtbot, browser, folder: Path) -> None:
    with qtbot.waitSignal(browser.folder_shown, timeout=20_000):
        browser.mark(folder / "x 10.png")
    assert browser.view.currentIndex().data() == "x 10.png"


def test_files_from_several_places_stand_in_their_order(browser, folder: Path, chosen) -> None:
    files = [folder / "x 10.png", folder / "inner" / "deep.png", folder / "a"]
    browser.show_files(files)
    assert _names(browser.model) == ["x 10.png", "deep.png", "a"]
    browser.step(1)
    browser.step(1)
    assert chosen == files[:2]


def test_thumbnails_arrive_with_the_images_own_shades(qtbot, browser, tmp_path, write_image) -> None:
    half = np.zeros((100, 200), np.uint8)
    half[:, 100:] = 230
    write_image("half.png", half)
    _show(qtbot, browser, tmp_path)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(0), timeout=20_000)
    gray = _gray(browser.model, 0)
    assert gray.shape == (THUMBNAIL, THUMBNAIL)
    middle = gray[THUMBNAIL // 2]
    assert middle[2:26].max() <= 1
    assert middle[30:54].min() >= 229
    assert gray[: THUMBNAIL // 4 - 1].max() == 0, "a wide image leaves the tile black above"


def test_every_visible_thumbnail_comes_and_a_damaged_file_stops_none(qtbot, browser, folder: Path) -> None:
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    _show(qtbot, browser, folder)
    qtbot.waitUntil(
        lambda: not any(browser.model.lacks_thumbnail(row) for row in range(1, 5)), timeout=20_000
    )


def test_rows_that_a_larger_window_shows_get_their_thumbnails_too(
    qtbot, browser, tmp_path, write_image
) -> None:
    for number in range(12):
        write_image(f"{number}.png")
    browser.resize(230, 200)
    _show(qtbot, browser, tmp_path)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(0), timeout=20_000)
    assert browser.model.lacks_thumbnail(11), "out of sight"
    browser.resize(230, 1000)
    qtbot.waitUntil(lambda: not browser.model.lacks_thumbnail(11), timeout=20_000)


def test_the_folder_dialog_lists_what_was_picked(qtbot, browser, folder, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    with qtbot.waitSignal(browser.folder_shown, timeout=20_000) as told:
        browser.choose_folder()
    assert told.args == [folder]


def test_buttons_have_names(browser) -> None:
    buttons = [button for button in browser.findChildren(QToolButton) if button.parent() is browser._header]
    assert len(buttons) == 3
    assert all(button.accessibleName() and button.toolTip() for button in buttons)


def test_a_thumbnail_for_a_listing_that_is_gone_is_left_out(qtbot) -> None:
    model = BrowserModel()
    model.show(Listing(None, (), (Path("a.png"),)), _ONE_FILE)
    changed = []
    model.dataChanged.connect(lambda *_: changed.append(1))
    model.set_thumbnail(Path("gone.png"), np.zeros((10, 10), np.uint8))
    assert changed == []
    model.set_thumbnail(Path("a.png"), np.zeros((10, 10), np.uint8))
    assert changed == [1]
    assert not model.lacks_thumbnail(0)


def test_the_model_has_no_rows_below_its_rows(qtbot) -> None:
    model = BrowserModel()
    model.show(Listing(None, (), (Path("a.png"),)), _ONE_FILE)
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "a.png"
