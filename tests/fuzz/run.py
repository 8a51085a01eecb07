"""Many damaged files, opened in processes that may crash, hang or run out of memory."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.originals import Original, originals
from fuzz.trial import MOST_SECONDS, Outcome, attempt, damaged

Attempt = Callable[[int, Path], Outcome]

_START_SECONDS = 60.0
_DATA_LIMIT = 2 * 1024**3


def run(
    seed: int,
    numbers: Sequence[int],
    processes: int,
    tell: Callable[[Outcome], None],
    faults: Path,
    attempt: Attempt = attempt,
) -> None:
    """Open damaged files, and keep those that must not be as they are.

    Parameters
    ----------
    seed : int
        With a number, decides what file is damaged, and how.
    numbers : sequence of int
        The files' numbers.
    processes : int
        How many work at the same time.
    tell : callable
        Told of each file, from several threads.
    faults : Path
        Folder for files that showed a fault, made where there is one.
    attempt : callable
        Opens one file, in another process.
    """
    with TemporaryDirectory(prefix="fuzz-") as folder:
        made = originals(Path(folder))
        keep = _Keeper(seed, made, faults, tell)
        threads = [
            threading.Thread(
                target=_watch, args=(_Work(seed, made, attempt), numbers[start::processes], keep.take)
            )
            for start in range(processes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class _Keeper:
    """Saves what showed a fault, and hands every outcome on."""

    def __init__(
        self, seed: int, made: Sequence[Original], faults: Path, tell: Callable[[Outcome], None]
    ) -> None:
        self._seed, self._made, self._faults, self._tell = seed, made, faults, tell
        self._lock = threading.Lock()

    def take(self, outcome: Outcome) -> None:
        with self._lock:
            if outcome.fault:
                original, content = damaged(self._seed, outcome.number, self._made)
                self._faults.mkdir(parents=True, exist_ok=True)
                path = self._faults / f"{self._seed}-{outcome.number}{original.suffix}"
                path.write_bytes(content)
                path.with_suffix(".txt").write_text(f"{original.name}\n{outcome.fault}\n")
            self._tell(outcome)


@dataclass(frozen=True)
class _Work:
    """What a process is to do with numbers."""

    seed: int
    made: Sequence[Original]
    attempt: Attempt


def _watch(work: _Work, numbers: Sequence[int], take: Callable[[Outcome], None]) -> None:
    """Give files to a process one after another; where it ends or hangs, go on with another one."""
    context = multiprocessing.get_context("spawn")
    left = list(numbers)
    while left:
        here, there = context.Pipe()
        process = context.Process(target=_open_all, args=(work, left, there))
        process.start()
        there.close()
        try:
            _collect(here, left, take)
        finally:
            process.kill()
            process.join()
            here.close()


def _collect(here: Connection, left: list[int], take: Callable[[Outcome], None]) -> None:
    """Take outcomes until all are there, or until one does not come."""
    patience = _START_SECONDS
    while left:
        try:
            if not here.poll(patience):
                take(Outcome(left.pop(0), False, f"hangs: no answer in {patience:.0f} seconds", patience))
                return
            outcome = here.recv()
        except (EOFError, ConnectionResetError):
            take(Outcome(left.pop(0), False, "the process crashed"))
            return
        if outcome is not None:
            left.pop(0)
            take(outcome)
        patience = 3 * MOST_SECONDS


def _open_all(work: _Work, numbers: Sequence[int], there: Connection) -> None:
    """Open damaged files, with a limit to memory; what native libraries complain of is dropped."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    import resource

    import pydicom.pixels  # noqa: F401

    resource.setrlimit(resource.RLIMIT_DATA, (_DATA_LIMIT, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    with TemporaryDirectory(prefix="fuzz-") as folder:
        there.send(None)
        for number in numbers:
            original, content = damaged(work.seed, number, work.made)
            path = Path(folder, f"damaged{original.suffix}")
            path.write_bytes(content)
            there.send(work.attempt(number, path))
