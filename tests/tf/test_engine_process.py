"""The analysis process: it answers, breaks, recovers and goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from questions import asked

from cxrviewer.engine.engine import Engine
from cxrviewer.engine.progress import finish
from cxrviewer.errors import EngineError, ExplainError, ModelError
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest, Progress
from cxrviewer.explain.target import of_label

psutil = pytest.importorskip("psutil")

PATIENCE = 60.0


@pytest.fixture(scope="module")
def running(saved: Callable[[Any], Path]) -> Iterator[tuple[Engine, LoadRequest]]:
    """Return an engine that has loaded a model."""
    load = LoadRequest(str(saved(builders.randomise(builders.flat()))))
    engine = Engine()
    engine.start(load).result(PATIENCE)
    yield engine, load
    engine.close()


def gone(pid: int) -> bool:
    """Look until a process has ended.

    Not by `psutil.Process.wait`: it takes the exit status, and who made the process would think it alive for
    ever.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_the_process_answers_as_this_one_does(running: tuple[Engine, LoadRequest], image: Any) -> None:
    engine, load = running
    here = Explainer()
    for request in (load, asked(load, image), asked(load, image, method="hires-cam", target=of_label(1))):
        there, expected = engine.run(request), here.handle(request)
        if isinstance(request, LoadRequest):
            assert there == expected
        else:
            np.testing.assert_allclose(
                there.attribution.values, expected.attribution.values, rtol=1e-5, atol=1e-7
            )
            np.testing.assert_allclose(there.prediction.logits, expected.prediction.logits, rtol=1e-5)
    assert engine.pid not in (None, os.getpid())


@pytest.mark.skipif(sys.platform != "linux", reason="there is such a limit on Linux alone")
def test_the_process_may_not_take_all_memory(running: tuple[Engine, LoadRequest]) -> None:
    engine, _ = running
    limit, _ = psutil.Process(engine.pid).rlimit(psutil.RLIMIT_DATA)
    assert 0 < limit < psutil.virtual_memory().total


def test_a_killed_process_is_replaced_during_a_run(running: tuple[Engine, LoadRequest], image: Any) -> None:
    engine, load = running
    expected = engine.run(asked(load, image)).attribution.values
    first = engine.pid
    os.kill(first, signal.SIGSTOP)
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(engine.run(asked(load, image))))
    thread.start()
    os.kill(first, signal.SIGKILL)
    thread.join(PATIENCE)
    assert engine.pid != first
    np.testing.assert_allclose(results[0].attribution.values, expected, rtol=1e-5, atol=1e-7)
    assert gone(first)


def test_a_process_killed_in_the_middle_of_a_long_answer_is_replaced(
    running: tuple[Engine, LoadRequest], image: Any
) -> None:
    engine, load = running
    long = asked(load, image, method="rise", parameters=(("masks", 20000),), target=of_label(1))
    first = engine.pid
    tokens: list[int] = []
    pids: list[int | None] = []

    def report(progress: Progress) -> bool:
        if not tokens:
            assert first is not None
            os.kill(first, signal.SIGKILL)
            assert gone(first)
        tokens.append(progress.token)
        pids.append(engine.pid)
        # The second process was asked from the beginning and has gone on.
        return pids.count(pids[-1]) < 3 or pids[-1] == first

    with pytest.raises(CancelledError):
        engine.run(long, report)
    assert engine.pid not in (first, None)
    assert pids.count(engine.pid) == 3


