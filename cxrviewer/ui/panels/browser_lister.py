"""Lists places in a thread of its own, and lists a folder anew when its content changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from cxrviewer.engine.reader import Reader
from cxrviewer.session.containers import list_container
from cxrviewer.session.folder import Listing, Stamp, scan_folder
from cxrviewer.session.places import is_container
from cxrviewer.session.rescan import Rescan, fresh, rescan
from cxrviewer.ui.worker import Outcome, WorkerThread

_DEBOUNCE = 250
_GROWING = 700
"""Milliseconds after which a file must be as it was to count as complete."""
_POLL = 4000
"""Milliseconds between looks at the folder's own time: drives of other machines send no word."""
_WATCHED = 500
"""Folders that the system is asked to watch."""


class Lister(QObject):
    """Tells what a place holds, a first part of it early, and goes on to tell when it changes.

    Parameters
    ----------
    reader : Reader
        Reads archives and indices of discs.
    """

    listed = Signal(object)
    """A `Listing`: of the place that was asked for, growing, or of the same one when it has changed."""
    failed = Signal(object)
    _found = Signal(object, object)

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._token: object = None
        self._listing: Listing | None = None
        self._growing: Mapping[Path, Stamp] = {}
        self._deep = False
        self._times: tuple[int, ...] = ()
        self._thread = WorkerThread("browser", self)
        self._thread.finished_task.connect(self._take)
        self._found.connect(self._tell)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _: self._soon(_DEBOUNCE))
        self._watcher.fileChanged.connect(lambda _: self._soon(_DEBOUNCE))
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.refresh)
        self._poll = QTimer(self, interval=_POLL)
        self._poll.timeout.connect(self._look_at_times)

    def show(self, place: Path, *, deep: bool) -> None:
        """List a folder, an archive or a DICOMDIR; what was asked for before is given up."""
        token = self._token = object()
        self._deep = deep
        self._listing = None
        self._rest()
        self._thread.drop("again")
        self._thread.post("list", token, lambda: self._list(token, place, deep=deep))

    def show_nothing(self) -> None:
        """Give up what was asked for, and watch nothing."""
        self._token, self._listing = None, None
        self._rest()

    def refresh(self) -> None:
        """List the place again."""
        listing, growing, deep = self._listing, self._growing, self._deep
        if listing is None or listing.folder is None:
            return
        if is_container(listing.folder.name):
            self.show(listing.folder, deep=deep)
            return
        self._thread.post("again", self._token, lambda: rescan(listing, growing, deep=deep))

    def stop(self) -> None:
        """Stop watching, and end the thread."""
        self.show_nothing()
        self._thread.stop()

    def _list(self, token: object, place: Path, *, deep: bool) -> None:
        """Tell listings one after another; in the thread."""
        for listing in self._listings(place, deep=deep):
            if self._token is not token:
                raise CancelledError
            self._found.emit(token, listing)

    def _listings(self, place: Path, *, deep: bool) -> Iterator[Listing]:
        if is_container(place.name) and place.is_file():
            yield self._reader.examine(place, list_container, place)
        else:
            yield from scan_folder(place, deep=deep)

    def _tell(self, token: object, listing: Listing) -> None:
        if token is not self._token:
            return
        if listing.complete:
            self._listing = listing
            self._growing = fresh(listing)
            self._watch(listing)
        self.listed.emit(listing)

    def _take(self, outcome: Outcome) -> None:
        if outcome.token is not self._token or outcome.token is None:
            return
        if outcome.kind == "times":
            self._compare_times(outcome.value)
        elif outcome.error is not None:
            # Said once: a folder that is gone is not asked for again.
            self._listing = None
            self._rest()
            self.failed.emit(outcome.error)
        elif isinstance(outcome.value, Rescan):
            former, self._listing = self._listing, outcome.value.listing
            self._growing = outcome.value.growing
            self._watch(self._listing)
            if self._listing is not former:
                self.listed.emit(self._listing)

    def _watch(self, listing: Listing) -> None:
        watched = [str(path) for path in listing.walked[:_WATCHED]]
        if not watched and listing.folder is not None:
            watched = [str(listing.folder)]
        former = self._watcher.directories() + self._watcher.files()
        gone = [path for path in former if path not in watched]
        if gone:
            self._watcher.removePaths(gone)
        missing = [path for path in watched if path not in former]
        if missing:
            self._watcher.addPaths(missing)
        if self._growing:
            self._soon(_GROWING)
        self._poll.start()

    def _soon(self, milliseconds: int) -> None:
        """List again, unless that is about to be done."""
        if not self._again.isActive():
            self._again.start(milliseconds)

    def _rest(self) -> None:
        self._again.stop()
        self._poll.stop()
        self._times = ()
        watched = self._watcher.directories() + self._watcher.files()
        if watched:
            self._watcher.removePaths(watched)

    def _look_at_times(self) -> None:
        listing = self._listing
        if listing is not None and listing.walked:
            walked = listing.walked[:_WATCHED]
            self._thread.post("times", self._token, lambda: _times(walked))

    def _compare_times(self, times: object) -> None:
        assert isinstance(times, tuple)
        former, self._times = self._times, times
        if former and former != times:
            self.refresh()


def _times(folders: tuple[Path, ...]) -> tuple[int, ...]:
    """Return when folders were last changed, 0 for one that cannot be asked."""

    def time_of(folder: Path) -> int:
        try:
            return folder.stat().st_mtime_ns
        except OSError:
            return 0

    return tuple(time_of(folder) for folder in folders)
