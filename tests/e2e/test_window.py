"""The way of a user through the real window: open, read, steer, export, survive."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest

from cxrviewer.explain.display import STRETCHED
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.explain.target import TOP
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.paths import resource
from cxrviewer.session.export_choice import ImageSize
from cxrviewer.session.state import FIT
from cxrviewer.settings import load_settings
from cxrviewer.ui.dialogs.model_form import ModelForm
from cxrviewer.ui.dialogs.notice import NoticeDialog

CHEST = "dicom/gdcm-CR-MONO1-10-chest.dcm"


@pytest.fixture
def chest(desk, shared_data):
    """A MONOCHROME1 chest on the desk, analysed, in the state in which a file opens."""
    controller = desk.controller
    desk.window.messages.clear()
    desk.window.commands.ask(layers=(AUTO_LAYER,), method="grad-cam", target=TOP, smoothing=0)
    desk.window.commands.choose(scale=STRETCHED, top_share=None, fade=True)
    desk.window.commands.style(view=HeatmapView.SMOOTH)
    desk.window.commands.style(colormap="inferno", alpha=0.5, threshold=0.0, visible=True, signed=False)
    desk.open(shared_data / CHEST)
    desk.window.actions_table["reset"].trigger()
    desk.wait(desk.settled)
    assert controller.state.zoom == FIT
    return desk


def _changes(desk, action) -> None:
    """Assert that an action changes the picture, once its analysis is there."""
    before, analysis = desk.picture(), desk.shown.analysis
    action()
    desk.wait(desk.settled)
    after = desk.picture()
    assert before.shape == after.shape
    assert not np.array_equal(before, after), "the picture is the same as before"
    assert analysis is not None


def test_chest_opens_with_lungs_dark_and_output_shown(chest):
    chest.window.commands.style(visible=False)
    gray = chest.picture()
    assert np.array_equal(gray[..., 0], gray[..., 1])
    height, width = gray.shape[:2]
    lung = gray[height // 3 : height // 2, int(width * 0.28) : int(width * 0.36), 0].mean()
    spine = gray[height // 2 : int(height * 0.6), int(width * 0.49) : int(width * 0.52), 0].mean()
    assert lung < spine - 20, "a MONOCHROME1 chest must show air dark"
    rows = chest.window.side.outputs.rows
    texts = [rows.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(rows.rowCount())]
    assert len(texts) == 4
    assert all("%" in text and "threshold" in text for text in texts)


def test_each_control_changes_the_picture(chest):
    panel = chest.window.side.heatmap
    layer = chest.shown.at_hand.loaded.info.layers[-6].path
    _changes(chest, lambda: panel.asked.emit({"layers": (layer,)}))
    _changes(chest, lambda: panel.choose_method("layer-cam"))
    _changes(chest, lambda: _pick(panel, "jet"))
    _changes(chest, lambda: panel.alpha.setValue(85))
    _changes(chest, lambda: panel.display.threshold.setValue(60))
    _changes(chest, lambda: panel.visible.setChecked(False))


def _pick(panel, colormap: str) -> None:
    combo = panel.display.colormap
    combo.setCurrentIndex(combo.findData(colormap))
    combo.activated.emit(combo.currentIndex())


def test_clicking_a_class_explains_it(chest):
    outputs = chest.window.side.outputs.view
    top = chest.shown.at_hand.prediction.top
    other = (top + 1) % 3

    def click() -> None:
        area = outputs.visualRect(outputs.rows.index(other))
        QTest.mouseClick(outputs.viewport(), Qt.MouseButton.LeftButton, pos=area.center())

    _changes(chest, click)
    assert chest.shown.analysis.result.attribution.target.label == other
    label = chest.shown.at_hand.loaded.info.card.labels[other]
    assert label in chest.window.side.heading.text()


def test_all_four_methods_give_different_maps(chest):
    """On an inner layer: in front of global average pooling Grad-CAM and HiResCAM are the same map."""
    chest.window.commands.ask(layers=(chest.shown.at_hand.loaded.info.layers[-6].path,))
    seen = []
    for method in ("grad-cam", "grad-cam++", "hires-cam", "layer-cam"):
        chest.window.commands.ask(method=method)
        chest.wait(lambda m=method: chest.shown.analysis.result.attribution.method == m)
        seen.append(chest.shown.analysis.result.attribution.values)
    for first in range(4):
        for second in range(first):
            assert not np.allclose(seen[first], seen[second], rtol=1e-3, atol=0)


def test_space_hides_the_heatmap_and_leaves_pure_gray(chest):
    QTest.keyClick(chest.window.canvas, Qt.Key.Key_Space)
    picture = chest.picture()
    assert (picture[..., 0] == picture[..., 1]).all()
    assert (picture[..., 0] == picture[..., 2]).all()
    QTest.keyClick(chest.window.canvas, Qt.Key.Key_Space)
    picture = chest.picture()
    assert (picture[..., 0] != picture[..., 2]).any()


def test_dragging_windows_the_image_and_reset_brings_the_file_back(chest):
    canvas = chest.window.canvas
    before = chest.picture()
    voi = chest.shown.voi

    def drag(to):
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
        QTest.mouseMove(canvas, to)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=to)

    drag(QPoint(200, 240))
    darker = chest.picture()
    assert darker.mean() < before.mean() - 5
    assert chest.shown.voi.width == voi.width
    # Low values are white in this file: there, lower windows are darker.
    assert chest.shown.voi.center < voi.center
    drag(QPoint(140, 200))
    assert chest.shown.voi.width < voi.width
    assert not np.array_equal(darker, chest.picture())
    chest.window.actions_table["reset"].trigger()
    assert np.array_equal(before, chest.picture())


def test_wheel_zooms_at_the_cursor(chest):
    canvas = chest.window.canvas
    spot = QPointF(300.0, 260.0)
    before = canvas.stored_at(spot)
    canvas.zoom_by(1.7, spot)
    after = canvas.stored_at(spot)
    assert canvas.scale() > 1
    assert np.allclose(before, after, atol=1.0)


def test_turning_and_flipping_turn_image_and_heatmap_alike(chest):
    chest.window.canvas.setFixedSize(600, 600)
    chest.wait(lambda: chest.picture().shape[:2] == (600, 600))
    upright = chest.picture().astype(int)
    chest.window.actions_table["rotate"].trigger()
    assert chest.controller.state.orientation == Orientation(quarter_turns=1)
    assert np.abs(np.rot90(upright, -1) - chest.picture()).mean() < 1.0
    chest.window.actions_table["rotate_left"].trigger()
    chest.window.actions_table["flip"].trigger()
    assert np.abs(upright[:, ::-1] - chest.picture()).mean() < 1.0
    chest.window.canvas.setMinimumSize(240, 200)
    chest.window.canvas.setMaximumSize(16777215, 16777215)


def test_status_line_tells_the_stored_value_under_the_cursor(chest):
    canvas = chest.window.canvas
    x, y = canvas.stored_at(QPointF(300, 300))
    canvas.hovered.emit((x, y))
    text = chest.window.status._readout.text()
    stored = int(chest.shown.radiograph.pixels[round(y), round(x)])
    assert f"stored {stored}" in text
    assert "heatmap" in text


def test_export_is_written_and_shows_the_same_pixels(chest, tmp_path):
    target = tmp_path / "overlay.png"
    chest.export(target, ImageSize.DISPLAYED)
    chest.wait(target.exists)
    chest.wait(lambda: not list(tmp_path.glob(".*")))
    written = cv2.cvtColor(cv2.imread(str(target)), cv2.COLOR_BGR2RGB)
    seen = chest.picture()
    height, width = seen.shape[:2]
    assert written.shape[0] > height or written.shape[1] > width, "there is room for words and colour bar"
    assert np.array_equal(written[:height, :width], seen)
    assert "Saved" in chest.window.statusBar().currentMessage()
    full = tmp_path / "full.png"
    chest.export(full, ImageSize.WHOLE)
    chest.wait(full.exists)
    rows, columns = chest.shown.radiograph.shape
    whole = cv2.imread(str(full))
    assert whole.shape[0] >= rows
    assert whole.shape[1] >= columns


def test_export_to_a_missing_folder_says_so_and_writes_nothing(chest, tmp_path):
    chest.export(tmp_path / "nowhere" / "overlay.png", ImageSize.DISPLAYED)
    chest.wait(lambda: "folder" in chest.window.messages.text)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"not an image at all", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_bad_file_is_named_and_the_last_image_stays(chest, tmp_path, content):
    bad = tmp_path / "damaged.png"
    bad.write_bytes(content)
    before = chest.picture()
    chest.window.commands.open_paths([bad])
    chest.wait(lambda: "damaged.png" in chest.window.messages.text)
    assert chest.shown.radiograph.path.name == Path(CHEST).name
    assert np.array_equal(before, chest.picture())


def test_damaged_model_is_named_and_the_former_one_stays(chest, shared_data):
    chest.window.commands.choose_model(str(shared_data / "models" / "truncated.keras"))
    chest.wait(lambda: "truncated.keras" in chest.window.messages.text)
    assert chest.shown.at_hand.loaded.info.card.id == "paediatric-pneumonia"
    assert chest.controller.state.model == "default"
    assert chest.shown.heatmap is not None


def test_killed_engine_during_an_analysis_recovers(chest):
    pid = chest.controller._analyst._engine.pid
    layer = chest.shown.at_hand.loaded.info.layers[2].path
    chest.window.commands.ask(layers=(layer,))
    os.kill(pid, signal.SIGKILL)
    chest.wait(lambda: chest.shown.analysis.result.attribution.layer == layer)
    assert chest.controller._analyst._engine.pid != pid
    assert chest.window.messages.text == ""


def test_cancelled_analysis_leaves_the_window_usable_and_can_be_repeated(chest):
    layer = chest.shown.at_hand.loaded.info.layers[3].path
    chest.window.commands.ask(layers=(layer,))
    chest.window.status.cancel.click()
    assert chest.shown.analysis is not None
    chest.window.actions_table["analyse"].trigger()
    chest.wait(lambda: chest.shown.analysis.result.attribution.layer == layer)


def test_arrow_keys_go_through_the_folder(chest):
    first = chest.shown.radiograph.path
    chest.wait(lambda: chest.window.browser.model.row(first) is not None)
    QTest.keyClick(chest.window.canvas, Qt.Key.Key_Right)
    chest.wait(lambda: chest.shown.radiograph.path != first and chest.shown.analysis is not None)
    QTest.keyClick(chest.window.canvas, Qt.Key.Key_Left)
    chest.wait(lambda: chest.shown.radiograph.path == first)


def test_thumbnails_arrive(chest):
    model = chest.window.browser.model
    row = model.row(chest.shown.radiograph.path)
    chest.wait(lambda: not model.lacks_thumbnail(row))


def _drop(window, paths) -> None:
    """Drop files on the window as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPoint(500, 400)
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, buttons, keys)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, buttons, keys))