def test_a_long_answer_comes_whole_and_a_cancelled_one_leaves_the_process(
    running: tuple[Engine, LoadRequest], image: Any
) -> None:
    engine, load = running
    engine.run(load)
    pid = engine.pid
    long = asked(load, image, method="rise", parameters=(("masks", 20000),), target=of_label(1))
    told: list[Progress] = []

    def report(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < 2

    start = time.monotonic()
    with pytest.raises(CancelledError):
        engine.run(long, report)
    assert time.monotonic() - start < 10
    assert len(told) == 2
    # What was cancelled is not in the way of the next.
    short = asked(load, image, "other", method="rise", parameters=(("masks", 50),), target=of_label(1))
    explainer = Explainer()
    there, here = engine.run(short), finish(explainer.handle(short), explainer.handle, None)
    np.testing.assert_allclose(there.attribution.values, here.attribution.values, rtol=1e-4, atol=1e-6)
    assert engine.pid == pid


def test_a_process_killed_while_idle_is_replaced(running: tuple[Engine, LoadRequest], image: Any) -> None:
    engine, load = running
    engine.run(load)
    first = engine.pid
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert engine.run(asked(load, image)).attribution.layer == "last"
    assert engine.pid != first


def test_a_request_that_breaks_every_process_is_given_up(
    running: tuple[Engine, LoadRequest], image: Any
) -> None:
    engine, load = running
    killed: list[int] = []
    stop = threading.Event()

    def hunt() -> None:
        while not stop.is_set():
            pid = engine.pid
            if pid is not None and pid not in killed:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
            stop.wait(0.01)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        with pytest.raises(EngineError, match="twice"):
            engine.run(asked(load, image))
    finally:
        stop.set()
        hunter.join()
    assert len(killed) >= 2
    assert engine.run(asked(load, image)).attribution.layer == "last"


def test_a_cancelled_run_ends_at_once(running: tuple[Engine, LoadRequest], image: Any) -> None:
    engine, load = running
    engine.run(load)
    pid = engine.pid
    os.kill(pid, signal.SIGSTOP)
    outcomes: list[BaseException] = []

    def run() -> None:
        try:
            engine.run(asked(load, image))
        except CancelledError as error:
            outcomes.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    start = time.monotonic()
    while not outcomes and time.monotonic() - start < PATIENCE:
        engine.kill()
        thread.join(0.05)
    assert outcomes
    assert time.monotonic() - start < 5
    assert gone(pid)
    assert engine.run(asked(load, image)).attribution.layer == "last"


def test_errors_of_users_cross_whole(running: tuple[Engine, LoadRequest], image: Any, tmp_path: Path) -> None:
    engine, load = running
    with pytest.raises(ExplainError) as caught:
        engine.run(asked(load, image, method="none"))
    assert "none" in caught.value.message
    assert caught.value.hint.startswith("Choose one of: grad-cam")
    missing = tmp_path / "missing.keras"
    with pytest.raises(ModelError) as refused:
        engine.run(LoadRequest(str(missing)))
    assert refused.value.path == missing
    assert "missing.keras" in str(refused.value)


def test_a_defect_arrives_with_its_text(running: tuple[Engine, LoadRequest], image: Any) -> None:
    engine, load = running
    pid = engine.pid
    with pytest.raises(EngineError, match="AttributeError: 'str' object"):
        engine.run(asked(load, "nonsense"))
    assert engine.run(asked(load, image)).attribution.layer == "last"
    assert engine.pid == pid


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is no signal there")
def test_interrupting_the_program_is_left_to_the_parent(
    running: tuple[Engine, LoadRequest], image: Any
) -> None:
    engine, load = running
    engine.run(load)
    pid = engine.pid
    os.kill(pid, signal.SIGINT)
    assert engine.run(asked(load, image)).attribution.layer == "last"
    assert engine.pid == pid


def test_a_preload_that_fails_leaves_an_engine(tmp_path: Path) -> None:
    engine = Engine()
    try:
        with pytest.raises(ModelError):
            engine.start(LoadRequest(str(tmp_path / "missing.keras"))).result(PATIENCE)
        with pytest.raises(ModelError):
            engine.run(LoadRequest(str(tmp_path / "missing.keras")))
    finally:
        engine.close()


def test_closing_leaves_nothing_behind() -> None:
    threads, children = threading.active_count(), set(psutil.Process().children(recursive=True))
    engine = Engine()
    future = engine.start()
    pid = engine.pid
    assert pid is not None
    start = time.monotonic()
    engine.close()
    assert time.monotonic() - start < 2
    assert future.done()
    assert engine.pid is None
    assert gone(pid)
    assert threading.active_count() == threads
    # The resource tracker of multiprocessing stays until the end of the program.
    assert len(set(psutil.Process().children(recursive=True)) - children) <= 1
    with pytest.raises(CancelledError):
        engine.submit(LoadRequest("any"))
    engine.close()


def test_the_process_ends_with_its_parent() -> None:
    script = """
        if __name__ == "__main__":
            import sys
            from cxrviewer.engine.engine import Engine
            engine = Engine()
            engine.start().result()
            print(engine.pid, flush=True)
            sys.stdin.read()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert gone(child)
    parent.stdout.close()


def test_starting_is_quick_light_and_silent() -> None:
    script = """
        if __name__ == "__main__":
            import time, sys, multiprocessing, concurrent.futures.process
            from cxrviewer.engine.engine import Engine
            before = time.perf_counter()
            engine = Engine()
            engine.start()
            print(time.perf_counter() - before)
            heavy = {"numpy", "tensorflow", "keras", "cv2"} & set(sys.modules)
            print(sorted(heavy))
            from cxrviewer.models.catalog import resolve_model
            engine.run(resolve_model("default"))
            engine.close()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    seconds, heavy = done.stdout.splitlines()
    assert float(seconds) < 1, "TensorFlow alone takes longer"
    assert heavy == "[]"
    assert done.stderr == ""
