"""The rows of a batch as tables: CSV for people and spreadsheets, Parquet with types for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cxrviewer.batch.facts import Facts
from cxrviewer.batch.row import BatchRow
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.foreign_text import table_cell
from cxrviewer.paths import atomic_path

_GROUP = 1000
"""Rows that are in memory at a time."""


def write_csv(rows: Iterable[BatchRow], facts: Facts, path: Path) -> None:
    """Write a table with a line a file, atomically; no cell of it is a formula of a spreadsheet.

    Raises
    ------
    OSError
        It cannot be written; `path` is then as it was.
    """
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, list(_cells(BatchRow(0, ""), facts)))
        table.writeheader()
        table.writerows(map(_texts, (_cells(row, facts) for row in rows)))


def write_parquet(rows: Iterable[BatchRow], facts: Facts, path: Path) -> None:
    """Write the same as Parquet, with model and question in its metadata; raises as `write_csv`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [(name, _type(pa, name)) for name in _cells(BatchRow(0, ""), facts)],
        metadata={
            "model": f"{facts.model} {facts.version}".strip(),
            "weights_sha256": facts.sha256,
            "method": facts.method,
            "layer": facts.layer,
            "program": f"CXR Viewer {facts.program}",
            "comment": DISCLAIMER,
        },
    )
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        for group in _groups(_cells(row, facts) for row in rows):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _cells(row: BatchRow, facts: Facts) -> dict[str, Any]:
    """Return the cells of a row by the names of their columns; None for what is not known."""
    count = len(facts.labels)
    probabilities = row.probabilities or (None,) * count
    logits = row.logits or (None,) * count
    return {
        "number": row.number,
        "file": row.file,
        "digest": row.digest or None,
        "height": row.height or None,
        "width": row.width or None,
        "top": row.top or None,
        "target": row.target or None,
        "target probability": row.target_probability,
        **{f"probability of {name}": one for name, one in zip(facts.labels, probabilities, strict=True)},
        **{f"logit of {name}": one for name, one in zip(facts.labels, logits, strict=True)},
        "picture": row.picture or None,
        "seconds": row.seconds,
        "notes": row.notes or None,
        "error": row.error or None,
    }


def _texts(cells: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in cells.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return table_cell(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _type(pa: Any, name: str) -> Any:
    if name in ("number", "height", "width"):
        return pa.int32()
    if "probability" in name or name == "seconds" or name.startswith("logit of "):
        return pa.float64()
    return pa.string()


def _groups(cells: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for one in cells:
        group.append(one)
        if len(group) == _GROUP:
            yield group
            group = []
    if group:
        yield group
