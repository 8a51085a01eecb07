"""The analysis process: TensorFlow lives there alone, behind an executor.

Started before anything else of the program, so that TensorFlow is imported while the window is
built; nothing heavy is imported here.
"""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING

from cxrviewer.engine import worker
from cxrviewer.engine.process import OneProcess
from cxrviewer.engine.progress import Report, finish
from cxrviewer.errors import EngineError

if TYPE_CHECKING:
    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.explain.request import Request, Result
    from cxrviewer.models.load_request import LoadRequest


class _Run:
    """One run of the analysis process, from its start to its end."""

    def __init__(self, preload: LoadRequest | None) -> None:
        self._process = OneProcess()
        self.unwanted = False
        self.ready: Future[ModelInfo | None] = self._process.submit(worker.warm_up, preload)

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def submit(self, request: Request) -> Future[Result]:
        future = self._process.submit(worker.handle, request)
        self._process.submit(worker.settle)
        return future

    def end(self) -> None:
        self._process.end()


def _ask(run: _Run, request: Request) -> Result:
    return run.submit(request).result()


class Engine:
    """Owns the analysis process: starts it, restarts it when it breaks, ends it.

    Its methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: _Run | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Id of the analysis process, None where there is none."""
        run = self._current
        return run.pid if run is not None else None

    def start(self, preload: LoadRequest | None = None) -> Future[ModelInfo | None]:
        """Start the process where there is none, and return at once.

        Parameters
        ----------
        preload : LoadRequest, optional
            Model to load and to compile first.

        Returns
        -------
        Future
            Done when TensorFlow is imported and the model, if any, is loaded; raises its ModelError.
        """
        with self._lock:
            return self._open(preload).ready

    def submit(self, request: Request) -> Future[Result]:
        """Hand a request over; the process is started where there is none.

        Raises
        ------
        CancelledError
            The engine was closed.
        """
        return self._submit(request)[1]

    def run(self, request: Request, report: Report | None = None) -> Result:
        """Answer a request; where the process breaks, restart it and repeat the request once.

        Parameters
        ----------
        request : Request
            What takes long is gone on with until it is done.
        report : callable, optional
            Told of the progress after each step; its False ends the computation.

        Raises
        ------
        UserError
            The request cannot be answered.
        EngineError
            The process broke twice, or a defect of the program was met.
        CancelledError
            `report` wanted no more, or the process was ended by `kill` or `close` meanwhile.
        """
        for _ in range(2):
            run, future = self._submit(request)
            try:
                return finish(future.result(), partial(_ask, run), report)
            except BrokenProcessPool:
                if run.unwanted:
                    raise CancelledError from None
                self._discard(run)
        raise EngineError(
            "The analysis process ended unexpectedly, twice.",
            "Memory may be short: close other programs, or choose a smaller model.",
        )

    def kill(self) -> None:
        """End the process at once, whatever it is doing; the next request starts another."""
        with self._lock:
            run, self._current = self._current, None
        if run is not None:
            run.unwanted = True
            run.end()

    def close(self) -> None:
        """End the process for good; leaves neither process nor thread behind."""
        self._closed = True
        self.kill()

    def _open(self, preload: LoadRequest | None = None) -> _Run:
        if self._closed:
            raise CancelledError
        if self._current is None:
            self._current = _Run(preload)
        return self._current

    def _submit(self, request: Request) -> tuple[_Run, Future[Result]]:
        """Submit to the process; to another where this one is found broken."""
        with self._lock:
            run = self._open()
            try:
                return run, run.submit(request)
            except BrokenProcessPool:
                self._current = None
            broken, run = run, self._open()
            future = run.submit(request)
        broken.end()
        return run, future

    def _discard(self, run: _Run) -> None:
        with self._lock:
            if self._current is run:
                self._current = None
        run.end()
