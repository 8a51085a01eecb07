"""A thread that does slow things one after another and keeps only the latest of each kind."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, Signal

from cxrviewer.errors import UserError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a task came to.

    Parameters
    ----------
    kind : str
        Kind of the task.
    token : object
        What it was posted with; tells a wanted result from a stale one.
    value : object
        Its result; None where it failed or was cancelled.
    error : UserError, optional
        Why it failed.
    """

    kind: str
    token: object
    value: object = None
    error: UserError | None = None


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be done, and how its outcome will be called."""

    kind: str
    token: object
    run: Callable[[], object]


class WorkerThread(QThread):
    """Runs tasks in the order of posting; a task not yet begun gives way to a later one of its kind.

    Results arrive as `finished_task` in the thread of the receiver.
    """

    finished_task = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._pending: dict[str, Task] = {}
        self._current: Task | None = None
        self._changed = threading.Condition()
        self._stopping = False

    def post(self, kind: str, token: object, run: Callable[[], object]) -> None:
        """Ask for `run` to be called in the thread; nothing once it is stopped."""
        with self._changed:
            if self._stopping:
                return
            self._pending.pop(kind, None)
            self._pending[kind] = Task(kind, token, run)
            self._changed.notify()
        if not self.isRunning():
            self.start()

    @property
    def current(self) -> Task | None:
        """The task that runs."""
        return self._current

    def drop(self, kind: str) -> None:
        """Forget the task of a kind that has not begun."""
        with self._changed:
            self._pending.pop(kind, None)

    def stop(self) -> None:
        """Let the running task end, drop the others and wait for the thread."""
        with self._changed:
            self._stopping = True
            self._pending.clear()
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        """Work until stopped; called by Qt in the new thread."""
        while (task := self._next()) is not None:
            try:
                outcome = Outcome(task.kind, task.token, value=task.run())
            except UserError as error:
                outcome = Outcome(task.kind, task.token, error=error)
            except CancelledError:
                outcome = Outcome(task.kind, task.token)
            except Exception as error:
                _log.exception("a task of kind %s failed", task.kind)
                text = f"Something unexpected happened ({type(error).__name__})."
                outcome = Outcome(task.kind, task.token, error=UserError(text, "Please report it."))
            self.finished_task.emit(outcome)

    def _next(self) -> Task | None:
        with self._changed:
            self._current = None
            while not self._pending and not self._stopping:
                self._changed.wait()
            if self._stopping:
                return None
            self._current = self._pending.pop(next(iter(self._pending)))
            return self._current
