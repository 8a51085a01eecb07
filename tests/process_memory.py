"""How much memory a process takes; called in the process that is asked about."""

from __future__ import annotations

import re
from pathlib import Path


def peak_bytes() -> int:
    """Return the most that was resident since the start, or since `forget_peak` (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def forget_peak() -> None:
    """Let the peak be what is resident now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
