"""Reads image files in a process of its own.

Decoders are foreign code that holds Python's lock for a tenth of a second and more, and a hostile file may
make one crash or hang: neither may reach the window.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from cxrviewer.engine.process import OneProcess
from cxrviewer.errors import ImageReadError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxrviewer.imaging.radiograph import Radiograph

PATIENCE = 60.0
"""Seconds after which a file is given up."""

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


class Reader:
    """Owns the reading process: starts it, replaces it when a file breaks it, ends it.

    Its methods may be called from any thread; each waits for its answer. Files are read one at a time, so
    that a crash or a delay is never laid on a file that only stood in the queue.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: OneProcess | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Id of the reading process, None where there is none."""
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Start the process and return at once."""
        self._submit(_warm_up)

    def read(self, path: Path) -> Radiograph:
        """Read an image file.

        Raises
        ------
        ImageReadError
            As `imaging.open.read_radiograph`; also where the decoder crashes or takes too long.
        CancelledError
            The reader was closed.
        """
        radiograph = self._call(path, _read, path)
        # What crosses between processes arrives writable.
        radiograph.pixels.flags.writeable = False
        for table in (radiograph.grayscale.modality, *radiograph.grayscale.voi_luts):
            values = getattr(table, "values", None)
            if values is not None:
                values.flags.writeable = False
        return radiograph

    def thumbnail(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Return a small picture of an image file, as `imaging.open.read_thumbnail`; raises as `read`."""
        return self._call(path, _thumbnail, path, size)

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _call(
        self,
        path: Path,
        function: Callable[_Arguments, _Answer],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Answer:
        """Call a function in the process; where the process ends, once more in another one."""
        hint = "The file is probably damaged: copy it again."
        with self._turn:
            for _ in range(2):
                process, future = self._submit(function, *arguments, **named)
                try:
                    return future.result(timeout=PATIENCE)
                except BrokenProcessPool:
                    if self._closed:
                        raise CancelledError from None
                    self._discard(process)
                except TimeoutError as error:
                    self._discard(process)
                    text = f"Reading took longer than {PATIENCE:.0f} seconds and was given up."
                    raise ImageReadError(text, hint, path) from error
        raise ImageReadError("The decoder crashed on this file.", hint, path)

    def _submit(
        self,
        function: Callable[_Arguments, _Answer],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> tuple[OneProcess, Future[_Answer]]:
        with self._lock:
            if self._closed:
                raise CancelledError
            if self._process is None:
                self._process = OneProcess()
            process = self._process
            try:
                return process, process.submit(function, *arguments, **named)
            except BrokenProcessPool as error:
                broken: Future[_Answer] = Future()
                broken.set_exception(error)
                return process, broken

    def _discard(self, process: OneProcess) -> None:
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
