"""The tag browser: the tree of elements, its search, copying, identity, and a window that never stalls."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from dicom_files import dicom_dataset
from lasting_reader import LastingReader
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget

from cxrviewer.imaging.element import Element
from cxrviewer.ui.dialogs.tags import TagsDialog
from cxrviewer.ui.dialogs.tags_model import VALUE, TagsModel
from cxrviewer.ui.dialogs.tags_tree import HIDDEN, branches, made_tree, row_text, value_text
from cxrviewer.ui.tag_browser import TagBrowser
from cxrviewer.ui.words import WordChoice, Words

NAME = Element("Patient's Name", "Kanarienvogel^Zita", "", "(0010,0010)", "PatientName", "PN", 18, True)
MODALITY = Element("Modality", "CR", "", "(0008,0060)", "Modality", "CS", 2)
MEANING = Element("Code Meaning", "postero-anterior", "", "(0008,0104)", "CodeMeaning", "LO", 16)
CODE = Element("Code Value", "R-10214", "", "(0008,0100)", "CodeValue", "SH", 8)
VIEW = Element(
    "View Code Sequence",
    "1 item",
    "",
    "(0054,0220)",
    "ViewCodeSequence",
    "SQ",
    children=(Element("Item 1", tag="(FFFE,E000)", children=(CODE, MEANING)),),
)
PRIVATE = Element("Private [ACME]", "sharp", "", "(0029,1002)", "", "LO", 6)
ALL = (MODALITY, NAME, PRIVATE, VIEW)


def _found(query: str, *, identity: bool = False) -> list[str]:
    return [branch.element.tag for branch in branches(ALL, query, identity=identity)]


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("", ["(0008,0060)", "(0010,0010)", "(0029,1002)", "(0054,0220)"]),
        ("modality", ["(0008,0060)"]),
        ("0008,0060", ["(0008,0060)"]),
        ("(0008,0060)", ["(0008,0060)"]),
        ("00080060", ["(0008,0060)"]),
        ("0x00080060", ["(0008,0060)"]),
        ("0008 0060", ["(0008,0060)"]),
        ("0029", ["(0029,1002)"]),
        ("CR", ["(0008,0060)"]),
        ("acme sharp", ["(0029,1002)"]),
        ("ViewCodeSequence", ["(0054,0220)"]),
        ("postero", ["(0054,0220)"]),
        ("nothing of the kind", []),
        ("zita", []),
        ("name patient", ["(0010,0010)"]),
        ("patient's name", ["(0010,0010)"]),
    ],
)
def test_search_by_name_keyword_number_and_value(query: str, tags: list[str]) -> None:
    assert _found(query) == tags


def test_hidden_values_are_found_only_with_the_identity() -> None:
    assert _found("zita", identity=True) == ["(0010,0010)"]


def test_a_search_keeps_what_leads_to_what_it_finds_and_all_below_it() -> None:
    (view,) = branches(ALL, "postero", identity=False)
    assert [branch.element for branch in view.children[0].children] == [MEANING]
    found = made_tree(ALL, "view code", identity=False)
    (view,) = found.top
    assert [branch.element for branch in view.children[0].children] == [CODE, MEANING]
    assert found.total == 4


def test_values_that_identify_are_hidden_in_every_text() -> None:
    assert value_text(NAME, identity=False) == HIDDEN
    assert "Zita" not in row_text(NAME, identity=False)
    assert row_text(NAME, identity=True) == "(0010,0010)\tPatient's Name\tPN\t18\tKanarienvogel^Zita"


def test_the_model_is_a_proper_tree(qtbot) -> None:
    model = TagsModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_tree(branches(ALL, identity=False), identity=False)
    assert model.rowCount() == 4
    item = model.index(0, 0, model.index(3, 0))
    assert model.rowCount(item) == 2
    assert model.index(1, VALUE, item).data() == "postero-anterior"
    assert model.parent(model.index(1, 0, item)) == item
    model.show_tree([], identity=False)
    assert model.rowCount() == 0


@pytest.fixture
def dialog(qtbot) -> TagsDialog:
    made = TagsDialog()
    qtbot.addWidget(made)
    made.show_tree(made_tree(ALL, "", identity=False), title="a.dcm", identity=False, searching=False)
    return made


def _copy(dialog: TagsDialog, rows: list[int], action: str) -> str:
    model, selection = dialog.model, dialog.tree.selectionModel()
    selection.clearSelection()
    for row in rows:
        flags = selection.SelectionFlag.Select | selection.SelectionFlag.Rows
        selection.select(model.index(row, 0), flags)
    getattr(dialog, action).trigger()
    return QGuiApplication.clipboard().text()


def test_values_and_rows_are_copied_in_the_order_of_the_file(dialog: TagsDialog) -> None:
    assert _copy(dialog, [2, 0], "copy_value") == "CR\nsharp"
    assert _copy(dialog, [0], "copy_row") == "(0008,0060)\tModality\tCS\t2\tCR"


def test_what_is_hidden_is_not_copied(dialog: TagsDialog) -> None:
    assert _copy(dialog, [0, 1], "copy_value") == "CR"
    assert "Zita" not in _copy(dialog, [0, 1], "copy_row")
    dialog.show_tree(made_tree(ALL, "", identity=True), title="a.dcm", identity=True, searching=False)
    assert _copy(dialog, [0, 1], "copy_value") == "CR\nKanarienvogel^Zita"


def test_a_search_unfolds_what_it_finds(dialog: TagsDialog) -> None:
    dialog.show_tree(made_tree(ALL, "postero", identity=False), title="a", identity=False, searching=True)
    view = dialog.model.index(0, 0)
    assert dialog.tree.isExpanded(view)
    assert dialog.tree.isExpanded(dialog.model.index(0, 0, view))
    assert dialog.status.text() == "3 elements found"


@pytest.fixture
def browser(qtbot) -> Iterator[TagBrowser]:
    window, reader = QWidget(), LastingReader()
    qtbot.addWidget(window)
    words = Words(WordChoice(), window)
    made = TagBrowser(reader, words, window)
    made.words = words  # type: ignore[attr-defined]
    yield made
    made.close_worker()
    reader.close()


def _values(dialog: TagsDialog) -> dict[str, str]:
    model = dialog.model
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return {index.data(): index.siblingAtColumn(VALUE).data() for index in rows}


def _open(qtbot, browser: TagBrowser, path: Path) -> TagsDialog:
    browser.show_file(path)
    browser.open()
    dialog = browser.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.model.rowCount() > 0, timeout=20_000)
    return dialog


def test_the_file_on_screen_is_read_and_followed(qtbot, browser: TagBrowser, shared_data: Path) -> None:
    samples = shared_data / "dicom"
    dialog = _open(qtbot, browser, samples / "gdcm-CR-MONO1-10-chest.dcm")
    assert _values(dialog)["(0028,0010)"] == "440"
    assert _values(dialog)["(7FE0,0010)"] == "Pixel Data, 387.2 kB"
    assert "gdcm-CR" in dialog.windowTitle()
    browser.show_file(samples / "vlut_04.dcm")
    qtbot.waitUntil(lambda: _values(dialog).get("(0028,0010)") == "512", timeout=20_000)


def test_identity_is_shown_when_it_is_asked_for(qtbot, browser: TagBrowser, shared_data: Path) -> None:
    dialog = _open(qtbot, browser, shared_data / "dicom" / "highdicom_dx_fuji_canine_MONO1_8bit.dcm")
    assert _values(dialog)["(0010,0010)"] == HIDDEN
    dialog.identity.click()
    qtbot.waitUntil(lambda: _values(dialog)["(0010,0010)"] == "Dog^AVeryGood", timeout=20_000)
    assert browser.words.choice.identity
    browser.words.choose(identity=False)
    qtbot.waitUntil(lambda: _values(dialog)["(0010,0010)"] == HIDDEN, timeout=20_000)
    assert not dialog.identity.isChecked()


def test_typing_searches_and_a_problem_is_told(
    qtbot, browser: TagBrowser, shared_data: Path, tmp_path: Path
) -> None:
    dialog = _open(qtbot, browser, shared_data / "dicom" / "gdcm-CR-MONO1-10-chest.dcm")
    qtbot.keyClicks(dialog.search, "0028,105")
    qtbot.waitUntil(lambda: set(_values(dialog)) == {"(0028,1050)", "(0028,1051)"}, timeout=20_000)
    damaged = tmp_path / "damaged.dcm"
    damaged.write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 300)
    browser.show_file(damaged)
    qtbot.waitUntil(lambda: "damaged" in dialog.status.text(), timeout=20_000)
    assert dialog.model.rowCount() == 0


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A file of 5,000 elements at the top and in sequences."""
    dataset = dicom_dataset(np.zeros((8, 8), np.uint8))
    block = dataset.private_block(0x0029, "ACME", create=True)
    for number in range(200):
        block.add_new(number, "LO", f"value {number}")
    items = []
    for number in range(500):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator = f"C{number}", "99X"
        item.CodeMeaning, item.MappingResource = f"meaning {number}", "DCMR"
        for extra in range(5):
            item.add_new(0x00080300 + extra, "LO", "x")
        items.append(item)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(items)
    path = tmp_path / "crowded.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def nothing_older() -> Iterator[None]:
    """As in the program: the collector does not go through what was there before."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("nothing_older")
def test_a_crowded_file_does_not_stall_the_window(qtbot, browser: TagBrowser, crowded: Path) -> None:
    _open(qtbot, browser, crowded)  # starts processes and imports
    dialog = browser.dialog
    assert dialog is not None
    beats: list[float] = []
    pulse = QTimer()
    pulse.setTimerType(Qt.TimerType.PreciseTimer)
    # Computing time of all threads: what a stall would last on a machine that does nothing else.
    pulse.timeout.connect(lambda: beats.append(time.process_time()))
    pulse.start(1)
    browser.show_file(crowded)
    qtbot.wait(1500)
    for query in ("meaning 77", "c", ""):
        dialog.search.setText(query)
        qtbot.wait(500)
    view = dialog.model.index(dialog.model.rowCount() - 2, 0)
    for row in range(dialog.model.rowCount()):
        index = dialog.model.index(row, 0)
        if dialog.model.rowCount(index) == 500:
            view = index
    dialog.tree.expand(view)
    qtbot.wait(300)
    pulse.stop()
    assert dialog.model.rowCount(view) == 500
    gaps = sorted(later - earlier for earlier, later in pairwise(beats))
    longest = ", ".join(f"{1000 * gap:.0f}" for gap in gaps[-5:])
    assert gaps[-1] < 0.1, f"longest gaps of the event loop: {longest} ms"
    assert gaps[-5] < 0.05, f"longest gaps of the event loop: {longest} ms"
