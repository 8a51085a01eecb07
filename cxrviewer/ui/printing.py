"""A picture on a page of paper."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from cxrviewer.errors import ExportError

_NAME = "CXR Viewer overlay"
"""Of the print job: seen by all who see the printer's queue."""


def ask_for_printer(parent: QWidget, accepted: Callable[[QPrinter], None]) -> QPrintDialog:
    """Let the user choose a printer and a page; `accepted` is called with it."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(_NAME)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("Print the overlay")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: accepted(printer))
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()
    return dialog


def print_picture(printer: QPrinter, image: QImage) -> None:
    """Print an image as large as the page allows, in the middle of its top.

    Raises
    ------
    ExportError
        The printer cannot be reached, or its file cannot be written.
    """
    painter = QPainter()
    if not painter.begin(printer):
        raise ExportError(
            "The printer could not be reached.", "Check that it is switched on, or choose another."
        )
    with painter:
        page = QRect(0, 0, printer.width(), printer.height())
        size = image.size().scaled(page.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect((page.width() - size.width()) // 2, 0, size.width(), size.height()), image)
