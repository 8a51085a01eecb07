"""Clipboard, dragging and printing: what leaves the window without a dialog of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from controller_bench import Bench
from numpy.typing import NDArray
from pypdf import PdfReader
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QMouseEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from cxrviewer.errors import ExportError
from cxrviewer.export.column import ON_PAPER
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.picture import export_picture
from cxrviewer.imaging.measure import CALIBRATED_BY_USER
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.session.export_choice import ImageSize
from cxrviewer.session.marks import FileMarks, Length
from cxrviewer.settings import Settings
from cxrviewer.ui import drag_out
from cxrviewer.ui.dialogs.export import ExportDialog
from cxrviewer.ui.drag_out import DragOut
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.printing import ask_for_printer, print_picture


@pytest.fixture
def empty(bench: Bench, qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    made = MainWindow(bench.controller, Settings(export_folder=str(tmp_path)))
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    made.commands.exports.close()
    bench.controller.setParent(None)


@pytest.fixture
def window(empty: MainWindow, bench: Bench, write_image) -> MainWindow:
    """Return a window with an analysis."""
    bench.load()
    bench.open(_read(bench, write_image("a.png")))
    bench.explained(1)
    return empty


def _read(bench: Bench, path: Path) -> Path:
    """Have a file read in this process: no other one is needed here."""
    bench.controller.services.images.fetch(read_radiograph, path)
    return path


def array(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def clipboard() -> NDArray[np.uint8]:
    return array(QGuiApplication.clipboard().image())


def displayed(window: MainWindow) -> NDArray[np.uint8]:
    return export_picture(window.commands.exports.overlay(ImageSize.DISPLAYED), ExportOptions()).pixels


def test_the_overlay_is_copied_with_its_words(window: MainWindow, qtbot) -> None:
    QGuiApplication.clipboard().clear()
    window.actions_table["copy"].trigger()
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=20_000)
    np.testing.assert_array_equal(clipboard(), displayed(window))
    assert "Copied the overlay" in window.statusBar().currentMessage()


def test_the_image_is_copied_without_heatmap_and_words(window: MainWindow) -> None:
    window.actions_table["copy_image"].trigger()
    copied = clipboard()
    height, width = window.canvas.viewport().shape
    assert copied.shape == (height, width, 3)
    assert (np.ptp(copied.astype(int), axis=2) == 0).all()
    assert np.ptp(displayed(window)[:height].astype(int), axis=2).any()
    gray = window.controller.renderer.twin().gray(window.canvas.viewport(), window.controller.shown.table)
    np.testing.assert_array_equal(copied[..., 0], gray)


def test_hidden_marks_are_not_taken_out_but_the_calibration_holds(window: MainWindow) -> None:
    exports, book = window.commands.exports, window.marks
    marks = FileMarks((Length(((5.0, 5.0), (50.0, 30.0))),), Spacing(0.5, 0.5, CALIBRATED_BY_USER))
    book.document(window.controller.shown.radiograph).hold(marks)
    for visible in (True, False):
        book.show(visible)
        (scene,) = exports.overlay(ImageSize.WHOLE)
        assert len(scene.marks.content["marks"]) == visible
        assert scene.spacing == marks.calibration


def test_without_an_analysis_the_image_is_copied_and_nothing_exported(
    empty: MainWindow, bench: Bench, write_image
) -> None:
    bench.open(_read(bench, write_image("a.png")))
    empty.actions_table["copy"].trigger()
    assert "Copied the image" in empty.statusBar().currentMessage()
    for action in ("export", "print"):
        empty.messages.clear()
        empty.actions_table[action].trigger()
        assert "no heatmap" in empty.messages.text
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, ExportDialog)]


def test_what_is_written_beside_an_export_is_told(window: MainWindow, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    exports = window.commands.exports
    exports.write(exports.overlay(ImageSize.WHOLE), path, ExportOptions(writer="dicom-seg", sidecar=False))
    bar = window.statusBar()
    qtbot.waitUntil(lambda: "Saved" in bar.currentMessage(), timeout=30_000)
    (other,) = (each.name for each in tmp_path.glob("*.dcm") if each != path)
    assert bar.currentMessage() == f"Saved {path}, with {other} beside it"


def pull(handle, way: int) -> None:
    """Press on a widget and move the mouse so far."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, at, buttons in (
        (QEvent.Type.MouseButtonPress, 5, left),
        (QEvent.Type.MouseMove, 5 + way, left),
        (QEvent.Type.MouseButtonRelease, 5 + way, Qt.MouseButton.NoButton),
    ):
        button = left if kind is not QEvent.Type.MouseMove else Qt.MouseButton.NoButton
        place = QPointF(at, 5)
        QApplication.sendEvent(
            handle, QMouseEvent(kind, place, handle.mapToGlobal(place), button, buttons, none)
        )


