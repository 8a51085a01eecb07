from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrviewer.errors import UserError
from cxrviewer.learning.dataset import connected_groups, load_dataset
from cxrviewer.learning.recipes.paediatric_pneumonia import label_and_patient
from cxrviewer.models.card import InputSpec, Scaling

LABELS = ("dark", "bright")
SPEC = InputSpec(8, 8, 1)


def rule(path: Path) -> tuple[str, str]:
    label, patient, _ = path.stem.split("-")
    if label not in LABELS:
        raise ValueError(label)
    return label, patient


def save(path: Path, value: int, size: int = 16) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((size, size), value, np.uint8)
    picture[:, : size // 2] = 10
    Image.fromarray(picture).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "a" / "dark-p1-1.png", 40)
    save(tmp_path / "a" / "dark-p1-2.png", 50)
    save(tmp_path / "b" / "bright-p2-1.png", 200)
    save(tmp_path / "b" / "bright-p3-1.png", 220)
    (tmp_path / "notes.txt").write_text("not an image")
    return tmp_path


def test_images_labels_and_patients_are_read(folder: Path) -> None:
    data = load_dataset(folder, LABELS, rule, SPEC)
    assert data.images.shape == (4, 8, 8, 1)
    assert data.labels.tolist() == [0, 0, 1, 1]
    assert data.groups.tolist() == [0, 0, 1, 2]
    assert data.images[:, 4, 2, 0].tolist() == [10, 10, 10, 10]
    assert data.images[:, 4, 6, 0].tolist() == [40, 50, 200, 220]


def test_equal_images_of_two_patients_are_one_group(folder: Path) -> None:
    save(folder / "bright-p4-1.png", 220)
    data = load_dataset(folder, LABELS, rule, SPEC)
    assert dict(zip(data.names, data.groups.tolist(), strict=True)) == {
        "dark-p1-1.png": 0,
        "dark-p1-2.png": 0,
        "bright-p2-1.png": 1,
        "bright-p3-1.png": 2,
        "bright-p4-1.png": 2,
    }


def test_digest_follows_content_and_not_place(folder: Path) -> None:
    before = load_dataset(folder, LABELS, rule, SPEC).digest
    save(folder / "a" / "dark-p1-1.png", 41)
    assert load_dataset(folder, LABELS, rule, SPEC).digest != before


def test_groups_connect_through_others() -> None:
    keys = [("a", "1"), ("b", "2"), ("c", "3"), ("b", "1"), ("d", "3")]
    assert connected_groups(keys).tolist() == [0, 0, 1, 0, 1]


def test_a_patient_named_like_a_content_connects_nothing() -> None:
    assert connected_groups([("x", "y"), ("y", "x")]).tolist() == [0, 1]


def test_subset_keeps_what_belongs_together(folder: Path) -> None:
    part = load_dataset(folder, LABELS, rule, SPEC).subset(np.array([3, 0]))
    assert part.names == ("bright-p3-1.png", "dark-p1-1.png")
    assert part.labels.tolist() == [1, 0]
    assert part.groups.tolist() == [2, 0]
    assert part.images[:, 4, 6, 0].tolist() == [220, 40]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist") as caught:
        load_dataset(tmp_path / "nowhere", LABELS, rule, SPEC)
    assert caught.value.path == tmp_path / "nowhere"


def test_folder_without_images(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no images"):
        load_dataset(tmp_path, LABELS, rule, SPEC)


def test_folder_without_a_class(folder: Path) -> None:
    for path in (folder / "b").iterdir():
        path.unlink()
    with pytest.raises(UserError, match="'bright'"):
        load_dataset(folder, LABELS, rule, SPEC)


def test_file_name_that_tells_nothing_is_named(folder: Path) -> None:
    save(folder / "gray-p1-1.png", 10)
    with pytest.raises(UserError, match="file name") as caught:
        load_dataset(folder, LABELS, rule, SPEC)
    assert caught.value.path == folder / "gray-p1-1.png"


def test_truncated_image_is_named(folder: Path) -> None:
    path = folder / "b" / "bright-p2-1.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UserError) as caught:
        load_dataset(folder, LABELS, rule, SPEC)
    assert caught.value.path == path


def test_another_scaling_is_a_defect(folder: Path) -> None:
    with pytest.raises(ValueError, match="unit"):
        load_dataset(folder, LABELS, rule, InputSpec(8, 8, 1, Scaling.BYTE))


@pytest.mark.parametrize(
    ("name", "label", "patient"),
    [
        ("person9_bacteria_39.jpeg", "Bacterial pneumonia", "person9"),
        ("person9_virus_17.jpeg", "Viral pneumonia", "person9"),
        ("person1478_virus_2545_1.jpeg", "Viral pneumonia", "person1478"),
        ("IM-0115-0001.jpeg", "Normal", "IM-115"),
        ("IM-0187-0001-0002.jpeg", "Normal", "IM-187"),
        ("NORMAL2-IM-0115-0001.jpeg", "Normal", "IM-115"),
    ],
)
def test_file_names_of_the_public_set(name: str, label: str, patient: str) -> None:
    assert label_and_patient(Path("any") / name) == (label, patient)


@pytest.mark.parametrize(
    "name", ["scan.jpeg", "person_bacteria_1.jpeg", "person7_fungus_1.jpeg", "XIM-0115-1.png"]
)
def test_other_file_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="names no class"):
        label_and_patient(Path(name))
