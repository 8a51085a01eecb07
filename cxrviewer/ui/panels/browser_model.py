"""The file browser's list: folders first, then images with thumbnails as they come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QStyle

from cxrviewer.session.folder import Listing
from cxrviewer.ui import theme

THUMBNAIL = 56

Index = QModelIndex | QPersistentModelIndex


class BrowserModel(QAbstractListModel):
    """Rows of a `Listing`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listing = Listing(None, (), ())
        self._rows: dict[Path, int] = {}
        self._thumbnails: dict[Path, QPixmap] = {}
        self._folder_icon = QApplication.style().standardIcon(QStyle.StandardPixmap.SP_DirIcon)
        self._placeholder = _untinted(_on_tile(None))

    def show(self, listing: Listing) -> None:
        """Show another listing."""
        self.beginResetModel()
        self._listing = listing
        first = len(listing.folders)
        self._rows = {path: row for row, path in enumerate(listing.files, start=first)}
        self._thumbnails = {}
        self.endResetModel()

    @property
    def listing(self) -> Listing:
        """What is shown."""
        return self._listing

    def path(self, row: int) -> Path:
        """Return the folder or file of a row."""
        folders = self._listing.folders
        return folders[row] if row < len(folders) else self._listing.files[row - len(folders)]

    def is_folder(self, row: int) -> bool:
        """Return whether a row is a folder."""
        return row < len(self._listing.folders)

    def row(self, path: Path) -> int | None:
        """Return the row of a file; None where it is not listed."""
        return self._rows.get(path)

    def lacks_thumbnail(self, row: int) -> bool:
        """Return whether a row is an image whose thumbnail has not come yet."""
        return not self.is_folder(row) and self.path(row) not in self._thumbnails

    def set_thumbnail(self, path: Path, gray: NDArray[np.uint8] | None) -> None:
        """Show the thumbnail of a file, a gray picture; None where it cannot be read."""
        row = self.row(path)
        if row is None:
            return
        self._thumbnails[path] = _on_tile(gray)
        self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of rows."""
        if parent is not None and parent.isValid():
            return 0
        return len(self._listing.folders) + len(self._listing.files)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return name, picture or full path of a row."""
        if not index.isValid():
            return None
        path = self.path(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return path.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(path)
        if role == Qt.ItemDataRole.DecorationRole:
            if self.is_folder(index.row()):
                return self._folder_icon
            thumbnail = self._thumbnails.get(path)
            return _untinted(thumbnail) if thumbnail is not None else self._placeholder
        return None


def _untinted(pixmap: QPixmap) -> QIcon:
    """Return an icon whose grays stay as they are in a selected row."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def _on_tile(gray: NDArray[np.uint8] | None) -> QPixmap:
    """Return a square black tile with the picture in its middle, so that all rows align."""
    tile = QPixmap(THUMBNAIL, THUMBNAIL)
    tile.fill(theme.CANVAS if gray is not None else QColor(theme.RAISED))
    if gray is not None:
        rows, columns = gray.shape
        image = QImage(
            np.ascontiguousarray(gray).tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8
        )
        with QPainter(tile) as painter:
            painter.drawImage((THUMBNAIL - columns) // 2, (THUMBNAIL - rows) // 2, image)
    return tile
