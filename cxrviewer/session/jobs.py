"""Jobs as the window tells of them: what was ordered, how far it is, what came of it. Pure, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

from cxrviewer.engine.job import JobProgress
from cxrviewer.errors import UserError
from cxrviewer.session.job_calls import JobResult

_MOST_LINES = 2000
_GO_ON = "What is done is kept: “Go on” does the rest."


class Kind(StrEnum):
    """What a job does, as its name in the window."""

    EVALUATION = "Evaluation"
    STUDY = "Study"
    TRAINING = "Training"
    BATCH = "Batch"
    REPORT = "Report"


class Phase(Enum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self not in (Phase.WAITING, Phase.RUNNING)


@dataclass(frozen=True)
class JobOrder:
    """A job as it was ordered.

    Parameters
    ----------
    kind : Kind
        What it does.
    title : str
        Of what, in a few words: the model, the recipe, the folder.
    output : Path
        Folder that the results go to.
    function : callable
        For `engine.job.Job`; returns a `JobResult`.
    order : object
        Its argument.
    rest : object, optional
        Its argument where the job goes on with what it has left in its folder; None where it cannot.
    """

    kind: Kind
    title: str
    output: Path
    function: Callable[..., Any]
    order: object
    rest: object = None


@dataclass(frozen=True, eq=False)
class JobState:
    """A job as it stands.

    Parameters
    ----------
    number : int
        Tells it from the others of the session.
    order : JobOrder
        As it was ordered.
    fresh : bool
        Whether there was no output folder before.
    phase : Phase
        How far it has come.
    progress : JobProgress or None
        The last that was told.
    lines : tuple of str
        What it said, oldest first.
    started, counted, now : float
        Seconds on a clock that never goes back: its start, its first progress, its last message.
    first : int
        What was done when it was `counted`.
    error : UserError or None
        Why it failed.
    result : JobResult or None
        What it came to, once it is done.
    """

    number: int
    order: JobOrder
    fresh: bool = False
    phase: Phase = Phase.WAITING
    progress: JobProgress | None = None
    lines: tuple[str, ...] = ()
    started: float = 0.0
    counted: float = 0.0
    now: float = 0.0
    first: int = 0
    error: UserError | None = None
    result: JobResult | None = None

    @property
    def page(self) -> Path | None:
        """The page of the results, None while there is none."""
        return self.result.page if self.result is not None else None

    @property
    def model(self) -> Path | None:
        """The model that a training has made, None where there is none."""
        return self.result.model if self.result is not None else None

    @property
    def document(self) -> Path | None:
        """The document that a job has written, None where there is none."""
        return self.result.document if self.result is not None else None

    @property
    def remainder(self) -> JobOrder | None:
        """The order by which it goes on, None where there is nothing to go on with."""
        stopped = self.phase in (Phase.FAILED, Phase.CANCELLED) and self.progress is not None
        return replace(self.order, order=self.order.rest) if stopped and self.order.rest is not None else None

    @property
    def share(self) -> float | None:
        """Share that is done, None while it is not known."""
        if self.progress is None or not self.progress.total:
            return None
        return self.progress.done / self.progress.total

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at the pace so far, None while too little is known."""
        if self.phase is not Phase.RUNNING or self.progress is None or self.progress.done <= self.first:
            return None
        pace = (self.now - self.counted) / (self.progress.done - self.first)
        return pace * (self.progress.total - self.progress.done)


def begun(state: JobState, now: float) -> JobState:
    """Return a job that starts now."""
    return replace(state, phase=Phase.RUNNING, started=now, now=now)


def told(state: JobState, message: object, now: float) -> JobState:
    """Return a job after a message of its process; what is neither progress nor text changes nothing."""
    if isinstance(message, JobProgress):
        if state.progress is None or message.done == state.first:
            # What comes before anything is done is no measure: the model is loaded.
            state = replace(state, counted=now, first=message.done)
        return replace(state, progress=message, now=now)
    if isinstance(message, str):
        return replace(state, lines=(*state.lines, message)[-_MOST_LINES:], now=now)
    return state


def ended(
    state: JobState, now: float, *, result: JobResult | None = None, error: UserError | None = None
) -> JobState:
    """Return a job that is over: done with a result, failed with an error, or cancelled without either."""
    phase = Phase.FAILED if error is not None else Phase.DONE if result is not None else Phase.CANCELLED
    return replace(state, phase=phase, now=now, result=result, error=error)


def duration(seconds: float) -> str:
    """Return a time in the words of a person: "a few seconds", "40 s", "3 min", "2 h 5 min"."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 60:
        return f"{5 * round(seconds / 5)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def progress_words(state: JobState) -> str:
    """Return in one line how a job stands."""
    if state.phase is Phase.WAITING:
        return "Waits for the job before it"
    if state.phase is Phase.FAILED and state.error is not None:
        return str(state.error) if state.remainder is None else f"{state.error} {_GO_ON}"
    if state.phase is Phase.CANCELLED:
        return "Cancelled" if state.remainder is None else f"Cancelled. {_GO_ON}"
    failed = f", {state.progress.failed:,} failed" if state.progress and state.progress.failed else ""
    if state.phase is Phase.DONE:
        return f"Done in {duration(state.now - state.started)}{failed}"
    if state.progress is None:
        return state.lines[-1] if state.lines else "Starting"
    words = f"{state.progress.done:,} of {state.progress.total:,} {state.progress.unit}{failed}"
    left = state.seconds_left
    return words if left is None else f"{words} · {duration(left)} left"
