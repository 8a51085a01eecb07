"""The jobs of a window: one runs at a time, the others wait."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from cxrviewer.engine.job import Job
from cxrviewer.paths import remove_parts
from cxrviewer.session.job_calls import JobResult
from cxrviewer.session.jobs import JobOrder, JobState, Phase, begun, ended, told
from cxrviewer.ui.worker import Outcome, WorkerThread


@dataclass(frozen=True, eq=False)
class _Message:
    """What a job told, None when it starts."""

    number: int
    content: object = None


class Jobs(QObject):
    """Runs jobs one after another, and keeps what they have come to.

    `changed` tells of a job's new state, `told` of a message that is neither progress nor text.
    """

    added = Signal(object)
    changed = Signal(object)
    told = Signal(int, object)
    _heard = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.states: dict[int, JobState] = {}
        self._jobs: dict[int, Job] = {}
        self._worker = WorkerThread("jobs", self)
        self._worker.finished_task.connect(self._finish)
        # From the thread that waits for the process to this one.
        self._heard.connect(self._hear)

    @property
    def running(self) -> tuple[JobState, ...]:
        """The job that runs and those that wait."""
        return tuple(state for state in self.states.values() if not state.phase.over)

    def start(self, order: JobOrder) -> JobState:
        """Put a job behind those that are there."""
        number = len(self.states) + 1
        state = JobState(number, order, fresh=not order.output.exists())
        job = Job(order.function, order.order)
        self.states[number], self._jobs[number] = state, job
        self.added.emit(state)
        self._worker.post(f"job {number}", number, partial(self._run, number, job))
        return state

    def cancel(self, number: int) -> None:
        """End a job at once, or have it never begin."""
        self._jobs[number].cancel()
        self._worker.drop(f"job {number}")
        if self.states[number].phase is Phase.WAITING:
            self._end(number, ended(self.states[number], time.monotonic()))

    def shut_down(self) -> None:
        """End all jobs and the thread; leaves no process behind."""
        for state in self.running:
            self._jobs[state.number].cancel()
        self._worker.stop()
        for state in self.running:
            _tidy(state)

    def _run(self, number: int, job: Job) -> object:
        """Run a job; in the thread."""
        self._heard.emit(_Message(number))
        return job.run(lambda content: self._heard.emit(_Message(number, content)))

    def _hear(self, message: object) -> None:
        assert isinstance(message, _Message)
        state, now = self.states[message.number], time.monotonic()
        if state.phase.over:
            return
        after = begun(state, now) if message.content is None else told(state, message.content, now)
        if after is state:
            self.told.emit(message.number, message.content)
        else:
            self._take(after)

    def _finish(self, outcome: Outcome) -> None:
        number = outcome.token
        assert isinstance(number, int)
        state = self.states[number]
        if not state.phase.over:
            result = outcome.value if isinstance(outcome.value, JobResult) else None
            self._end(number, ended(state, time.monotonic(), result=result, error=outcome.error))

    def _end(self, number: int, state: JobState) -> None:
        del self._jobs[number]
        _tidy(state)
        self._take(state)

    def _take(self, state: JobState) -> None:
        self.states[state.number] = state
        self.changed.emit(state)


def _tidy(state: JobState) -> None:
    """Take away what a process that was ended could not."""
    if state.phase is Phase.DONE:
        return
    remove_parts(state.order.output)
    if state.fresh:
        with contextlib.suppress(OSError):  # There are results in it, or it was never made.
            state.order.output.rmdir()
