"""The worker thread: the latest of each kind, and an end that leaves nothing."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from cxrviewer.errors import UserError
from cxrviewer.ui.worker import Outcome, WorkerThread


class Gate:
    """A task that waits until the test opens it."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self._open = threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self._open.wait(20)
        return "gate"

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def outcomes() -> list[Outcome]:
    return []


@pytest.fixture
def worker(qtbot, outcomes: list[Outcome]) -> Iterator[WorkerThread]:
    made = WorkerThread("test")
    made.finished_task.connect(outcomes.append)
    yield made
    made.stop()


def _wait(qtbot, outcomes: list[Outcome], count: int) -> list[Outcome]:
    qtbot.waitUntil(lambda: len(outcomes) >= count, timeout=20_000)
    return outcomes


def _failing(error: BaseException) -> None:
    raise error


def test_what_is_done_is_forgotten(qtbot, worker, outcomes) -> None:
    large = Gate()
    large.open()
    gone = weakref.ref(large)
    worker.post("a", large, large)
    _wait(qtbot, outcomes, 1).clear()
    del large
    qtbot.waitUntil(lambda: gone() is None, timeout=20_000)


def test_a_result_comes_back_with_kind_and_token(qtbot, worker, outcomes) -> None:
    token = object()
    worker.post("sum", token, lambda: 2 + 3)
    outcome = _wait(qtbot, outcomes, 1)[0]
    assert (outcome.kind, outcome.token, outcome.value, outcome.error) == ("sum", token, 5, None)


def test_tasks_run_in_another_thread_one_at_a_time_in_order(qtbot, worker, outcomes) -> None:
    for number in range(20):
        worker.post(f"kind {number}", number, threading.get_ident)
    _wait(qtbot, outcomes, 20)
    assert [outcome.token for outcome in outcomes] == list(range(20))
    threads = {outcome.value for outcome in outcomes}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_only_the_latest_of_a_kind_runs(qtbot, worker, outcomes) -> None:
    gate, ran = Gate(), []
    worker.post("other", 0, gate)
    assert gate.begun.wait(20)
    for number in range(5):
        worker.post("same", number, lambda number=number: ran.append(number))
    gate.open()
    _wait(qtbot, outcomes, 2)
    assert ran == [4]
    assert [outcome.token for outcome in outcomes] == [0, 4]


def test_a_task_posted_anew_stands_at_the_end(qtbot, worker, outcomes) -> None:
    gate = Gate()
    worker.post("gate", 0, gate)
    assert gate.begun.wait(20)
    for kind in ("a", "b", "a"):
        worker.post(kind, kind, lambda: None)
    gate.open()
    assert [outcome.kind for outcome in _wait(qtbot, outcomes, 3)] == ["gate", "b", "a"]


def test_a_task_that_has_begun_is_not_replaced(qtbot, worker, outcomes) -> None:
    gate = Gate()
    worker.post("same", "first", gate)
    assert gate.begun.wait(20)
    worker.post("same", "second", lambda: None)
    gate.open()
    assert [outcome.token for outcome in _wait(qtbot, outcomes, 2)] == ["first", "second"]


def test_what_is_dropped_does_not_run(qtbot, worker, outcomes) -> None:
    gate, ran = Gate(), []
    worker.post("gate", 0, gate)
    assert gate.begun.wait(20)
    worker.post("dropped", 1, lambda: ran.append("dropped"))
    worker.post("kept", 2, lambda: ran.append("kept"))
    worker.drop("dropped")
    worker.drop("never posted")
    gate.open()
    _wait(qtbot, outcomes, 2)
    assert ran == ["kept"]


def test_an_expected_failure_arrives_as_it_is(qtbot, worker, outcomes) -> None:
    error = UserError("The disk is full.", "Free some space.")
    worker.post("write", 0, lambda: _failing(error))
    assert _wait(qtbot, outcomes, 1)[0].error is error


def test_a_defect_is_told_logged_and_does_not_end_the_thread(qtbot, worker, outcomes, caplog) -> None:
    worker.post("a", 0, lambda: _failing(ZeroDivisionError("secret name")))
    worker.post("b", 1, lambda: "goes on")
    first, second = _wait(qtbot, outcomes, 2)
    assert "ZeroDivisionError" in first.error.message
    assert "secret name" not in str(first.error)
    assert first.error.hint
    assert second.value == "goes on"
    assert "a task of kind a failed" in caplog.text


def test_a_cancelled_task_has_neither_value_nor_error(qtbot, worker, outcomes) -> None:
    worker.post("cancelled", 7, lambda: _failing(CancelledError()))
    outcome = _wait(qtbot, outcomes, 1)[0]
    assert (outcome.token, outcome.value, outcome.error) == (7, None, None)


def test_stop_lets_the_running_task_end_and_drops_the_others(worker) -> None:
    gate, ran = Gate(), []
    worker.post("running", 0, gate)
    assert gate.begun.wait(20)
    worker.post("pending", 1, lambda: ran.append("pending"))
    opener = threading.Timer(0.05, gate.open)
    opener.start()
    worker.stop()
    opener.join()
    assert worker.isFinished()
    assert ran == []


def test_stop_before_the_first_task_returns_at_once(worker) -> None:
    worker.stop()
    assert not worker.isRunning()


def test_a_stopped_thread_takes_nothing_more(worker) -> None:
    worker.post("a", 0, lambda: None)
    worker.stop()
    worker.post("b", 1, lambda: pytest.fail("must not run"))
    assert not worker.isRunning()
