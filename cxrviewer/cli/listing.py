"""How a command prints what it found: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
import math
import shutil
import textwrap
from collections.abc import Sequence

_WIDEST = 110


def print_json(value: object) -> None:
    """Print one JSON value on standard output; numbers that are not finite, which JSON lacks, become null."""
    print(json.dumps(_finite(value), indent=2, allow_nan=False))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of texts in left-aligned columns."""
    for line in table_lines(rows):
        print(line)


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of texts as lines of left-aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def print_fields(fields: Sequence[tuple[str, str]]) -> None:
    """Print names and texts, the texts wrapped at the width of the terminal beside their names."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    indent = max(len(name) for name, _ in fields) + 4
    for name, text in fields:
        first = f"  {name:<{indent - 2}}"
        # Names of papers and addresses are not to be broken at their hyphens.
        lines = textwrap.wrap(
            text, width, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False
        )
        print("\n".join(lines))


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
