"""Work of minutes or hours in a process of its own, which tells how far it is and can be ended at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from cxrviewer.engine.process import begin
from cxrviewer.errors import EngineError, UserError, first_line

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")

Tell = Callable[[object], None]
"""Takes a `JobProgress`, a line of text, or whatever else pickles."""

_NICE = 10
"""How far the viewer goes before a job: the niceness of Unix."""
_PAUSE = 0.1
"""Seconds between two notes of progress."""
_PATIENCE = 5.0
"""Seconds in which a process that was killed is gone."""


@dataclass(frozen=True)
class JobProgress:
    """So much of so much is done, counted in units: "images", "epochs"; of that, so much has failed."""

    done: int
    total: int
    unit: str = "images"
    failed: int = 0


@dataclass(frozen=True)
class _Ending:
    """The last thing that a process says: its answer, or why there is none."""

    answer: object = None
    error: UserError | None = None


class Job:
    """One call of a module's function in a process of its own.

    Unlike a call to `OneProcess` it tells what goes on, has processes of its own, if it likes, and is less
    urgent than the window.

    Parameters
    ----------
    function : callable
        Its first argument is a `Tell`. It leaves files that are whole or not there, whenever it is ended, or
        that it can go on from.
    arguments
        Pickle.
    """

    def __init__(
        self,
        function: Callable[Concatenate[Tell, _Arguments], _Answer],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> None:
        self._call = (function, arguments, named)
        self._lock = threading.Lock()
        self._cancelled = False
        self._process: SpawnProcess | None = None

    @property
    def pid(self) -> int | None:
        """Id of the process, None before it starts and after it ends."""
        process = self._process
        return process.pid if process is not None and process.is_alive() else None

    def run(self, tell: Tell) -> Any:
        """Start the process, hand on what it tells, and return the function's answer; once.

        Parameters
        ----------
        tell : callable
            Called in this thread with each message.

        Raises
        ------
        UserError
            The function's own, or an `EngineError` where it met a defect or its process broke.
        CancelledError
            The job was cancelled.
        """
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        with receiver, sender:
            with self._lock:
                if self._cancelled:
                    raise CancelledError
                # Not a daemon: those may have no processes of their own.
                process = context.Process(target=_work, args=(sender, *self._call), name="job")
                process.start()
                self._process = process
            # Else nothing would tell that the other end is gone.
            sender.close()
            try:
                ending = _listen(receiver, tell)
            finally:
                _end(process)
        if ending is not None and ending.error is not None:
            raise ending.error
        if ending is not None:
            return ending.answer
        if self._cancelled:
            raise CancelledError
        raise EngineError(
            "The process of this job ended unexpectedly.",
            "Memory may be short: close other programs, or take fewer or smaller images at a time.",
        )

    def cancel(self) -> None:
        """End the process at once, with those that it has started; from any thread."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                _end(self._process)


def _listen(receiver: Connection, tell: Tell) -> _Ending | None:
    """Hand messages on until the last; None where the process ended without one."""
    while True:
        try:
            message = receiver.recv()
        except (EOFError, OSError):
            return None
        if isinstance(message, _Ending):
            return message
        tell(message)


def _end(process: SpawnProcess) -> None:
    if process.is_alive():
        _kill_group(process.pid)
        process.kill()
    process.join(_PATIENCE)


def _kill_group(pid: int | None) -> None:
    """Kill a process that leads a group, and all of the group."""
    if sys.platform != "win32" and pid is not None:
        # It has none in its first moments.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _work(sender: Connection, function: Callable[..., object], arguments: Any, named: Any) -> None:
    """Call the function; in the process."""
    _step_back()
    speaker = _Speaker(sender)
    try:
        ending = _Ending(function(speaker.tell, *arguments, **named))
    except UserError as error:
        ending = _Ending(error=error)
    except Exception as error:
        message = f"The job failed: {type(error).__name__}: {first_line(error)}"
        ending = _Ending(error=EngineError(message, "Please report this."))
    speaker.end(ending)


def _step_back() -> None:
    """Lead a group of processes that ends as a whole, and leave the processor to the window."""
    if sys.platform == "win32":
        begin()
        return
    os.setsid()
    os.nice(_NICE)
    begin(lambda: os.killpg(0, signal.SIGKILL))


class _Speaker:
    """Sends what a function tells, from any of its threads; of progress no more than a window can show."""

    def __init__(self, sender: Connection) -> None:
        self._sender = sender
        self._lock = threading.Lock()
        self._told = 0.0

    def tell(self, message: object) -> None:
        now = time.monotonic()
        if isinstance(message, JobProgress) and message.done < message.total:
            if now - self._told < _PAUSE:
                return
            self._told = now
        with self._lock:
            self._sender.send(message)

    def end(self, ending: _Ending) -> None:
        with self._lock:
            self._sender.send(ending)
