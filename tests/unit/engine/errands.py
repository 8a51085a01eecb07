"""What jobs of the tests do; called in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

from cxrviewer.engine.job import Job, JobProgress, Tell
from cxrviewer.errors import UserError


def count(tell: Tell, total: int) -> str:
    """Tell a thousand times as much as can be shown, and answer."""
    tell("counting")
    for done in range(total + 1):
        tell(JobProgress(done, total))
    return "counted"


def fail(_tell: Tell, path: Path) -> None:
    """Meet what was to be expected."""
    raise UserError("It is empty.", "Give another one.", path)


def stumble(_tell: Tell) -> None:
    """Meet a defect."""
    raise ZeroDivisionError("of course")


def crash(tell: Tell) -> None:
    """End without a word."""
    tell("about to end")
    os._exit(11)


def niceness(_tell: Tell) -> int:
    """Return how much this process holds back."""
    return os.nice(0)


def hang() -> None:
    """Never come back."""
    threading.Event().wait()


def breed(tell: Tell, folder: Path) -> None:
    """Start a process, say its id and one's own, and never come back; half a file is left."""
    (folder / ".part-half").write_bytes(b"half")
    child = multiprocessing.get_context("spawn").Process(target=hang)
    child.start()
    tell((os.getpid(), child.pid))
    threading.Event().wait()


def wait_for(tell: Tell, path: Path) -> str:
    """Go on as soon as a file is there."""
    tell("waiting")
    while not path.exists():
        threading.Event().wait(0.01)
    return path.name


def own_a_job(folder: Path) -> None:
    """Have a job that never comes back, and write down the ids of its processes."""
    Job(breed, folder).run(lambda pids: (folder / "pids").write_text(" ".join(map(str, pids))))  # type: ignore[call-overload]


if __name__ == "__main__":
    import sys

    own_a_job(Path(sys.argv[1]))
