"""How long something will still take."""

from __future__ import annotations

import time


class TimeLeft:
    """Judges by the time that was taken so far; the clock starts when it is made."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def after(self, done: float, total: float) -> str:
        """Return the time left in words, "3 min left", once `done` of `total` is done since the start."""
        seconds = (time.monotonic() - self._started) * (total - done) / max(done, 1e-9)
        if seconds < 90:
            return f"{seconds:.0f} s left"
        if seconds < 90 * 60:
            return f"{seconds / 60:.0f} min left"
        return f"{seconds / 3600:.1f} h left"


class Seldom:
    """Says at most every few seconds that it is time to tell something."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, time.monotonic()

    def due(self) -> bool:
        """Return whether the time has come; then the clock starts again."""
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True
