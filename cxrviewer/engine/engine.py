"""The analysis process: TensorFlow lives there alone, behind an executor.

Started before anything else of the program, so that TensorFlow is imported while the window is
built; nothing heavy is imported here.
"""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from cxrviewer.engine import worker
from cxrviewer.errors import EngineError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from cxrviewer.explain.request import ModelInfo, Request, Result
    from cxrviewer.models.load_request import LoadRequest


class _TrackingContext(multiprocessing.context.SpawnContext):
    """The spawn context, which remembers the processes it makes: a pool does not tell them."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]
        process = multiprocessing.context.SpawnProcess(*args, **kwargs)
        self.made.append(process)
        return process


class _Pool:
    """One analysis process and the executor in front of it."""

    def __init__(self, preload: LoadRequest | None) -> None:
        self._context = _TrackingContext()
        self._executor = ProcessPoolExecutor(1, mp_context=self._context, initializer=worker.begin)
        self.unwanted = False
        self.ready: Future[ModelInfo | None] = self._executor.submit(worker.warm_up, preload)

    @property
    def pid(self) -> int | None:
        return next((process.pid for process in self._context.made if process.is_alive()), None)

    def submit(self, request: Request) -> Future[Result]:
        future = self._executor.submit(worker.handle, request)
        self._executor.submit(worker.settle)
        return future

    def end(self) -> None:
        """End the process at once, as it holds nothing that is to be kept, and wait until it is gone."""
        for process in self._context.made:
            process.kill()
        self._executor.shutdown(wait=True, cancel_futures=True)


class Engine:
    """Owns the analysis process: starts it, restarts it when it breaks, ends it.

    Its methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: _Pool | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Id of the analysis process, None where there is none."""
        pool = self._pool
        return pool.pid if pool is not None else None

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

    def run(self, request: Request) -> Result:
        """Answer a request; where the process breaks, restart it and repeat the request once.

        Raises
        ------
        UserError
            The request cannot be answered.
        EngineError
            The process broke twice, or a defect of the program was met.
        CancelledError
            The process was ended by `kill` or `close` meanwhile.
        """
        for _ in range(2):
            pool, future = self._submit(request)
            try:
                return future.result()
            except BrokenProcessPool:
                if pool.unwanted:
                    raise CancelledError from None
                self._discard(pool)
        raise EngineError(
            "The analysis process ended unexpectedly, twice.",
            "Memory may be short: close other programs, or choose a smaller model.",
        )

    def kill(self) -> None:
        """End the process at once, whatever it is doing; the next request starts another."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.unwanted = True
            pool.end()

    def close(self) -> None:
        """End the process for good; leaves neither process nor thread behind."""
        self._closed = True
        self.kill()

    def _open(self, preload: LoadRequest | None = None) -> _Pool:
        if self._closed:
            raise CancelledError
        if self._pool is None:
            self._pool = _Pool(preload)
        return self._pool

    def _submit(self, request: Request) -> tuple[_Pool, Future[Result]]:
        """Submit to the process; to another where this one is found broken."""
        with self._lock:
            pool = self._open()
            try:
                return pool, pool.submit(request)
            except BrokenProcessPool:
                self._pool = None
            broken, pool = pool, self._open()
            future = pool.submit(request)
        broken.end()
        return pool, future

    def _discard(self, pool: _Pool) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.end()
