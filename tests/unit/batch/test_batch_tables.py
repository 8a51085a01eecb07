"""Tables of results, read again by other libraries."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cxrviewer.batch.facts import Facts
from cxrviewer.batch.row import BatchRow
from cxrviewer.batch.tables import write_csv, write_parquet

FACTS = Facts(("Normal", "Viral"), (0.5, 0.4), "Small", "1", "ab" * 32, "", "Grad-CAM", "last", "top")
ROWS = [
    BatchRow(
        1, "a,b.png", "00001-a.png", "cd" * 32, 40, 60, "Viral", "Viral", 0.9, (0.1, 0.9), (-1, 1.25), 0.5
    ),
    BatchRow(2, 'q"uote\n.png', error="The file is empty."),
]


def test_the_csv_has_a_line_a_file(tmp_path: Path) -> None:
    write_csv(ROWS, FACTS, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as stream:
        first, second = csv.DictReader(stream)
    assert (first["file"], first["top"], first["logit of Viral"]) == ("a,b.png", "Viral", "1.25")
    assert float(first["probability of Viral"]) == pytest.approx(0.9)
    assert (second["file"], second["error"], second["top"]) == (r'q"uote\n.png', "The file is empty.", "")


@pytest.mark.parametrize("name", ["=cmd|calc!A0", "+1", "-1+1", "@SUM(1)", "\t=1", " =1", "\uff1d1", "\r=1"])
def test_no_cell_is_a_formula(name: str, tmp_path: Path) -> None:
    facts = replace(FACTS, labels=(name, "b"))
    row = BatchRow(1, name, name, top=name, target=name, probabilities=(0.5, 0.5), logits=(-1, 1), error=name)
    write_csv([row], facts, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as stream:
        (found,) = csv.DictReader(stream)
    texts = [found[column] for column in ("file", "picture", "top", "target", "error")]
    assert all(text.startswith("'") for text in texts)
    assert found[f"logit of {name}"] == "-1"
    assert not [column for column in found if column[0] in "=+-@\t"]


def test_parquet_has_the_same_with_types_and_the_model(tmp_path: Path) -> None:
    write_parquet(ROWS, FACTS, tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    first, second = table.to_pylist()
    assert first["probability of Viral"] == 0.9
    assert (first["height"], first["width"], first["error"]) == (40, 60, None)
    assert second["probability of Viral"] is None
    assert second["error"] == "The file is empty."
    assert table.schema.metadata[b"weights_sha256"] == b"ab" * 32
    assert b"not for diagnosis" in table.schema.metadata[b"comment"]


def test_many_rows_are_written_in_groups(tmp_path: Path) -> None:
    write_parquet((BatchRow(number, "x") for number in range(2500)), FACTS, tmp_path / "r.parquet")
    file = pq.ParquetFile(tmp_path / "r.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (3, 2500)
