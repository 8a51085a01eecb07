"""Long work in a process of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import errands
import pytest

from cxrviewer.engine.job import Job, JobProgress
from cxrviewer.errors import EngineError, UserError


def _ignore(_message: object) -> None:
    pass


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def _gone(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        # What its parent has not taken note of yet is as good as gone.
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    return True


def test_a_job_tells_how_far_it_is_and_answers() -> None:
    heard: list[object] = []
    assert Job(errands.count, 20_000).run(heard.append) == "counted"
    assert heard[0] == "counting"
    counted = [message for message in heard if isinstance(message, JobProgress)]
    assert counted[-1] == JobProgress(20_000, 20_000), "the end is always told"
    assert [each.done for each in counted] == sorted(each.done for each in counted)
    assert len(counted) < 200, "no more is told than can be shown"


def test_an_expected_failure_arrives_whole(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="empty") as caught:
        Job(errands.fail, tmp_path).run(_ignore)
    assert (caught.value.hint, caught.value.path) == ("Give another one.", tmp_path)


def test_a_defect_and_a_crash_are_told() -> None:
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        Job(errands.stumble).run(_ignore)
    heard: list[object] = []
    with pytest.raises(EngineError, match="ended unexpectedly"):
        Job(errands.crash).run(heard.append)
    assert heard == ["about to end"]


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is of Unix")
def test_the_window_goes_before_a_job() -> None:
    assert Job(errands.niceness).run(_ignore) >= os.nice(0) + 10 or os.nice(0) > 9


def test_cancelling_ends_a_job_and_the_processes_it_has_started(tmp_path: Path) -> None:
    job = Job(errands.breed, tmp_path)
    heard: list[object] = []
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(job.run, heard.append)
        _wait_for(lambda: bool(heard))
        pids = heard[0]
        assert isinstance(pids, tuple)
        assert job.pid == pids[0]
        job.cancel()
        with pytest.raises(CancelledError):
            answer.result(timeout=20)
    assert job.pid is None
    _wait_for(lambda: all(_gone(pid) for pid in pids))


def test_a_job_that_is_cancelled_before_it_begins_never_does(tmp_path: Path) -> None:
    job = Job(errands.breed, tmp_path)
    job.cancel()
    with pytest.raises(CancelledError):
        job.run(_ignore)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_job_ends_with_the_program_however_that_ends(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, errands.__file__, str(tmp_path)])
    written = tmp_path / "pids"
    _wait_for(lambda: written.exists() and len(written.read_text().split()) == 2)
    owner.kill()
    owner.wait(20)
    pids = [int(word) for word in written.read_text().split()]
    _wait_for(lambda: all(_gone(pid) for pid in pids))


def test_cancelling_twice_and_after_the_end_does_nothing() -> None:
    job = Job(errands.count, 3)
    assert job.run(_ignore) == "counted"
    ending = threading.Thread(target=job.cancel)
    ending.start()
    job.cancel()
    ending.join(20)
    assert not ending.is_alive()
