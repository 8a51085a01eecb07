"""Going on with what takes long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cxrviewer.explain.request import Progress, Request, Result

Report: TypeAlias = "Callable[[Progress], bool]"


def finish(answer: Result, ask: Callable[[Request], Result], report: Report | None) -> Result:
    """Resume a computation until it is done, and return what it came to.

    Parameters
    ----------
    answer : Result
        The first answer to a request.
    ask : callable
        Answers the next one.
    report : callable, optional
        Told of the progress after each step; its False ends the computation.

    Raises
    ------
    CancelledError
        `report` wanted no more.
    """
    from cxrviewer.explain.request import Progress, ResumeRequest

    while isinstance(answer, Progress):
        if report is not None and not report(answer):
            raise CancelledError
        answer = ask(ResumeRequest(answer.token))
    return answer
