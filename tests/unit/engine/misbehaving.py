"""What a decoder may do at its worst; called in the reading process."""

from __future__ import annotations

import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path


def crash(path: Path, *_: object) -> None:
    """End the process without a word."""
    os._exit(11)


def hang(path: Path, *_: object) -> None:
    """Never come back."""
    threading.Event().wait()


def crash_once(path: Path, *_: object) -> str:
    """End the process at the first call; `path` remembers it."""
    if not path.exists():
        path.touch()
        os._exit(11)
    return "answer"


def hang_on_demand(path: Path, *_: object) -> str:
    """Say that it has begun, then wait for ever where the file is called "hang"."""
    if path.name == "hang":
        path.touch()
        threading.Event().wait()
    return path.name


def hang_until_removed(path: Path, *_: object) -> str:
    """Say that it has begun, then wait until the file is gone."""
    path.touch()
    while path.exists():
        threading.Event().wait(0.01)
    return path.name


def memory_limit() -> int:
    """Return how many bytes the process may take."""
    import resource

    return resource.getrlimit(resource.RLIMIT_DATA)[0]


def send_and_crash(path: Path, frame: int, name: str) -> None:
    """Leave pixels in memory, then end the process without a word."""
    (Path("/dev/shm") / name).write_bytes(bytes(4_000_000))
    os._exit(11)


def prepare_slowly(background: bool) -> None:
    """Take longer to start than a file may take."""
    threading.Event().wait(1.5)


def name_of(path: Path, *_: object) -> str:
    """Return the name of a file at once."""
    return path.name


def answer_half(path: Path) -> bytes:
    """Send half an answer, say so, and never send the rest."""

    def send_half(connection: Connection, data: bytes | memoryview) -> None:
        os.write(connection.fileno(), bytes(data)[: len(data) // 2])
        path.touch()
        threading.Event().wait()

    Connection._send = send_half  # type: ignore[attr-defined]
    return bytes(10_000)
