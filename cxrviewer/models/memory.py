"""A limit to the memory of a process, so that one model or one file cannot take the machine down."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of malloc.h."""
_KEPT_BLOCK, _KEPT_IN_ALL = 32 * 2**20, 128 * 2**20
"""The largest that GNU's library takes for a block, and the bytes that are kept."""
_SHARE = 0.9
# TensorFlow, the largest usual model and its gradients take less.
_LEAST = 4 * 2**30
_CONTROL_GROUP = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def limit_memory(most: int | None = None) -> int | None:
    """Limit the memory of this process to most of what the machine or its container has.

    What would go beyond fails with an error that `backend.is_out_of_memory` knows; where a native library
    does not look, the process ends, and this process alone. Data is what is limited, not addresses:
    drivers of accelerators reserve more of these than there is memory.

    Parameters
    ----------
    most : int, optional
        Bytes beyond which the limit is not to be, however much there is.

    Returns
    -------
    int, optional
        The limit in bytes; None on systems that have none.
    """
    if sys.platform != "linux":
        return None
    import resource

    limit = max(int(_SHARE * machine_memory()), _LEAST)
    if most is not None:
        limit = min(limit, most)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    return limit


def keep_freed_memory() -> None:
    """Have this process use freed memory again instead of giving it back: for one that reads large images.

    What comes anew from the system comes page by page, zeroed: half the time of reading what is not packed.
    """
    if sys.platform != "linux":
        return
    import ctypes

    # Other C libraries than GNU's have no such setting.
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _KEPT_BLOCK)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_IN_ALL)


def machine_memory() -> int:
    """Return the bytes of memory that the machine has, or that its container may take; a guess on Windows."""
    if not hasattr(os, "sysconf"):
        return 2 * _LEAST
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _CONTROL_GROUP:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            memory = min(memory, int(text))
    return memory
