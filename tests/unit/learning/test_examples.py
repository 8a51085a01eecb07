"""Which files are learned from, whose they are, and that no patient is on both sides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from material import card
from PIL import Image

from cxrviewer.errors import UsageError, UserError
from cxrviewer.learning.dataset import connected_groups
from cxrviewer.learning.duplicates import find_duplicates
from cxrviewer.learning.examples import Examples, find_examples
from cxrviewer.learning.labelled_files import read_labelled
from cxrviewer.learning.split import Part, split_as_given


def chest(path: Path, value: int = 90) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8), value, np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(*names: str) -> Path:
        for name in names:
            chest(tmp_path / name)
        return tmp_path

    return make


def test_folders_are_classes_and_names_tell_the_patient(folder: Callable[..., Path]) -> None:
    data = folder(
        "NORMAL/IM-0115-0001.png", "PNEUMONIA/person9_virus_1.png", "PNEUMONIA/scan.png", "loose.png"
    )
    (data / "NORMAL" / "notes.txt").write_text("no image")
    (data / "NORMAL" / "._IM-0115-0001.png").write_bytes((data / "loose.png").read_bytes())
    found = find_examples(data)
    assert found.labels == ("NORMAL", "PNEUMONIA")
    assert found.truth.tolist() == [[True, False], [False, True], [False, True]]
    assert found.patients[:2] == ("IM-115", "person9")
    assert found.known_patients
    assert found.parts == (None, None, None)


def test_folders_of_parts_are_no_classes(folder: Callable[..., Path]) -> None:
    found = find_examples(folder("train/a/1.png", "val/a/2.png", "test/b/3.png"))
    assert found.labels == ("a", "b")
    assert found.parts == (Part.TEST, Part.TRAINING, Part.VALIDATION)


def test_folders_of_images_and_masks_are_no_classes(folder: Callable[..., Path]) -> None:
    data = folder("COVID/images/1.png", "COVID/masks/1.png", "Normal/images/2.png", "Normal/masks/2.png")
    found = find_examples(data)
    assert found.labels == ("COVID", "Normal")
    assert [path.name for path in found.paths] == ["1.png", "2.png"]
    read = read_labelled(data, card(labels=("covid", "normal"), thresholds=(0.5, 0.5)))
    assert read.paths == found.paths


def test_an_expression_tells_the_patient(folder: Callable[..., Path]) -> None:
    data = folder("a/p7_1.png", "a/p8_1.png", "b/p7_2.png", "b/x.png")
    assert find_examples(data, patient=r"/p(\d+)_").patients == ("7", "8", "7", "file 3")
    with pytest.raises(UsageError, match="is none"):
        find_examples(data, patient="(")
    with pytest.raises(UsageError, match="no group"):
        find_examples(data, patient="p")


def chestxray14(data: Path) -> None:
    rows = ["00000001_000.png,Mass|Nodule,1", "00000001_001.png,No Finding,1", "00000002_000.png,Mass,2"]
    header = "Image Index,Finding Labels,Patient ID\n"
    (data / "Data_Entry_2017.csv").write_text(header + "\n".join(rows) + "\n")
    (data / "BBox_List_2017.csv").write_text("Image Index,Finding Label,Bbox\n")
    (data / "test_list.txt").write_text("00000002_000.png\n")


def test_the_table_of_chestxray14_is_found_and_its_images_in_their_folders(
    folder: Callable[..., Path],
) -> None:
    data = folder(*(f"images_001/images/0000000{name}.png" for name in ("1_000", "1_001", "2_000")))
    chestxray14(data)
    found = find_examples(data, ("Nodule", "Mass", "Hernia"))
    assert [path.name for path in found.paths] == ["00000001_000.png", "00000001_001.png", "00000002_000.png"]
    assert found.truth.tolist() == [[True, True, False], [False] * 3, [False, True, False]]
    assert found.patients == ("1", "1", "2")
    assert found.parts == (None, None, Part.TEST)
    assert found.counts() == {"Nodule": 1, "Mass": 2, "Hernia": 0}
    with pytest.raises(UserError, match="no class 'Nodule'"):
        find_examples(data, ("Mass",))


def test_a_table_tells_the_split(folder: Callable[..., Path]) -> None:
    data = folder("a.png", "b.png", "c.png")
    table = data / "images.csv"
    table.write_text("path,label,patient,split\na.png,x,1,train\nb.png,y,2,Validation\nc.png,y,,\n")
    found = find_examples(table)
    assert found.parts == (Part.TRAINING, Part.VALIDATION, None)
    assert found.patients == ("1", "2", "file 2")
    (data / "more.csv").write_text(table.read_text())
    with pytest.raises(UserError, match=r"several tables of images: images\.csv, more\.csv"):
        find_examples(data)


def test_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        find_examples(tmp_path / "none")
    with pytest.raises(UserError, match="no labelled images"):
        find_examples(tmp_path)


def people(seed: int) -> tuple[list[str], list[str], np.ndarray]:
    """Patients with several images in several classes, some filed under two names; and planted copies."""
    rng = np.random.default_rng(seed)
    count = 120
    patients = [f"patient {number}" for number in rng.integers(0, 45, count)]
    contents = [f"image {number}" for number in rng.permutation(count)]
    for copy, original in rng.integers(0, count, (10, 2)):
        contents[copy] = contents[original]
    return patients, contents, rng.integers(0, 3, count)


@given(st.integers(0, 10_000), st.booleans())
def test_neither_a_patient_nor_a_copy_is_on_two_sides(seed: int, has_parts: bool) -> None:
    patients, contents, labels = people(seed)
    given_parts: list[Part | None] = [None] * len(labels)
    if has_parts:
        choices = [Part.TRAINING, Part.TRAINING, Part.TRAINING, Part.VALIDATION, Part.TEST, None]
        rng = np.random.default_rng(seed + 1)
        # Most patients are in one part, as a careful data set has it; some images are astray.
        of_patient = {
            who: choices[place] for who, place in zip(patients, rng.integers(0, 6, 120), strict=True)
        }
        given_parts = [of_patient[who] for who in patients]
        for place in rng.integers(0, len(labels), 4):
            given_parts[place] = choices[rng.integers(0, 6)]
    groups = connected_groups(list(zip(patients, contents, strict=True)))
    try:
        split = split_as_given(given_parts, labels, groups, 0.2, seed)
    except UserError:
        assert has_parts
        return
    sides = (split.training, split.validation, split.test)
    for keys in (patients, contents):
        seen = [{keys[place] for place in side} for side in sides]
        assert not seen[0] & seen[1]
        assert not seen[0] & seen[2]
        assert not seen[1] & seen[2]
    assert sorted(np.concatenate([*sides, split.leaking])) == list(range(len(labels)))
    assert set(split.test) == {place for place, part in enumerate(given_parts) if part is Part.TEST}


def test_what_comes_first_where_a_data_set_leaks() -> None:
    parts = [Part.TRAINING, Part.VALIDATION, Part.TRAINING, Part.TRAINING, Part.TEST, Part.VALIDATION]
    groups = np.array([0, 0, 1, 2, 2, 3])
    split = split_as_given(parts, np.zeros(6, np.int64), groups, 0.5, 1)
    assert split.training.tolist() == [2]
    assert split.validation.tolist() == [1, 5]
    assert split.test.tolist() == [4]
    assert split.leaking.tolist() == [0, 3]
    with pytest.raises(UserError, match="Nothing is left"):
        split_as_given([Part.TEST, None], np.zeros(2, np.int64), np.array([0, 0]), 0.5, 1)


def test_duplicates_are_named() -> None:
    paths = tuple(Path(name) for name in ("a.png", "b.png", "c.png", "d.png", "e.png"))
    truth = np.eye(2, dtype=bool)[[0, 0, 1, 1, 1]]
    examples = Examples(paths, ("x", "y"), truth, ("",) * 5, (None,) * 5, False)
    twins = find_duplicates(["1", "2", "1", "3", "3"], examples)
    assert twins.groups == (("a.png", "c.png"), ("d.png", "e.png"))
    assert twins.contradicting == 1
    assert "2 images are there more than once" in twins.told()[0]
    assert find_duplicates(["1", "2", "3", "4", "5"], examples).told() == []
