"""The journal: rows once, names that are safe, one process at a time, the same choices."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cxrviewer.batch.inputs import JOURNAL, Found
from cxrviewer.batch.journal import Journal, rows_there
from cxrviewer.batch.row import BatchRow
from cxrviewer.errors import ExportError, UserError

CHOICES: dict[str, object] = {"method": "grad-cam", "top share": None, "parameters": [["a", 1]]}
FOUND = [Found(Path(f"/in/{name}"), name) for name in ("a.png", "b.png", "c.png")]


def journal(folder: Path, *, resume: bool = False, **changes: object) -> Journal:
    return Journal(folder / JOURNAL, {**CHOICES, **changes}, resume=resume)


def test_what_has_a_row_is_not_left(tmp_path: Path) -> None:
    row = BatchRow(2, "b.png", "00002-b.png", probabilities=(0.1, 0.9), logits=(-1.0, 1.5), top="Viral")
    with journal(tmp_path) as first:
        first.describe({"labels": []})
        first.add(FOUND)
        first.put(row, b"jpeg")
    with journal(tmp_path, resume=True) as second:
        # A file that came meanwhile gets a number of its own.
        more = [*FOUND, Found(Path("/in/new.png"), "new.png")]
        second.add(more)
        left = second.left(more, ".png", stems=True)
        assert [item.picture for item in left] == ["00001-a.png", "00003-c.png", "00004-new.png"]
        assert list(second.rows()) == [row]
        assert second.row(2) == (row, b"jpeg")
        assert second.counts() == (4, 1, 0)
        assert [item.number for item in second.left(FOUND[:1], ".png", stems=True)] == [1]
        assert list(second.done(FOUND)) == [(row, Path("/in/b.png"))]
        assert list(second.done(FOUND[:1])) == [(row, None)]
        assert rows_there(tmp_path / JOURNAL) == 0, "another process is at it"
        with pytest.raises(UserError):
            second.put(row, None)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert rows_there(tmp_path / JOURNAL) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_names_of_pictures_are_safe_and_unique(tmp_path: Path) -> None:
    stems = ["a/b", "../../up", "con", "", ".hidden", "ä ö*?<>|\n", "x" * 300, "same", "same"]
    found = [Found(Path("/in") / str(place) / f"{stem}.dcm", stem) for place, stem in enumerate(stems)]
    with journal(tmp_path) as kept:
        kept.add(found)
        pictures = [item.picture for item in kept.left(found, ".png", stems=True)]
    assert len(set(pictures)) == len(stems)
    for picture in pictures:
        assert (tmp_path / picture).parent == tmp_path
        assert len(picture) < 80
        assert not set(picture) & set("/\\*?<>|\n: ")
    assert pictures[5] == "00006-ä_ö.png"


def test_numbers_alone_tell_nothing_of_the_files(tmp_path: Path) -> None:
    with journal(tmp_path) as kept:
        kept.add(FOUND)
        left = kept.left(FOUND, ".jpg", stems=False)
        assert [(item.name, item.picture) for item in left][:1] == [("00001", "00001.jpg")]


def begin(folder: Path) -> None:
    with journal(folder) as begun:
        begun.describe({"labels": []})


def test_a_run_is_not_begun_over_another(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(UserError, match="There is a batch in this folder"):
        journal(tmp_path)


def test_a_run_that_ended_before_anything_was_done_leaves_the_folder_free(tmp_path: Path) -> None:
    with journal(tmp_path) as mistyped:
        mistyped.add(FOUND)
    with journal(tmp_path, method="rise") as kept:
        kept.add(FOUND[1:])
        assert [item.picture for item in kept.left(FOUND, ".jpg", stems=True)] == [
            "00001-b.jpg",
            "00002-c.jpg",
        ]


def test_other_choices_are_refused_by_name(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(UserError, match=r"other choices: method grad-cam, top share unset\."):
        journal(tmp_path, resume=True, method="rise", **{"top share": 0.1})
    journal(tmp_path, resume=True).__exit__(None, None, None)


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with journal(tmp_path), pytest.raises(UserError, match="Another batch is writing"):
        journal(tmp_path, resume=True)


def test_a_damaged_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_bytes(b"no database" * 1000)
    with pytest.raises(UserError, match="journal of this batch is damaged"):
        journal(tmp_path, resume=True)


def test_no_text_of_a_file_is_in_the_journal_before_its_row_is(tmp_path: Path) -> None:
    names = ["/scans/SMITH^JOHN.dcm", os.fsdecode(b"/scans/SMITH\xff.dcm")]
    found = [Found(Path(name), "SMITH") for name in names]
    with journal(tmp_path) as kept:
        kept.add(found)
        kept.add(found[::-1])
        assert [item.path for item in kept.left(found, ".png", stems=False)] == [one.path for one in found]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"SMITH" not in written
    assert b"/scans" not in written


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("PRAGMA user_version = 1", "another version of the program"),
        ("UPDATE run SET content = 'x'", "is damaged"),
        ("UPDATE run SET content = '[]'", "is damaged"),
        ("UPDATE run SET facts = x'ff00'", "is damaged"),
        ("UPDATE rows SET content = '{\"number\": 1}'", "is damaged"),
        ("DELETE FROM run", "is damaged"),
        ("DROP TABLE rows", "cannot be written"),
        ("DROP TABLE run", "cannot be written"),
    ],
)
def test_a_journal_that_is_none_is_told(change: str, words: str, tmp_path: Path) -> None:
    with journal(tmp_path) as kept:
        kept.add(FOUND)
        kept.describe({"labels": []})
        kept.put(BatchRow(1, "a.png"), None)
    with closing(sqlite3.connect(tmp_path / JOURNAL, isolation_level=None)) as connection:
        connection.execute(change)
    with pytest.raises(UserError, match=words), journal(tmp_path, resume=True) as again:
        list(again.rows())
    (tmp_path / JOURNAL).unlink()
    with closing(sqlite3.connect(tmp_path / JOURNAL)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(UserError, match="another version"):
        journal(tmp_path, resume=True)


def test_a_full_disk_is_told_and_keeps_what_was_done(tiny_disk: Path) -> None:
    written: list[int] = []

    def fill(kept: Journal) -> None:
        for number in range(1, 100):
            kept.put(BatchRow(number, "x"), b"x" * 4000)
            written.append(number)

    with journal(tiny_disk) as kept:
        kept.add(FOUND)
        kept.describe({"labels": []})
        with pytest.raises(ExportError, match="The disk is full"):
            fill(kept)
    with journal(tiny_disk, resume=True) as again:
        assert [row.number for row in again.rows()] == written != []