def test_the_overlay_is_dragged_as_a_file_and_as_an_image(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[Path] = []
    threads: list[threading.Thread] = []

    def export_as_ever(*arguments: object) -> None:
        threads.append(threading.current_thread())
        export(*arguments)

    def drop(drag: QDrag, _actions) -> Qt.DropAction:
        content = drag.mimeData()
        (url,) = content.urls()
        path = Path(url.toLocalFile())
        written = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        np.testing.assert_array_equal(written, displayed(window))
        np.testing.assert_array_equal(array(content.imageData()), written)
        dropped.append(path)
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drop)
    monkeypatch.setattr(drag_out, "export", export_as_ever)
    button = next(bar for bar in window.findChildren(DragOut)).parent()
    pull(button, QApplication.startDragDistance() + 20)
    pull(button, QApplication.startDragDistance() + 20)
    assert len(dropped) == len(set(dropped)) == 2
    assert threading.main_thread() not in threads
    assert all(path.exists() and path.name.startswith("bacterial-grad-cam") for path in dropped)
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, ExportDialog)]
    window.commands.exports.close()
    assert not dropped[0].parent.exists()


def test_what_cannot_be_dragged_out_is_told(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ExportError("The disk is full.", "Free some space.")

    def drop(drag: QDrag, _actions) -> Qt.DropAction:
        content = drag.mimeData()
        assert content.hasUrls()
        assert content.urls() == []
        assert content.imageData() is None
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(drag_out, "export", full)
    monkeypatch.setattr(QDrag, "exec", drop)
    pull(window.findChildren(DragOut)[0].parent(), QApplication.startDragDistance() + 20)
    assert "disk is full" in window.messages.text


def test_a_click_on_the_handle_is_a_click(window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QDrag, "exec", lambda *_: pytest.fail("nothing is dragged"))
    pull(next(bar for bar in window.findChildren(DragOut)).parent(), 1)
    dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, ExportDialog)]
    assert len(dialogs) == 1
    qtbot.waitUntil(lambda: dialogs[0].preview.drawn is not None, timeout=20_000)
    dialogs[0].form.boxes["caption"].click()
    path = dialogs[0].path()
    dialogs[0].findChild(QDialogButtonBox).accepted.emit()
    qtbot.waitUntil(lambda: f"Saved {path}" in window.statusBar().currentMessage(), timeout=20_000)
    qtbot.waitUntil(lambda: window.findChild(ExportDialog) is None, timeout=20_000)
    assert json.loads(path.with_name(path.name + ".json").read_text())["options"]["caption"] is False
    assert json.loads(window.settings.export_choice)["options"]["caption"] is False


@pytest.mark.parametrize(("page", "area"), [((600, 800), (0, 0, 600, 400)), ((800, 300), (175, 0, 450, 300))])
def test_the_picture_is_printed_as_large_as_the_page_allows(
    qapp, page: tuple[int, int], area: tuple[int, int, int, int]
) -> None:
    paper = QImage(*page, QImage.Format.Format_RGB888)
    paper.fill(Qt.GlobalColor.white)
    picture = QImage(300, 200, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.red)
    print_picture(paper, picture)
    rows, columns = np.nonzero((array(paper) == (255, 0, 0)).all(axis=2))
    left, top, width, height = area
    assert (columns.min(), rows.min()) == (left, top)
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == (width, height)
    assert len(rows) == width * height


def test_a_page_goes_to_the_printer(qapp, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    picture = QImage(300, 200, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.red)
    print_picture(printer, picture)
    data = (tmp_path / "page.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert b"/Subtype /Image" in data


def test_a_printer_that_cannot_be_reached_is_told(qapp, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "none" / "page.pdf"))
    with pytest.raises(ExportError, match="printer"):
        print_picture(printer, QImage(10, 10, QImage.Format.Format_RGB888))


def test_the_print_job_names_nobody(window: MainWindow, qtbot) -> None:
    asked: list[QPrinter] = []
    dialog = ask_for_printer(window, asked.append)
    qtbot.waitUntil(dialog.isVisible, timeout=20_000)
    dialog.accepted.emit(dialog.printer())
    assert asked[0].docName() == "CXR Viewer overlay"
    dialog.reject()


def test_a_page_is_dark_on_white_sharp_and_without_loss(window: MainWindow, qtbot, tmp_path: Path) -> None:
    window.actions_table["print"].trigger()
    dialog = window.findChild(QPrintDialog)
    printer = dialog.printer()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    dialog.accepted.emit(printer)
    qtbot.waitUntil(lambda: "Sent to the printer" in window.statusBar().currentMessage(), timeout=20_000)
    dialog.reject()
    (page,) = PdfReader(tmp_path / "page.pdf").pages
    (printed,) = page.images
    pixels = np.asarray(printed.image)
    scenes = window.commands.exports.overlay(ImageSize.ENLARGED)
    drawn = export_picture(scenes, ExportOptions(), ON_PAPER)
    np.testing.assert_array_equal(pixels, drawn.pixels)
    *_, bottom = drawn.rectangle
    assert bottom >= 1536
    words = pixels[bottom:]
    assert (words == 255).all(axis=2).mean() > 0.5
    assert (words.max(axis=2) < 60).any()
    assert float(page.mediabox.width) * 25.4 / 72 > 200