def test_dropped_files_are_listed_and_the_first_opens(chest, shared_data):
    dropped = [shared_data / "dicom" / "wg04_RG1_JLSN.dcm", shared_data / CHEST]
    _drop(chest.window, dropped)
    chest.wait(
        lambda: chest.shown.radiograph.path.name == dropped[0].name and chest.shown.analysis is not None
    )
    assert [path.name for path in chest.window.browser.model.listing.files] == [path.name for path in dropped]


def test_dropped_folder_is_listed_in_natural_order(chest, tmp_path):
    picture = np.full((40, 40), 90, np.uint8)
    for number in (10, 9, 1):
        cv2.imwrite(str(tmp_path / f"image {number}.png"), picture)
    (tmp_path / "notes.png").write_text("no picture at all")
    _drop(chest.window, [tmp_path])
    chest.wait(lambda: chest.window.browser.model.listing.folder == tmp_path)
    names = [path.name for path in chest.window.browser.model.listing.files]
    assert names == ["image 1.png", "image 9.png", "image 10.png"]


def test_opened_files_are_remembered_and_can_be_forgotten(chest):
    menu = chest.window.recent_menu
    assert chest.window.settings.recent[0] == str(chest.shown.radiograph.path)
    assert menu.actions()[0].text() == Path(CHEST).name
    menu.actions()[-1].trigger()
    assert chest.window.settings.recent == ()
    assert not menu.isEnabled()


