"""The comparison sheet in the real window, with an engine that answers by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answering_engine import AnsweringEngine
from PySide6.QtGui import QGuiApplication, QImage

from cxrviewer.explain.target import TOP, of_label
from cxrviewer.session.comparison_sheet import Axis
from cxrviewer.ui.dialogs.comparison import ComparisonDialog
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.waiting import Activity

WAIT = 60_000


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def window(qtbot, open_window, write_image) -> MainWindow:
    made = open_window(1280, 800)
    made.commands.open_image(write_image("a.png"))
    qtbot.waitUntil(
        lambda: made.controller.activity is Activity.READY and made.controller.shown.heatmap is not None,
        timeout=WAIT,
    )
    return made


@pytest.fixture
def dialog(qtbot, window) -> ComparisonDialog:
    """Return the dialog with its first sheet, that of the methods."""
    window.actions_table["comparison_sheet"].trigger()
    made = window.commands.comparison.dialog
    qtbot.waitUntil(lambda: made.drawn() is not None, timeout=WAIT)
    return made


def drawn_methods(dialog: ComparisonDialog) -> list[str]:
    return [each.attribution.method for each in dialog.drawn().sheet.maps]


def test_it_begins_with_methods_and_takes_what_is_known(dialog, engine) -> None:
    assert drawn_methods(dialog) == ["grad-cam", "score-cam", "integrated-gradients", "occlusion"]
    # Of the first the pane has the answer; those of other classes are looked ahead for.
    own = [question for question in engine.questions if question.target in (TOP, of_label(1))]
    assert [question.method for question in own] == drawn_methods(dialog)
    assert not dialog.progress.isVisible()
    assert dialog.reference.count() == 4
    assert dialog.picture.image.width() == 1920


def test_classes_by_a_preset_and_differences_to_another(qtbot, dialog, engine) -> None:
    dialog.preset_wanted.emit(Axis.TARGETS)
    engine.asked.clear()
    dialog.compare.click()
    qtbot.waitUntil(lambda: len(dialog.drawn().sheet.maps) == 3, timeout=WAIT)
    assert {question.target.label for question in engine.questions} <= {0, 1, 2}
    before = dialog.picture.image
    dialog.reference.setCurrentIndex(2)
    dialog.reference.activated.emit(2)
    qtbot.waitUntil(lambda: dialog.drawn().options.reference == 2, timeout=WAIT)
    assert dialog.picture.image != before
    assert dialog.reference.currentIndex() == 2


def test_cancel_stops_and_the_next_time_goes_on_where_it_was(qtbot, window, dialog, engine) -> None:
    sheet = dialog.drawn().sheet
    engine.asked.clear()
    dialog.choices.tick({Axis.METHODS: ("layer-cam", "hires-cam")})
    engine.gate.clear()
    dialog.compare.click()
    assert dialog.progress.isVisible()
    qtbot.waitUntil(lambda: len(engine.asked) == 1 and dialog.progress.value() > 0, timeout=WAIT)
    assert "of 2: " in dialog.status.text()
    dialog.stop.click()
    assert not dialog.progress.isVisible()
    assert dialog.drawn().sheet is sheet
    qtbot.waitUntil(lambda: window.controller.services.analyst._thread.current is None, timeout=WAIT)
    engine.gate.set()
    dialog.compare.click()
    qtbot.waitUntil(lambda: dialog.drawn().sheet is not sheet, timeout=WAIT)
    assert set(drawn_methods(dialog)) == {"layer-cam", "hires-cam"}


def test_what_cannot_be_compared_cannot_be_asked_for(dialog) -> None:
    dialog.choices.tick({Axis.METHODS: ("grad-cam",)})
    assert not dialog.compare.isEnabled()
    assert "nothing to compare" in dialog.status.text()
    dialog.choices.tick({Axis.METHODS: ("grad-cam", "occlusion"), Axis.LAYERS: ("early", "late")})
    assert "explains the input" in dialog.status.text()
    dialog.choices.tick({Axis.METHODS: ("grad-cam", "layer-cam")})
    assert dialog.compare.isEnabled()
    assert dialog.status.text() == "4 maps."


def test_a_model_that_is_none_is_told_of_and_the_sheet_stays(qtbot, dialog, engine, tmp_path) -> None:
    sheet = dialog.drawn().sheet
    dialog.choices.add_model(str(tmp_path / "nowhere.keras"), "nowhere.keras")
    dialog.compare.click()
    qtbot.waitUntil(lambda: dialog.status.objectName() == "Warning", timeout=WAIT)
    assert "does not exist" in dialog.status.text()
    assert dialog.compare.isVisible()
    assert dialog.drawn().sheet is sheet


def test_the_picture_is_copied_and_saved_as_it_is_shown(qtbot, window, dialog, tmp_path) -> None:
    dialog.copy.click()
    assert QGuiApplication.clipboard().image().size() == dialog.picture.image.size()
    path: Path = tmp_path / "sheet.png"
    window.commands.comparison.save(dialog, dialog.drawn(), path)
    qtbot.waitUntil(lambda: dialog.status.text() == "Saved sheet.png.", timeout=WAIT)
    saved = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB888)
    assert saved == dialog.picture.image
    assert json.loads((tmp_path / "sheet.png.json").read_text())["options"]["writer"] == "comparison"
    window.commands.comparison.save(dialog, dialog.drawn(), tmp_path / "nowhere" / "sheet.png")
    qtbot.waitUntil(lambda: dialog.status.objectName() == "Warning", timeout=WAIT)
    assert "folder does not exist" in dialog.status.text()


def test_closing_gives_up_what_is_under_way(qtbot, window, dialog, engine) -> None:
    dialog.choices.tick({Axis.METHODS: ("layer-cam", "hires-cam")})
    engine.gate.clear()
    asked = len(engine.asked)
    dialog.compare.click()
    qtbot.waitUntil(lambda: len(engine.asked) > asked, timeout=WAIT)
    dialog.close()
    qtbot.waitUntil(lambda: window.controller.services.analyst._thread.current is None, timeout=WAIT)
    engine.gate.set()
    assert window.commands.comparison.dialog is None
