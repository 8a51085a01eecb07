"""How a command prints what it found: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence


def print_json(value: object) -> None:
    """Print one JSON value on standard output; numbers that are not finite, which JSON lacks, become null."""
    print(json.dumps(_finite(value), indent=2, allow_nan=False))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of texts in left-aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