def test_notice_is_shown_until_it_is_accepted(desk):
    desk.window.show_notice_once()
    (notice,) = [child for child in desk.window.findChildren(NoticeDialog) if child.isVisible()]
    notice.accept()
    assert load_settings().notice_accepted
    desk.wait(lambda: not desk.window.findChildren(NoticeDialog))
    desk.window.show_notice_once()
    assert not desk.window.findChildren(NoticeDialog)


def test_model_without_a_card_asks_and_remembers(chest, shared_data, tmp_path):
    weights = tmp_path / "unknown.h5"
    shutil.copy(shared_data / "models" / "pediatric_pneumonia_keras2.h5", weights)
    chest.window.commands.choose_model(str(weights))
    chest.wait(lambda: any(form.isVisible() for form in chest.window.findChildren(ModelForm)))
    (form,) = chest.window.findChildren(ModelForm)
    form.labels.setText("Healthy, Ill")
    form.accept()
    chest.wait(lambda: chest.shown.at_hand.loaded is not None)
    assert chest.shown.at_hand.loaded.info.card.labels == ("Healthy", "Ill")
    chest.wait(lambda: chest.shown.analysis is not None and chest.settled())
    assert "Healthy" in chest.window.side.heading.text() or "Ill" in chest.window.side.heading.text()
    chest.window.commands.choose_model("default")
    chest.wait(lambda: chest.shown.at_hand.model == "default")
    chest.window.commands.choose_model(str(weights))
    chest.wait(lambda: chest.shown.at_hand.model == str(weights))
    assert chest.shown.at_hand.loaded.info.card.labels == ("Healthy", "Ill")
    assert not any(form.isVisible() for form in chest.window.findChildren(ModelForm))
    chest.window.commands.choose_model("default")
    chest.wait(lambda: chest.shown.at_hand.model == "default" and chest.settled())


