"""Images that were read, ready to be shown again; those used longest ago go first."""

from __future__ import annotations

import stat
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import Renderer

Read = Callable[[Path, int], Radiograph]
"""Reads a frame of a file, as `Reader.read`."""


@dataclass(frozen=True)
class _Version:
    """What changes when a file is written anew."""

    modified: int
    size: int


class ImageStore:
    """The images used last, in bounded memory. Its methods may be called from any thread.

    Parameters
    ----------
    limit : int
        Bytes that are kept. An image of more than half of that is never kept.
    """

    def __init__(self, limit: int = 384 * 2**20) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Path, int], tuple[_Version, Renderer]] = OrderedDict()
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the images that are kept."""
        return self._bytes

    def find(self, path: Path, frame: int = 0) -> Renderer | None:
        """Return a renderer of a frame of a file, one that nobody else draws with.

        Returns
        -------
        Renderer or None
            None where the image is not kept, or its file has been changed or removed since.
        """
        with self._lock:
            kept = self._kept.get((path, frame))
        if kept is None:
            return None
        version, renderer = kept
        if _version(path) != version:
            return None
        with self._lock:
            if (path, frame) in self._kept:
                self._kept.move_to_end((path, frame))
        return renderer.twin()

    def fetch(self, read: Read, path: Path, frame: int = 0) -> Renderer:
        """Read a frame of a file, prepare its rendering and keep both; raises as `read`."""
        version = _version(path)
        renderer = Renderer(read(path, frame))
        renderer.prepare()
        if version is not None and renderer.nbytes <= self._limit / 2:
            self._keep((path, frame), version, renderer)
        return renderer.twin()

    def _keep(self, key: tuple[Path, int], version: _Version, renderer: Renderer) -> None:
        with self._lock:
            former = self._kept.pop(key, None)
            if former is not None:
                self._bytes -= former[1].nbytes
            self._kept[key] = version, renderer
            self._bytes += renderer.nbytes
            while self._bytes > self._limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped.nbytes


def _version(path: Path) -> _Version | None:
    """Return the version of a file, of the archive that it lies in; None where there is neither."""
    for place in (path, *path.parents):
        try:
            status = place.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError):
            return None
        return _Version(status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None
    return None
