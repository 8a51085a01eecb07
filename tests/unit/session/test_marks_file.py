"""Marks in files: what was saved is read again, and nothing else is taken for marks."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxrviewer.errors import ExportError
from cxrviewer.imaging.measure import CALIBRATED_BY_USER
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.session.marks import KINDS, FileMarks, Length, Mark, Text
from cxrviewer.session.marks_file import (
    MarkedImage,
    MarksFileError,
    check_free,
    read_marks,
    sidecar,
    write_marks,
)

IMAGE = MarkedImage("ab" * 32, (150, 200))
ALL = FileMarks(
    tuple(
        kind(
            tuple((10.25 + 7 * n, 20.5 + 3 * n) for n in range(kind.count)),
            frame=number,
            text=f"Wörter {number}",
        )
        for number, kind in enumerate(KINDS.values())
    ),
    Spacing(0.2, 0.1, CALIBRATED_BY_USER),
)


def _plain(mark: Mark) -> Mark:
    return replace(mark, id="")


def test_all_kinds_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "chest.dcm.marks.json"
    hidden = replace(ALL, marks=(*ALL.marks, Length(((0.0, 0.0), (1.0, 1.0)), visible=False)))
    write_marks(path, hidden, IMAGE)
    found = read_marks(path, IMAGE)
    assert [_plain(mark) for mark in found.marks] == [_plain(mark) for mark in hidden.marks]
    assert [type(mark) for mark in found.marks] == [*KINDS.values(), Length]
    assert found.calibration == hidden.calibration


def test_the_file_names_the_image_by_its_digest_and_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_marks(path, ALL, IMAGE)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content) == {"format", "version", "image", "calibration", "marks"}
    assert content["image"] == {"sha256": IMAGE.digest, "rows": 150, "columns": 200}
    assert set(content["marks"][0]) == {"type", "frame", "points", "text", "visible"}


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as caught:
        write_marks(tmp_path / "none" / "a.json", ALL, IMAGE)
    assert caught.value.path == tmp_path / "none" / "a.json"
    assert list(tmp_path.iterdir()) == []


def test_marks_of_another_image_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_marks(path, ALL, replace(IMAGE, digest="cd" * 32))
    with pytest.raises(MarksFileError, match="another image"):
        read_marks(path, IMAGE)


def test_a_newer_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_marks(path, ALL, IMAGE)
    content = json.loads(path.read_text(encoding="utf-8")) | {"version": 2}
    path.write_text(json.dumps(content))
    with pytest.raises(MarksFileError, match="another version"):
        read_marks(path, IMAGE)


def _changed(**changes: object) -> dict:
    entry = {"type": "length", "frame": 0, "points": [[1, 2], [3, 4]], "text": "", "visible": True}
    return {
        "format": "cxrviewer-marks",
        "version": 1,
        "image": {"sha256": IMAGE.digest},
        "calibration": None,
        "marks": [entry | changes],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "polygon"},
        {"type": ["length"]},
        {"points": [[1, 2]]},
        {"points": [[1, 2], [3]]},
        {"points": [[1, 2], [3, "4"]]},
        {"points": [[1, 2], [3, float("nan")]]},
        {"points": [[1, 2], [3, 10**400]]},
        {"points": {"0": [1, 2]}},
        {"frame": -1},
        {"frame": "0"},
        {"text": 3},
        {"text": "x" * 5000},
    ],
)
def test_damaged_entries_are_one_message(tmp_path: Path, changes: dict) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(_changed(**changes)))
    with pytest.raises(MarksFileError, match="damaged"):
        read_marks(path, IMAGE)


def test_points_beside_the_image_are_brought_onto_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(_changed(points=[[-90, 20], [1e6, 1e6]])))
    assert read_marks(path, IMAGE).marks[0].points == ((-0.5, 20.0), (199.5, 149.5))


@pytest.mark.parametrize(
    "calibration", [{"row": 0, "column": 1}, {"row": 1}, [1, 1], {"row": True, "column": 1}]
)
def test_impossible_calibrations_are_damage(tmp_path: Path, calibration: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(_changed() | {"calibration": calibration}))
    with pytest.raises(MarksFileError, match="damaged"):
        read_marks(path, IMAGE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(_changed())), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.builds(lambda value: json.dumps(value).encode(), _JSON))
def test_no_content_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("marks") / "a.json"
    path.write_bytes(content)
    with pytest.raises(MarksFileError):
        read_marks(path, IMAGE)


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from(["image", "calibration", "marks"]), value=_JSON)
def test_no_part_raises_anything_else(tmp_path_factory, key: str, value: object) -> None:
    path = tmp_path_factory.mktemp("marks") / "a.json"
    path.write_text(json.dumps(_changed() | {key: value}))
    with suppress(MarksFileError):
        read_marks(path, IMAGE)


def test_deep_nesting_and_large_files_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" * 200_000)
    with pytest.raises(MarksFileError, match="damaged"):
        read_marks(path, IMAGE)
    path.write_text(" " * (5 << 20))
    with pytest.raises(MarksFileError, match="too large"):
        read_marks(path, IMAGE)


def test_only_marks_of_this_image_are_replaced(tmp_path: Path) -> None:
    path = sidecar(tmp_path / "chest.dcm")
    assert path.name == "chest.dcm.marks.json"
    check_free(path, IMAGE)
    write_marks(path, FileMarks((Text(((1.0, 1.0),), text="x"),)), IMAGE)
    check_free(path, IMAGE)
    with pytest.raises(MarksFileError, match="another file"):
        check_free(path, replace(IMAGE, digest="0" * 64))
