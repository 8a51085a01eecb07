"""Takes the pixels of a large image from one process to another through memory that both see.

A pipe takes them in pieces of 64 KiB, with both processes awake for each: several times as long. Linux alone
offers such memory as files that need no care; elsewhere everything goes through the pipe.
"""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.imaging.radiograph import Radiograph

_WORTHWHILE = 2**20
"""Bytes from which a pipe is slower."""
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, eq=False)
class Sent:
    """An image whose pixels lie in a file in memory of a known name."""

    radiograph: Radiograph
    shape: tuple[int, ...]
    dtype: str


def send(radiograph: Radiograph, name: str) -> Radiograph | Sent:
    """Return what goes through the pipe; large pixels are left in memory under `name`, if there is room."""
    import numpy as np

    pixels = radiograph.pixels
    if pixels.nbytes < _WORTHWHILE or not _MEMORY.is_dir():
        return radiograph
    try:
        # It may be there: left by a process that crashed, where this one repeats its call.
        _remove(name)
        with open(_MEMORY / name, "xb", opener=_private) as file:
            file.write(pixels.data)
    except OSError:
        return radiograph
    return Sent(replace(radiograph, pixels=np.zeros((0, 0), pixels.dtype)), pixels.shape, pixels.dtype.str)


def receive(sent: Radiograph | Sent, name: str) -> Radiograph:
    """Return the image that `send` was given; its pixels stay where they are, read-only."""
    if not isinstance(sent, Sent):
        return sent
    import numpy as np

    with (_MEMORY / name).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED | mmap.MAP_POPULATE, mmap.PROT_READ)
    pixels = np.frombuffer(mapped, np.dtype(sent.dtype)).reshape(sent.shape)
    return replace(sent.radiograph, pixels=pixels)


@contextmanager
def shared_name() -> Iterator[str]:
    """A name that nobody finds anything under afterwards, whatever became of who was to fill it.

    What was received is there as long as it is used.
    """
    name = f"cxrviewer-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        yield name
    finally:
        _remove(name)


def _remove(name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        (_MEMORY / name).unlink()


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
