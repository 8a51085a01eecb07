"""Truth from folders and tables, read against a model's card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from material import card
from PIL import Image

from cxrviewer.errors import UserError
from cxrviewer.learning.labelled_files import read_labelled
from cxrviewer.models.card import Activation, LabelGroup, ModelCard

GROUPED = card(
    labels=("Normal", "Bacterial", "Viral"),
    thresholds=(0.5, 0.4, 0.3),
    label_groups=(LabelGroup("Pneumonia", ("Bacterial", "Viral"), 0.2),),
)
FINDINGS = card(labels=("Mass", "Nodule"), thresholds=(0.5, 0.5), activation=Activation.SIGMOID)


def save(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8), 90, np.uint8)).save(path)


def test_folders_are_classes_and_groups_whatever_their_case(tmp_path: Path) -> None:
    for name in ("test/NORMAL/a.png", "test/PNEUMONIA/b.png", "test/PNEUMONIA/c.png", "test/other/d.png"):
        save(tmp_path / name)
    (tmp_path / "test" / "NORMAL" / "notes.txt").write_text("no image")
    found = read_labelled(tmp_path, GROUPED)
    assert [path.name for path in found.paths] == ["a.png", "b.png", "c.png"]
    assert [(f.name, f.indices, f.threshold) for f in found.findings] == [
        ("NORMAL", (0,), 0.5),
        ("PNEUMONIA", (1, 2), 0.2),
    ]
    assert found.truth.tolist() == [[True, False], [False, True], [False, True]]
    assert found.exclusive


def test_what_the_data_do_not_name_the_model_may_still_choose(tmp_path: Path) -> None:
    save(tmp_path / "normal" / "a.png")
    save(tmp_path / "viral" / "b.png")
    found = read_labelled(tmp_path, GROUPED)
    assert [finding.name for finding in found.findings] == ["normal", "Bacterial", "viral"]
    assert found.truth.sum(axis=0).tolist() == [1, 0, 1]


def table(folder: Path, text: str) -> Path:
    for name in ("a.png", "b.png", "c.png"):
        save(folder / name)
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_names_several_findings(tmp_path: Path) -> None:
    text = "Image Index,Finding Labels,Patient ID\na.png,Mass|Nodule,1\nb.png,No Finding,1\nc.png,nodule,2\n"
    found = read_labelled(table(tmp_path, text.replace("nodule", "Nodule")), FINDINGS)
    assert not found.exclusive
    assert found.truth.tolist() == [[True, True], [False, False], [False, True]]


def refused(data: Path, which: ModelCard) -> str:
    with pytest.raises(UserError) as error:
        read_labelled(data, which)
    return str(error.value)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "nowhere", GROUPED)
    assert "no labelled images" in refused(tmp_path, GROUPED)
    assert "no class 'Cat'" in refused(table(tmp_path, "file,label\na.png,Cat\n"), GROUPED)
    assert "no column 'label'" in refused(table(tmp_path, "file\na.png\n"), GROUPED)
    assert "does not exist" in refused(table(tmp_path, "file,label\nz.png,Viral\n"), GROUPED)
    assert "exactly one label" in refused(table(tmp_path, "file,label\na.png,Viral|Normal\n"), GROUPED)
    both = "file,label\na.png,Viral\nb.png,Pneumonia\n"
    assert "stands for two classes" in refused(table(tmp_path, both), GROUPED)
