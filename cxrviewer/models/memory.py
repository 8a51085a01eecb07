"""A limit to the memory of a process, so that one model or one file cannot take the machine down."""

from __future__ import annotations

import os
import sys
from pathlib import Path

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

    limit = max(int(_SHARE * _available()), _LEAST)
    if most is not None:
        limit = min(limit, most)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    return limit


def _available() -> int:
    """Return the bytes of memory that the machine has, or that its container may take."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _CONTROL_GROUP:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            memory = min(memory, int(text))
    return memory