def test_answers_about_a_model_hold_where_they_cannot_be_stored(chest, shared_data, tmp_path, monkeypatch):
    blocked = tmp_path / "a file, no folder"
    blocked.touch()
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(blocked))
    weights = tmp_path / "unstored.h5"
    data = (shared_data / "models" / "pediatric_pneumonia_keras2.h5").read_bytes()
    weights.write_bytes(data)
    chest.window.commands.choose_model(str(weights))
    chest.wait(lambda: any(form.isVisible() for form in chest.window.findChildren(ModelForm)))
    form = next(form for form in chest.window.findChildren(ModelForm) if form.isVisible())
    form.labels.setText("Clear, Dense")
    form.accept()
    chest.wait(lambda: chest.shown.at_hand.loaded is not None)
    assert chest.shown.at_hand.loaded.info.card.labels == ("Clear", "Dense")
    assert "could not be stored" in chest.window.messages.text
    assert not any(form.isVisible() for form in chest.window.findChildren(ModelForm))
    chest.window.commands.choose_model("default")
    chest.wait(lambda: chest.shown.at_hand.model == "default" and chest.settled())


def test_folder_of_the_last_time_is_listed_at_the_start(desk, tmp_path):
    cv2.imwrite(str(tmp_path / "one.png"), np.full((40, 40), 90, np.uint8))
    desk.window.settings = replace(desk.window.settings, folder=str(tmp_path))
    desk.window.show_last_folder()
    desk.wait(lambda: desk.window.browser.model.listing.folder == tmp_path)
    desk.window.settings = replace(desk.window.settings, folder=str(tmp_path / "gone"))
    desk.window.messages.clear()
    desk.window.show_last_folder()
    assert desk.window.messages.text == ""


def test_sample_is_named_synthetic(desk):
    desk.open(resource("samples", "phantom-opacity.dcm"))
    assert "synthetic" in " ".join(desk.shown.radiograph.badges).lower()


def test_a_chest_is_outlined_and_a_hip_is_remarked_on(chest, shared_data):
    window, lungs = chest.window, chest.window.lungs
    window.actions_table["lung_outline"].trigger()
    chest.wait(lambda: lungs.field(chest.shown.radiograph) is not None)
    assert lungs.field(chest.shown.radiograph).plausible
    assert "inside the lungs" in window.side.heatmap.lungs.text()
    chest.open(shared_data / "dicom" / "wg04_RG2_UNC.dcm")
    chest.wait(lambda: lungs.field(chest.shown.radiograph) is not None)
    assert any("No lungs found" in line.text for line in window.canvas._legend.bottom_right)
    assert not window.messages.text
    window.actions_table["lung_outline"].trigger()
