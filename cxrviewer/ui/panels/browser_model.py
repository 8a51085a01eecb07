"""The rows of the file list, with pictures, words and badges as they come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QStyle

from cxrviewer.imaging.summary import Summary
from cxrviewer.session.file_status import FileStatus, Progress
from cxrviewer.session.folder import Listing
from cxrviewer.session.library import date_text, image_text
from cxrviewer.session.library_rows import Kind, Layout, Row
from cxrviewer.session.places import is_container
from cxrviewer.ui import theme
from cxrviewer.ui.panels.fields import literal

THUMBNAIL = 56

DETAIL = Qt.ItemDataRole.UserRole
"""Second line of a row."""
STATUS = Qt.ItemDataRole.UserRole + 1
"""What the analysis came to, a `FileStatus`."""
ON_SCREEN = Qt.ItemDataRole.UserRole + 2
"""Whether a row is the image on screen."""

_KEPT = 2000
"""Thumbnails; each takes 12 KiB."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class BrowserModel(QAbstractTableModel):
    """Shows a `Layout` of a `Listing`; what stays the same in another one keeps its place and its picture."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listing = Listing(None, (), ())
        self.layout = Layout()
        self.summaries: dict[Path, Summary | None] = {}
        self._thumbnails: OrderedDict[Path, QPixmap] = OrderedDict()
        self._unreadable: set[Path] = set()
        self._statuses: Mapping[Path, FileStatus] = {}
        self._on_screen: Path | None = None
        self._folder_icon = QApplication.style().standardIcon(QStyle.StandardPixmap.SP_DirIcon)
        self._archive_icon = QApplication.style().standardIcon(QStyle.StandardPixmap.SP_DriveCDIcon)
        self._placeholder = _untinted(_on_tile(None))

    def enter(self, listing: Listing, *, new_place: bool) -> None:
        """Forget what is known of files that are not listed any more, or have been written anew."""
        if new_place:
            self._thumbnails.clear()
            self._unreadable.clear()
            self.summaries = dict(listing.summaries)
        elif listing.complete:
            former = self.listing.stamps
            for path in {*self._thumbnails, *self.summaries}:
                if path in former and listing.stamps.get(path) != former[path]:
                    self.forget(path)

    def show(self, listing: Listing, layout: Layout) -> None:
        """Show another layout; rows that stay keep their place on screen where the folder is the same."""
        if listing.folder is None or listing.folder != self.listing.folder:
            self.beginResetModel()
            self.layout = Layout()
            self.endResetModel()
        self.listing = listing
        former, rows = self.layout.rows, layout.rows
        start = _alike(former, rows)
        end = _alike(former[start:][::-1], rows[start:][::-1])
        removed, added = len(former) - start - end, len(rows) - start - end
        if removed:
            self.beginRemoveRows(_NOWHERE, start, start + removed - 1)
            self.layout = Layout(former[:start] + former[start + removed :], layout.images, layout.grouped)
            self.endRemoveRows()
        if added:
            self.beginInsertRows(_NOWHERE, start, start + added - 1)
        self.layout = layout
        if added:
            self.endInsertRows()

    def forget(self, path: Path) -> None:
        """Forget picture and words of a file, so that they are fetched anew."""
        self._thumbnails.pop(path, None)
        self.summaries.pop(path, None)
        self._tell(path)

    def entry(self, row: int) -> Row:
        """Return what a row is."""
        return self.layout.rows[row]

    def path(self, row: int) -> Path | None:
        """Return the folder or file of a row; None for a heading."""
        return self.entry(row).path

    def row(self, path: Path) -> int | None:
        """Return the row of a file; None where it has none."""
        return self.layout.row_of.get(path)

    def lacks_thumbnail(self, row: int) -> bool:
        """Return whether a row is an image whose thumbnail has not come yet."""
        entry = self.entry(row)
        return entry.kind is Kind.IMAGE and entry.path not in self._thumbnails

    def lacks_summary(self, row: int) -> bool:
        """Return whether a row is an image whose header has not been read yet."""
        entry = self.entry(row)
        return entry.kind is Kind.IMAGE and entry.path not in self.summaries

    def unreadable(self) -> tuple[Path, ...]:
        """Return the files that have no thumbnail because they could not be read."""
        return tuple(self._unreadable)

    def set_thumbnail(self, path: Path, gray: NDArray[np.uint8] | None) -> None:
        """Show the thumbnail of a file, a gray picture; None where it cannot be read."""
        (self._unreadable.add if gray is None else self._unreadable.discard)(path)
        self._thumbnails[path] = _on_tile(gray)
        while len(self._thumbnails) > _KEPT:
            self._thumbnails.popitem(last=False)
        self._tell(path)

    def set_summaries(self, summaries: Mapping[Path, Summary | None]) -> None:
        """Show what headers say."""
        self.summaries.update(summaries)
        for path in summaries:
            self._tell(path)

    def set_statuses(self, statuses: Mapping[Path, FileStatus]) -> None:
        """Show how far the analyses of the files are, in place of what was known of it."""
        former, self._statuses = self._statuses, statuses
        for path in former.keys() | statuses.keys():
            if former.get(path) != statuses.get(path):
                self._tell(path)

    def has_failed(self, path: Path) -> bool:
        """Return whether something failed with a file, which may be tried again."""
        status = self._statuses.get(path)
        return status is not None and status.progress is Progress.FAILED

    def set_on_screen(self, path: Path | None) -> None:
        """Mark the row of the image on screen."""
        former, self._on_screen = self._on_screen, path
        for changed in {former, path} - {None}:
            self._tell(changed)

    def _tell(self, path: Path | None) -> None:
        row = self.layout.row_of.get(path) if path is not None else None
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.layout.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return name, words, picture, badge or full path of a row."""
        if not index.isValid():
            return None
        entry = self.layout.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == DETAIL:
            return self._detail(entry)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(entry)
        if role == STATUS:
            return self._statuses.get(entry.path) if entry.path is not None else None
        if role == ON_SCREEN:
            return entry.kind is Kind.IMAGE and entry.path == self._on_screen
        if role == Qt.ItemDataRole.ToolTipRole:
            return literal(self._tip(entry))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            status = self._statuses.get(entry.path) if entry.path is not None else None
            said = (
                entry.text,
                self._detail(entry),
                f"{status.text} {status.value}".strip() if status else "",
            )
            return ", ".join(part for part in said if part)
        return None

    def _detail(self, entry: Row) -> str:
        summary = self.summaries.get(entry.path) if entry.path is not None else None
        if summary is None:
            return entry.detail
        date = "" if self.layout.grouped else date_text(summary.study_date)
        return "  ".join(part for part in (image_text(summary), date) if part)

    def _picture(self, entry: Row) -> QIcon | None:
        if entry.kind is Kind.PLACE:
            return self._archive_icon if is_container(entry.text) else self._folder_icon
        if entry.kind is Kind.HEADING or entry.path is None:
            return None
        thumbnail = self._thumbnails.get(entry.path)
        return _untinted(thumbnail) if thumbnail is not None else self._placeholder

    def _tip(self, entry: Row) -> str:
        if entry.path is None:
            return "  ".join(part for part in (entry.text, entry.detail) if part)
        status = self._statuses.get(entry.path)
        return f"{entry.path}\n{status.reason}" if status is not None and status.reason else str(entry.path)


def _alike(former: tuple[Row, ...], rows: tuple[Row, ...]) -> int:
    """Return how many rows two lists have in common at their beginning."""
    both = zip(former, rows, strict=False)
    return next(
        (place for place, (a, b) in enumerate(both) if a is not b and a != b), min(len(former), len(rows))
    )


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
