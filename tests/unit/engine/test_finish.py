"""Going on with what takes long, and ending it."""

from __future__ import annotations

from concurrent.futures import CancelledError
from typing import Any

import material
import pytest

from cxrviewer.engine.progress import finish
from cxrviewer.explain.request import Progress, Request, Result, ResumeRequest


class Asked:
    """Answers with progress, then with what it came to."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.tokens: list[int] = []
        self.result: Any = object()

    def __call__(self, request: Request) -> Result:
        assert isinstance(request, ResumeRequest)
        self.tokens.append(request.token)
        if len(self.tokens) == self.steps:
            result: Result = self.result
            return result
        return progress(len(self.tokens))


def progress(number: int) -> Progress:
    return Progress(7, number / 10, material.prediction())


def test_what_is_done_is_returned_as_it_is() -> None:
    asked = Asked(1)
    assert finish(asked.result, asked, None) is asked.result
    assert asked.tokens == []


def test_it_goes_on_until_it_is_done_and_tells_each_step() -> None:
    asked, told = Asked(4), list[float]()

    def report(step: Progress) -> bool:
        told.append(step.share)
        return True

    assert finish(progress(0), asked, report) is asked.result
    assert asked.tokens == [7] * 4
    assert told == [0, 0.1, 0.2, 0.3]
    assert finish(progress(0), Asked(4), None) is not None


def test_a_report_that_wants_no_more_ends_it_at_once() -> None:
    asked = Asked(4)
    with pytest.raises(CancelledError):
        finish(progress(0), asked, lambda step: step.share < 0.2)
    assert asked.tokens == [7] * 2
