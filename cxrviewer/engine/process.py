"""One spawned process behind an executor, which can be ended at once."""

from __future__ import annotations

import multiprocessing
import multiprocessing.context
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


_PATIENCE = 0.25
"""Seconds in which an executor shuts down, unless it is stuck."""


class _Process(multiprocessing.context.SpawnProcess):
    """A process that does not begin with the script of the user, which may lack a guard against that."""

    def start(self) -> None:
        main = sys.modules["__main__"]
        spec, file = getattr(main, "__spec__", None), vars(main).pop("__file__", None)
        main.__spec__ = None
        try:
            super().start()
        finally:
            main.__spec__ = spec
            if file is not None:
                main.__file__ = file


class _TrackingContext(multiprocessing.context.SpawnContext):
    """The spawn context, which remembers the processes it makes: a pool does not tell them."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]
        process = _Process(*args, **kwargs)
        self.made.append(process)
        return process


class OneProcess:
    """A process that answers calls one after another; started by the first call."""

    def __init__(self) -> None:
        self._context = _TrackingContext()
        self._executor = ProcessPoolExecutor(1, mp_context=self._context, initializer=begin)

    @property
    def pid(self) -> int | None:
        """Id of the process, None before it starts and after it ends."""
        return next((process.pid for process in self._context.made if process.is_alive()), None)

    def submit(
        self,
        function: Callable[_Arguments, _Answer],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> Future[_Answer]:
        """Have a module's function called in the process.

        Raises
        ------
        BrokenProcessPool
            The process has ended, by itself or by `end`.
        """
        try:
            return self._executor.submit(function, *arguments, **named)
        except BrokenProcessPool:
            raise
        except RuntimeError as error:
            # What an executor says that was shut down meanwhile.
            raise BrokenProcessPool(str(error)) from error

    def end(self) -> None:
        """End the process at once, as it holds nothing that is to be kept, and wait until it is gone."""
        # What the executor lets go of when it shuts down.
        manager = getattr(self._executor, "_executor_manager_thread", None)
        requests = getattr(self._executor, "_call_queue", None)
        results = getattr(self._executor, "_result_queue", None)
        for process in self._context.made:
            process.kill()
        self._executor.shutdown(wait=False, cancel_futures=True)
        if manager is None:
            return
        manager.join(_PATIENCE)
        if manager.is_alive() and requests is not None:
            # A request is being written to a process that is gone. Before Python 3.11.5 nothing ends that
            # (python/cpython issue 94777).
            requests._reader.close()
        if manager.is_alive() and results is not None:
            # Half an answer was written by a process that is gone. Its reader waits for the rest for as long
            # as this process keeps an end to write to.
            results._writer.close()
        manager.join()


def begin(end: Callable[[], object] | None = None) -> None:
    """Prepare a process: leave Ctrl+C to the parent, and end when the parent has, by `end` if given."""
    # Before numpy is imported. Its other threads would go on turning for 30 ms after each product of
    # matrices, in the way of TensorFlow and the decoders.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(end,), name="watchdog", daemon=True).start()


def _end_with_parent(end: Callable[[], object] | None) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        if end is not None:
            end()
        os._exit(0)
