"""The file browser: the images of a folder, an archive or a disc, with thumbnails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from cxrviewer.engine.reader import Reader
from cxrviewer.session.file_status import FileStatus
from cxrviewer.session.folder import Listing, list_files
from cxrviewer.session.library import Grouping
from cxrviewer.session.library_rows import Kind, Row
from cxrviewer.session.neighbours import REACH, Surroundings
from cxrviewer.session.places import place_of
from cxrviewer.ui.panels.browser_arrangement import ListArrangement
from cxrviewer.ui.panels.browser_fetch import Fetcher
from cxrviewer.ui.panels.browser_header import BrowserHeader
from cxrviewer.ui.panels.browser_lister import Lister
from cxrviewer.ui.panels.browser_menus import fill_row_menu, fill_view_menu
from cxrviewer.ui.panels.browser_model import BrowserModel
from cxrviewer.ui.panels.browser_search import SearchBox
from cxrviewer.ui.panels.browser_view import FileView

_LISTING = 300
"""Milliseconds after which it is said that a place is still being listed."""


class BrowserPanel(QWidget):
    """Lists a place and tells which file the user wants to see."""

    chosen = Signal(object)
    failed = Signal(object)
    folder_shown = Signal(object)
    order_changed = Signal()
    """Other images come before and after the one on screen."""

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("BrowserPanel")
        self._current: Path | None = None
        self._expected: Path | None = None
        self._asked_for_folder = False
        self._to_reveal = False
        self._updating = False
        self.model = BrowserModel(self)
        self.view = FileView(self.model, self)
        self.search = SearchBox(self)
        self._lister = Lister(reader, self)
        self._fetcher = Fetcher(reader, self.model, self.view.visible_rows, self)
        self.arrangement = ListArrangement(self.model, self._fetcher, self)
        self._lay_out()
        self._connect()
        self._say_nothing_listed("No folder is open.\nDrop one here or press Ctrl+Shift+O.")

    def _lay_out(self) -> None:
        self._header = BrowserHeader()
        self._empty = QLabel()
        self._empty.setObjectName("Muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setWordWrap(True)
        self._empty.setMargin(14)
        searching = QHBoxLayout()
        searching.setContentsMargins(6, 0, 6, 5)
        searching.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addLayout(searching)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.view, 1)

    def _connect(self) -> None:
        self._lister.listed.connect(self._take_listing)
        self._lister.failed.connect(self._fail)
        self._fetcher.summaries_came.connect(self.arrangement.look_at_summaries)
        self.arrangement.changed.connect(self._show)
        self.view.activated.connect(self._enter)
        self.view.clicked.connect(self._click)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.rows_shown.connect(self._fetcher.go_on)
        self.view.stepped.connect(self.step)
        self.view.folded.connect(self.arrangement.fold)
        self.view.customContextMenuRequested.connect(self._open_row_menu)
        self.search.textChanged.connect(self.arrangement.search)
        self.search.left.connect(self._leave_search)
        self.search.returnPressed.connect(self._choose_first)
        self._header.up.clicked.connect(self.go_up)
        self._header.choose.clicked.connect(self.choose_folder)
        self._header.menu.aboutToShow.connect(lambda: fill_view_menu(self._header.menu, self))
        self._patience = QTimer(self, singleShot=True, interval=_LISTING)
        self._patience.timeout.connect(lambda: self._say_nothing_listed("Listing…"))

    @property
    def deep(self) -> bool:
        """Whether the images of inner folders are listed, too."""
        return self.arrangement.deep

    def show_folder(self, folder: Path) -> None:
        """List a folder, a zip archive or a DICOMDIR; what it holds comes a moment later."""
        self._expected = folder
        self._asked_for_folder = True
        if self.model.rowCount() == 0:
            self._patience.start()
        self._lister.show(folder, deep=self.deep)

    def show_files(self, files: Sequence[Path]) -> None:
        """List files from anywhere, in the given order."""
        self._expected = None
        self._lister.show_nothing()
        self._take_listing(list_files(tuple(files)))

    def refresh(self) -> None:
        """List the place again, and read again what could not be read."""
        for path in self.model.unreadable():
            self.model.forget(path)
        self._lister.refresh()
        self._fetcher.go_on()

    def reread(self, path: Path) -> None:
        """Draw the thumbnail of a file anew, and show it anew where it is on screen."""
        self.model.forget(path)
        self._fetcher.go_on()
        if path == self._current:
            self.chosen.emit(path)

    def show_identity(self, identity: bool) -> None:
        """Call patients by their names, or by numbers."""
        self.arrangement.show_identity(identity)

    def arrange(self, grouping: Grouping, *, deep: bool) -> None:
        """Group the images or not, and list inner folders with a folder or not."""
        other = deep != self.deep
        self.arrangement.choose(grouping, deep=deep)
        folder = self.model.listing.folder
        if other and folder is not None:
            self.show_folder(folder)

    def set_statuses(self, statuses: Mapping[Path, FileStatus]) -> None:
        """Show how far the analyses are."""
        self.model.set_statuses(statuses)

    def mark(self, path: Path) -> None:
        """Mark the file on screen; list its folder if another one is shown."""
        self._current = path
        self.model.set_on_screen(path)
        if path in self.arrangement.listing.listed:
            self._select(path)
            return
        self._to_reveal = True
        if self._expected != (place := place_of(path)):
            self.show_folder(place)

    def _select(self, path: Path) -> None:
        """Make the row of an image the current one, and bring it into sight, as soon as it has one."""
        if self.model.row(path) is None:
            self.arrangement.unfold(path)
        row = self.model.row(path)
        self._to_reveal = row is None
        if row is None:
            return
        index = self.model.index(row, 0)
        if self.view.currentIndex() != index:
            self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def step(self, by: int) -> None:
        """Choose the image `by` places after the current one in the order of the list, if there is one."""
        images = self.model.layout.images
        place = self.model.layout.places.get(self._current) if self._current is not None else None
        place = place + by if place is not None else 0
        if 0 <= place < len(images):
            self._choose(images[place])
            self._select(images[place])

    def around(self, path: Path) -> Surroundings:
        """Return the files beside one, as far as it is worth to read them in advance."""
        images, place = self.model.layout.images, self.model.layout.places.get(path)
        if place is None:
            return Surroundings()
        before, after = images[max(place - REACH, 0) : place], images[place + 1 : place + 1 + REACH]
        return Surroundings(before[::-1], after)

    def choose_folder(self) -> None:
        """Ask for a folder and list it."""
        start = self.model.listing.folder
        name = QFileDialog.getExistingDirectory(self, "Open folder", str(start or Path.home()))
        if name:
            self.show_folder(Path(name))

    def go_up(self) -> None:
        """List the folder above."""
        folder = self.model.listing.folder or (place_of(self._current) if self._current else None)
        if folder is not None and folder.parent != folder:
            self.show_folder(folder.parent)

    def start_search(self) -> None:
        """Let the user type what is searched."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def close_worker(self) -> None:
        """Stop the threads that list and fetch."""
        self._lister.stop()
        self._fetcher.stop()
        self.arrangement.stop()

    def _take_listing(self, listing: Listing) -> None:
        self._patience.stop()
        if listing.folder is None or listing.folder != self.arrangement.listing.folder:
            self.search.clear()
            self._to_reveal = True
        self.arrangement.take(listing)

    def _show(self) -> None:
        """Show the arrangement that holds now."""
        arrangement, listing = self.arrangement, self.arrangement.listing
        new_place = listing.folder is None or listing.folder != self.model.listing.folder
        anchor, index = self.view.anchor(), self.view.currentIndex()
        current = self.model.entry(index.row()) if index.isValid() else None
        former = self.model.layout.images
        self._updating = True
        self.model.show(listing, arrangement.layout)
        self.view.fit_rows()
        if new_place:
            self.view.scrollToTop()
        else:
            self.view.keep(anchor)
        self._restore_current(current)
        self._updating = False
        self._say_what_is_listed()
        QTimer.singleShot(0, self._fetcher.go_on)
        if former != arrangement.layout.images:
            self.order_changed.emit()
        if self._asked_for_folder and listing.folder is not None:
            self._asked_for_folder = False
            self.folder_shown.emit(listing.folder)

    def _restore_current(self, former: Row | None) -> None:
        """Let the row be the current one that was, else that of the file on screen."""
        layout = self.model.layout
        on_screen = layout.row_of.get(self._current) if self._current is not None else None
        row = layout.find(former) if former is not None else None
        if row is None or (self._to_reveal and on_screen is not None):
            row = on_screen
        if row is None:
            return
        index = self.model.index(row, 0)
        if self.view.currentIndex() != index:
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(index, select)
        if self._to_reveal and row == on_screen:
            self._to_reveal = False
            self.view.scrollTo(index)

    def _say_what_is_listed(self) -> None:
        listing, shown = self.model.listing, len(self.model.layout.images)
        searching = bool(self.search.text().strip())
        self._header.show_listing(listing, shown if searching else None)
        if self.model.rowCount() > 0:
            self._empty.clear()
            self._empty.hide()
            self.view.show()
        elif searching:
            self._say_nothing_listed(f"Nothing matches “{self.search.text().strip()}”.")
        else:
            self._say_nothing_listed("No radiographs in this folder." if listing.complete else "Listing…")

    def _say_nothing_listed(self, text: str) -> None:
        self.view.hide()
        self._empty.setText(text)
        self._empty.show()

    def _fail(self, error: object) -> None:
        self._patience.stop()
        self._asked_for_folder = False
        self.failed.emit(error)

    def _click(self, index: QModelIndex) -> None:
        entry = self.model.entry(index.row())
        if entry.kind is Kind.HEADING:
            self.arrangement.fold(entry.key, not entry.folded)
        else:
            self._enter(index)

    def _enter(self, index: QModelIndex) -> None:
        entry = self.model.entry(index.row())
        if entry.path is not None and entry.kind is Kind.PLACE:
            self.show_folder(entry.path)
        elif entry.path is not None:
            self._choose(entry.path)

    def _current_changed(self, index: QModelIndex, _previous: QModelIndex) -> None:
        if self._updating or not index.isValid() or not self.view.hasFocus():
            return
        entry = self.model.entry(index.row())
        if entry.kind is Kind.IMAGE and entry.path is not None:
            self._choose(entry.path)

    def _choose(self, path: Path) -> None:
        if path != self._current or self.model.has_failed(path):
            # At once, not when it is on screen: a file that cannot be read must not bar the way.
            self._current = path
            self.model.set_on_screen(path)
            self.chosen.emit(path)

    def _choose_first(self) -> None:
        images = self.model.layout.images
        if images:
            self._choose(images[0])
            self._select(images[0])
            self.view.setFocus()

    def _leave_search(self) -> None:
        self.view.setFocus()

    def _open_row_menu(self, position: QPoint) -> None:
        row = self.view.rowAt(position.y())
        if row >= 0 and self.model.path(row) is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            fill_row_menu(menu, self, self.model.entry(row))
            menu.popup(self.view.viewport().mapToGlobal(position))
