"""A thread that does slow things one after another and keeps only the latest of each kind and lane."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, Signal

from cxrviewer.errors import UserError
from cxrviewer.ui.crash import crash_report, debugging

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
    lane : int
        For whom it was done.
    """

    kind: str
    token: object
    value: object = None
    error: UserError | None = None
    lane: int = 0


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be done, for whom, and how its outcome will be called."""

    kind: str
    token: object
    run: Callable[[], object]
    lane: int = 0


class WorkerThread(QThread):
    """Runs tasks in the order of posting; a task not yet begun gives way to a later one of its kind and lane.

    Results arrive as `finished_task` in the thread of the receiver. Lanes are those who have tasks done: the
    tasks of the preferred one come before those of the others.
    """

    finished_task = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._pending: dict[tuple[int, str], Task] = {}
        self._preferred = 0
        self._current: Task | None = None
        self._changed = threading.Condition()
        self._stopping = False

    def post(self, kind: str, token: object, run: Callable[[], object], lane: int = 0) -> None:
        """Ask for `run` to be called in the thread; nothing once it is stopped."""
        with self._changed:
            if self._stopping:
                return
            self._pending.pop((lane, kind), None)
            self._pending[lane, kind] = Task(kind, token, run, lane)
            self._changed.notify()
        if not self.isRunning():
            self.start()

    @property
    def current(self) -> Task | None:
        """The task that runs."""
        return self._current

    def prefer(self, lane: int) -> None:
        """Have the tasks of a lane done before all others."""
        with self._changed:
            self._preferred = lane

    def drop(self, kind: str, lane: int = 0) -> None:
        """Forget the task of a kind and lane that has not begun."""
        with self._changed:
            self._pending.pop((lane, kind), None)

    def stop(self) -> None:
        """Let the running task end, drop the others and wait for the thread."""
        with self._changed:
            self._stopping = True
            self._pending.clear()
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        """Work until stopped; called by Qt in the new thread."""
        while self._work():
            pass

    def _work(self) -> bool:
        """Do the next task, and forget it: it may hold large images; return False once stopped."""
        task = self._next()
        if task is None:
            return False
        try:
            outcome = Outcome(task.kind, task.token, value=task.run(), lane=task.lane)
        except UserError as error:
            outcome = Outcome(task.kind, task.token, error=error, lane=task.lane)
        except CancelledError:
            outcome = Outcome(task.kind, task.token, lane=task.lane)
        except Exception as error:
            # Without the error's own text, which may quote what a patient's file says.
            report = crash_report(error, error.__traceback__)
            _log.error("a task of kind %s failed\n%s", task.kind, report, exc_info=debugging())
            text = f"Something unexpected happened ({type(error).__name__})."
            unknown = UserError(text, "Please report it.")
            outcome = Outcome(task.kind, task.token, error=unknown, lane=task.lane)
        self.finished_task.emit(outcome)
        return True

    def _next(self) -> Task | None:
        with self._changed:
            self._current = None
            while not self._pending and not self._stopping:
                self._changed.wait()
            if self._stopping:
                return None
            preferred = (key for key in self._pending if key[0] == self._preferred)
            self._current = self._pending.pop(next(preferred, next(iter(self._pending))))
            return self._current
