"""How far a batch has got."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cxrviewer.batch.row import BatchRow


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch has got.

    Parameters
    ----------
    done, total, failed : int
        Files with a row, all files, and rows with an error.
    seconds_left : float, optional
        As it goes on now; None where that is not known.
    row : BatchRow, optional
        What was done last; None at the beginning.
    path : Path, optional
        Its file.
    """

    done: int
    total: int
    failed: int
    seconds_left: float | None = None
    row: BatchRow | None = None
    path: Path | None = None


Report = Callable[[BatchProgress], object]
