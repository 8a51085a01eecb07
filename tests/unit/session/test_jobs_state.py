"""Jobs as the window tells of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cxrviewer.engine.job import JobProgress
from cxrviewer.errors import UserError
from cxrviewer.session.job_calls import JobResult
from cxrviewer.session.jobs import (
    JobOrder,
    JobState,
    Kind,
    Phase,
    begun,
    duration,
    ended,
    progress_words,
    told,
)

ORDER = JobOrder(Kind.STUDY, "Small", Path("out"), print, None)


def test_the_time_left_follows_the_pace_since_the_first_count() -> None:
    state = begun(JobState(1, ORDER), 100.0)
    assert progress_words(state) == "Starting"
    state = told(state, "loading", 120.0)
    assert progress_words(state) == "loading"
    state = told(state, JobProgress(10, 60), 130.0)
    assert state.seconds_left is None, "how long the model took to load says nothing"
    state = told(state, JobProgress(20, 60), 140.0)
    assert state.seconds_left == pytest.approx(40.0)
    assert state.share == pytest.approx(1 / 3)
    assert progress_words(state) == "20 of 60 images · 40 s left"


def test_a_run_that_goes_on_counts_from_where_it_was() -> None:
    state = told(begun(JobState(1, ORDER), 0.0), JobProgress(900, 1000), 1.0)
    # Again, when its model is there.
    state = told(state, JobProgress(900, 1000), 21.0)
    state = told(state, JobProgress(910, 1000, failed=2), 22.0)
    assert state.seconds_left == pytest.approx(9.0)
    assert progress_words(state) == "910 of 1,000 images, 2 failed · 10 s left"


def test_a_job_ends_in_one_of_three_ways() -> None:
    state = begun(JobState(1, ORDER), 10.0)
    done = ended(state, 95.0, result=JobResult(Path("page.html")))
    assert (done.phase, done.page, progress_words(done)) == (Phase.DONE, Path("page.html"), "Done in 1 min")
    failed = ended(state, 11.0, error=UserError("No.", "Try again."))
    assert (failed.phase, progress_words(failed)) == (Phase.FAILED, "No. Try again.")
    assert progress_words(ended(state, 11.0)) == "Cancelled"
    batch = replace(state, order=replace(ORDER, kind=Kind.BATCH, rest="rest"), progress=JobProgress(3, 9))
    stopped = ended(batch, 11.0)
    assert "“Go on” does the rest" in progress_words(stopped)
    assert stopped.remainder == replace(batch.order, order="rest")
    assert batch.remainder is None
    assert all(each.phase.over for each in (done, failed))
    assert not state.phase.over


def test_what_is_neither_progress_nor_text_changes_nothing() -> None:
    state = begun(JobState(1, ORDER), 0.0)
    assert told(state, object(), 1.0) is state


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "a few seconds"), (12, "10 s"), (59, "60 s"), (200, "3 min"), (7500, "2 h 5 min")],
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words
