"""A picture on a page of paper."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMarginsF, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPaintDevice, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from cxrviewer.errors import ExportError
from cxrviewer.ui.system_places import usual_paper

_NAME = "CXR Viewer overlay"
"""Of the print job: seen by all who see the printer's queue."""
_MARGINS = QMarginsF(14, 14, 14, 14)
"""Millimetres, where pages are filed and held."""


def ask_for_printer(parent: QWidget, accepted: Callable[[QPrinter], None]) -> QPrintDialog:
    """Let the user choose a printer and a page; `accepted` is called with it."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(_NAME)
    if not printer.printerName():
        # Into a file: no printer says what paper it has.
        letter = usual_paper() == "letter"
        printer.setPageSize(QPageSize(QPageSize.PageSizeId.Letter if letter else QPageSize.PageSizeId.A4))
    printer.setPageMargins(_MARGINS, QPageLayout.Unit.Millimeter)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("Print the overlay")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: accepted(printer))
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()
    return dialog


def print_picture(page: QPaintDevice, image: QImage) -> None:
    """Print an image as large as a page allows, in the middle of its top.

    Parameters
    ----------
    page : QPaintDevice
        A printer's, as a rule.
    image : QImage
        The picture.

    Raises
    ------
    ExportError
        The printer cannot be reached, or its file cannot be written.
    """
    painter = QPainter()
    if not painter.begin(page):
        raise ExportError(
            "The printer could not be reached.", "Check that it is switched on, or choose another."
        )
    with painter:
        room = QSize(page.width(), page.height())
        size = image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # Else a file has it as JPEG, with a haze around each letter.
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        painter.drawImage(QRect(QPoint((room.width() - size.width()) // 2, 0), size), image)
