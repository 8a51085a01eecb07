"""The file of several frames that was read last: the next image that is wanted is likely another of them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cxrviewer.imaging import archive
from cxrviewer.imaging.radiograph import Radiograph

LARGEST = 512 * 1024**2
"""Bytes of a file that is kept."""
PATIENCE = 8
"""Other files that may be read in between: those beside it are read ahead."""

Stamp = tuple[int, int, int]


class Frames(Protocol):
    """A file whose frames can be read."""

    @property
    def frames(self) -> int:
        """How many there are."""

    def read(self, frame: int) -> Radiograph:
        """Return one, counted from 0."""


class RecentFile:
    """Keeps one file parsed and in memory, until another takes its place or it is not asked for any more."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._stamp: Stamp | None = None
        self._file: Frames | None = None
        self._others = 0

    def find(self, path: Path) -> Frames | None:
        """Return the file, None where it is another one or has changed on the disk."""
        same = self._stamp is not None and path == self._path and _stamp(path) == self._stamp
        self._others = 0 if same else self._others + 1
        if self._others > PATIENCE:
            self._file = None
        return self._file if same else None

    def keep(self, path: Path, file: Frames, size: int) -> None:
        """Keep a file of so many bytes, if it has several frames and is not too large."""
        if file.frames > 1 and size <= LARGEST:
            self._path, self._stamp, self._file, self._others = path, _stamp(path), file, 0


def _stamp(path: Path) -> Stamp | None:
    """Return what changes when a file, or the archive that it lies in, is written; None where it is gone."""
    inside = archive.split(path)
    try:
        status = (path if inside is None else inside[0]).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
