"""Reads image files in a process of its own.

Decoders are foreign code that holds Python's lock for a tenth of a second and more, and a hostile file may
make one crash or hang: neither may reach the window.
"""

from __future__ import annotations

import importlib
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cxrviewer.engine.process import OneProcess
from cxrviewer.errors import ImageReadError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxrviewer.imaging.radiograph import Radiograph

PATIENCE = 60.0
"""Seconds after which a file is given up."""

_Answer = TypeVar("_Answer")


class Reader:
    """Owns the reading process: starts it, replaces it when a file breaks it, ends it.

    Its methods may be called from any thread; each waits for its answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: OneProcess | None = None

    @property
    def pid(self) -> int | None:
        """Id of the reading process, None where there is none."""
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Start the process and return at once."""
        with self._lock:
            self._open().submit(_warm_up)

    def read(self, path: Path) -> Radiograph:
        """Read an image file.

        Raises
        ------
        ImageReadError
            As `imaging.open.read_radiograph`; also where the decoder crashes or takes too long.
        """
        with self._lock:
            process = self._open()
            future = process.submit(_read, path)
        radiograph = self._answer(process, future, path)
        radiograph.pixels.flags.writeable = False
        return radiograph

    def thumbnail(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Return a small picture of an image file, as `imaging.open.read_thumbnail`."""
        with self._lock:
            process = self._open()
            future = process.submit(_thumbnail, path, size)
        return self._answer(process, future, path)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _answer(self, process: OneProcess, future: Future[_Answer], path: Path) -> _Answer:
        try:
            return future.result(timeout=PATIENCE)
        except BrokenProcessPool as error:
            if self._process is not process:
                raise CancelledError from None
            self._replace(process)
            raise ImageReadError(
                "The decoder crashed on this file.", "The file is probably damaged: copy it again.", path
            ) from error
        except TimeoutError as error:
            self._replace(process)
            raise ImageReadError(
                f"Reading took longer than {PATIENCE:.0f} seconds and was given up.",
                "The file is probably damaged: copy it again.",
                path,
            ) from error

    def _open(self) -> OneProcess:
        if self._process is None:
            self._process = OneProcess()
        return self._process

    def _replace(self, process: OneProcess) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
        process.end()


def _warm_up() -> None:
    """Import what reading a DICOM file needs."""
    importlib.import_module("cxrviewer.imaging.open")
    importlib.import_module("pydicom.pixels")


def _read(path: Path) -> Radiograph:
    from cxrviewer.imaging.open import read_radiograph

    return read_radiograph(path)


def _thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    from cxrviewer.imaging.open import read_thumbnail

    return read_thumbnail(path, size)
