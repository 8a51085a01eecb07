"""The file list of the real window: archives, discs, badges, identity, the way to the search."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from dicom_library import write_dicom_image
from pydicom.fileset import FileSet
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from cxrviewer.paths import resource
from cxrviewer.session.file_status import Progress
from cxrviewer.session.library_rows import Kind
from cxrviewer.settings import load_settings, settings_file
from cxrviewer.ui.panels.browser_model import STATUS

CANARY = "Canary"


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive, a disc and plain files of one patient with two studies."""
    root = tmp_path_factory.mktemp("exports")
    index = FileSet()
    with zipfile.ZipFile(root / "study.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(4):
            path = write_dicom_image(
                root / "files" / f"image {number}",
                PatientName=f"{CANARY}^Carla",
                PatientID="CANARY7",
                StudyInstanceUID=f"1.2.{number // 2}",
                SeriesInstanceUID=f"1.2.{number // 2}.1",
                InstanceNumber=number + 1,
            )
            packed.write(path, f"DICOM/{path.name}")
            index.add(path)
    index.write(root / "disc")
    return root


def _drop(window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(QPoint(500, 400)), Qt.DropAction.CopyAction, data, buttons, keys))


def _kinds(desk) -> list[Kind]:
    return [row.kind for row in desk.window.browser.model.layout.rows]


def test_a_dropped_archive_is_listed_and_its_images_are_analysed(desk, exports: Path) -> None:
    browser, archive = desk.window.browser, exports / "study.zip"
    _drop(desk.window, archive)
    desk.wait(lambda: browser.model.listing.folder == archive and Kind.HEADING in _kinds(desk))
    first = browser.model.layout.images[0]
    desk.window.actions_table["next"].trigger()
    desk.wait(lambda: desk.shown.analysis is not None and desk.shown.radiograph.path == first)
    assert first == archive / "DICOM" / "image 0"
    status = browser.model.index(browser.model.row(first), 0).data(STATUS)
    assert status.progress is Progress.DONE
    assert status.text in desk.shown.at_hand.loaded.info.card.labels
    assert desk.window.settings.folder == str(archive)


def test_neighbours_that_are_analysed_ahead_get_their_badges_too(desk) -> None:
    model = desk.window.browser.model
    second = model.layout.images[1]
    desk.wait(lambda: model.index(model.row(second), 0).data(STATUS) is not None)
    assert desk.shown.radiograph.path != second


def test_a_dropped_disc_is_grouped(desk, exports: Path) -> None:
    browser, index = desk.window.browser, exports / "disc" / "DICOMDIR"
    _drop(desk.window, index)
    desk.wait(lambda: browser.model.listing.folder == index)
    assert _kinds(desk).count(Kind.HEADING) == 3
    first = browser.model.layout.images[0]
    browser.step(1)
    desk.wait(lambda: desk.shown.radiograph.path == first and desk.shown.analysis is not None)


def test_the_key_for_identity_names_the_patients(desk) -> None:
    model = desk.window.browser.model
    assert model.index(0, 0).data() == "Patient 1"
    identity = desk.window.actions_table["identity"]
    identity.trigger()
    assert model.index(0, 0).data() == f"{CANARY}, Carla"
    identity.trigger()
    assert model.index(0, 0).data() == "Patient 1"


def test_a_file_that_cannot_be_opened_says_why_in_its_row(desk, exports: Path) -> None:
    bad = exports / "files" / "image 9"
    bad.write_bytes((exports / "files" / "image 0").read_bytes()[:1800])
    browser = desk.window.browser
    _drop(desk.window, exports / "files")
    desk.wait(lambda: browser.model.row(bad) is not None)
    former = desk.shown.radiograph.path
    desk.window.commands.open_image(bad)
    desk.wait(lambda: browser.model.index(browser.model.row(bad), 0).data(STATUS) is not None)
    status = browser.model.index(browser.model.row(bad), 0).data(STATUS)
    assert status.progress is Progress.FAILED
    assert "truncated" in status.reason
    assert desk.shown.radiograph.path == former


def test_the_shortcut_leads_to_the_search(desk) -> None:
    window = desk.window
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    desk.wait(window.browser.search.hasFocus)
    QTest.keyClicks(window.browser.search, "image 3")
    desk.wait(lambda: [path.name for path in window.browser.model.layout.images] == ["image 3"])
    QTest.keyClick(window.browser.search, Qt.Key.Key_Escape)
    assert window.browser.search.text() == ""


def test_a_damaged_archive_gives_one_message(desk, exports: Path) -> None:
    damaged = exports / "damaged.zip"
    damaged.write_bytes(b"PK\x03\x04")
    _drop(desk.window, damaged)
    desk.wait(lambda: "damaged" in desk.window.messages.text)
    assert desk.window.browser.model.listing.folder == exports / "files"


def test_how_the_list_is_arranged_is_remembered_and_no_name_is(desk, exports: Path) -> None:
    window = desk.window
    window.actions_table["identity"].trigger()
    window.browser.arrange(window.browser.arrangement.grouping, deep=True)
    window.commands.open_paths([resource("samples", "phantom-opacity.dcm")])
    desk.wait(lambda: desk.shown.radiograph.path.name == "phantom-opacity.dcm")
    window.close()
    assert load_settings().subfolders
    assert load_settings().grouping == "automatic"
    assert CANARY.lower() not in json.dumps(json.loads(settings_file().read_text())).lower()
