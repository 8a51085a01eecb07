"""A process that reads files one at a time, with limits to its time and memory."""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from cxrviewer.engine.process import OneProcess
from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.limits import MAX_MEMORY_BYTES
from cxrviewer.models.memory import keep_freed_memory, limit_memory

_DAMAGED = "The file is probably damaged: copy it again."
_NICE = 5
_STARTING = 60.0
"""Seconds in which a process must have started."""

_Answer = TypeVar("_Answer")


class ReadingProcess:
    """Starts a process, replaces it when a file breaks it, ends it.

    Its methods may be called from any thread. Files are read one at a time, so that a crash or a delay is
    never laid on a file that only stood in the queue.

    Parameters
    ----------
    background : bool
        Whether the process gives way to all others of the program.
    """

    def __init__(self, *, background: bool = False) -> None:
        self._background = background
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: OneProcess | None = None
        self._prepared: Future[None] = Future()
        self._unwanted: OneProcess | None = None
        self._busy_since: float | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Id of the process, None where there is none."""
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Start the process where there is none, and return at once.

        Raises
        ------
        CancelledError
            The process was closed.
        """
        with self._lock:
            self._running()

    def call(
        self, path: Path, function: Callable[..., _Answer], *arguments: object, patience: float
    ) -> _Answer:
        """Call a module's function in the process; where the process ends, once more in another one.

        Parameters
        ----------
        path : Path
            The file that messages name.
        function : callable
            Takes `arguments`.
        patience : float
            Seconds after which the file is given up.

        Raises
        ------
        ImageReadError
            The decoder crashed or took too long; or what the function raises.
        CancelledError
            The process was closed, or the call abandoned.
        """
        with self._turn:
            for _ in range(2):
                process, future = self._submit(function, *arguments)
                # That the process takes long to start on a busy machine is no fault of the file.
                wait((self._prepared,), timeout=_STARTING)
                try:
                    self._busy_since = time.monotonic()
                    return future.result(timeout=patience)
                except BrokenProcessPool:
                    if self._closed or self._unwanted is process:
                        raise CancelledError from None
                    self._replace(process)
                except TimeoutError as error:
                    self._replace(process)
                    text = f"Reading took longer than {patience:.0f} seconds and was given up."
                    raise ImageReadError(text, _DAMAGED, path) from error
                finally:
                    self._busy_since = None
        raise ImageReadError("The decoder crashed on this file.", _DAMAGED, path)

    def abandon(self, after: float) -> None:
        """End a call that has lasted longer than `after` seconds: the next one need not wait for it.

        Returns at once, whatever the process is doing.
        """
        since = self._busy_since
        if since is None or time.monotonic() - since < after:
            return
        with self._lock:
            process, self._process = self._process, None
            self._unwanted = process
        if process is not None:
            threading.Thread(target=process.end, name="abandon", daemon=True).start()

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _running(self) -> OneProcess:
        if self._closed:
            raise CancelledError
        if self._process is None:
            self._process = OneProcess()
            self._prepared = self._process.submit(_prepare, self._background)
        return self._process

    def _submit(
        self, function: Callable[..., _Answer], *arguments: object
    ) -> tuple[OneProcess, Future[_Answer]]:
        with self._lock:
            process = self._running()
            try:
                return process, process.submit(function, *arguments)
            except BrokenProcessPool as error:
                broken: Future[_Answer] = Future()
                broken.set_exception(error)
                return process, broken

    def _replace(self, process: OneProcess) -> None:
        """End a process and have another one ready when it is needed."""
        with self._lock:
            if self._process is process:
                self._process = None
                if not self._closed:
                    self._running()
        process.end()


def _prepare(background: bool) -> None:
    """Set the limits, and import what reading a DICOM file needs."""
    limit_memory(MAX_MEMORY_BYTES)
    keep_freed_memory()
    if background and hasattr(os, "nice"):
        os.nice(_NICE)
    importlib.import_module("cxrviewer.imaging.open")
    importlib.import_module("pydicom.pixels")
