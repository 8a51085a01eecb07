"""Takes the pixels of a large image from one process to another through memory that both see.

A pipe takes them in pieces of 64 KiB, with both processes awake for each: three times as long.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.imaging.radiograph import Radiograph

_WORTHWHILE = 2**20
"""Bytes from which a pipe is slower."""
_SYSTEM_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, eq=False)
class Sent:
    """An image whose pixels lie in shared memory of a known name."""

    radiograph: Radiograph
    shape: tuple[int, ...]
    dtype: str


def send(radiograph: Radiograph, name: str) -> Radiograph | Sent:
    """Return what goes through the pipe; large pixels are left in shared memory called `name`."""
    pixels = radiograph.pixels
    if pixels.nbytes < _WORTHWHILE or not _has_room(pixels.nbytes):
        return radiograph
    from multiprocessing.shared_memory import SharedMemory

    import numpy as np

    # Left by a process that crashed, where this one repeats its call.
    _remove(name)
    memory = SharedMemory(name, create=True, size=pixels.nbytes)
    np.ndarray(pixels.shape, pixels.dtype, memory.buf)[:] = pixels
    memory.close()
    return Sent(replace(radiograph, pixels=np.zeros((0, 0), pixels.dtype)), pixels.shape, pixels.dtype.str)


def receive(sent: Radiograph | Sent, name: str) -> Radiograph:
    """Return the image that `send` was given, with pixels of its own."""
    if not isinstance(sent, Sent):
        return sent
    from multiprocessing.shared_memory import SharedMemory

    import numpy as np

    memory = SharedMemory(name)
    try:
        pixels = np.ndarray(sent.shape, np.dtype(sent.dtype), memory.buf).copy()
    finally:
        memory.close()
    return replace(sent.radiograph, pixels=pixels)


@contextmanager
def shared_name() -> Iterator[str]:
    """A name for shared memory that is gone afterwards, whatever became of who was to fill it."""
    name = f"cxrviewer-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        yield name
    finally:
        _remove(name)


def _remove(name: str) -> None:
    if os.name != "posix":
        return
    from multiprocessing.shared_memory import SharedMemory

    try:
        memory = SharedMemory(name)
    except FileNotFoundError:
        return
    memory.close()
    memory.unlink()


def _has_room(size: int) -> bool:
    """Return whether there is shared memory to spare: where it runs out, whoever writes to it is ended.

    Windows drops what its writer has closed.
    """
    if os.name != "posix":
        return False
    return not _SYSTEM_MEMORY.is_dir() or shutil.disk_usage(_SYSTEM_MEMORY).free > 4 * size
