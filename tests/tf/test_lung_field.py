"""The lung segmenter's recipe on a few drawn lungs, and a training that is killed and goes on."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrviewer.errors import UserError
from cxrviewer.imaging.lungs import is_plausible, two_lungs
from cxrviewer.learning.lung_masks import intersection_over_union, load_lung_masks
from cxrviewer.learning.recipes import lung_field
from cxrviewer.learning.recipes.lung_field import INPUT, SPEC, LungFieldSettings

SHORT = replace(SPEC.defaults, epochs=2, steps=3, batch=2, children_images=6)


def drawn(shift: int = 0) -> np.ndarray:
    mask = np.zeros((120, 100), np.uint8)
    cv2.ellipse(mask, (28 + shift, 60), (16, 38), 0, 0, 360, 255, -1)
    cv2.ellipse(mask, (72 + shift, 60), (16, 38), 0, 0, 360, 255, -1)
    return mask


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "lungs"
    rng = np.random.default_rng(3)
    lines = ["file,patient"]
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for number in range(10):
        mask = drawn(number - 5)
        picture = np.where(mask > 0, 60, 180) + rng.integers(0, 30, mask.shape)
        cv2.imwrite(str(folder / "masks" / f"{number}.png"), mask)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), picture.astype(np.uint8))
        lines.append(f"{number}.png,p{number // 2}")
    (folder / "pairs.csv").write_text("\n".join(lines))
    return folder


def trained(settings: LungFieldSettings, data: Path, output: Path, *, resume: bool = False) -> list[str]:
    lines: list[str] = []
    lung_field.train(settings, data, output, lines.append, resume=resume)
    return lines


def test_the_recipe_writes_a_model_that_gives_masks(data: Path, tmp_path: Path) -> None:
    import keras

    settings = replace(SHORT, children=str(data / "images"))
    lines = trained(settings, data, tmp_path / "out")
    assert "8 images to train on, 2 to validate on" in lines
    assert any("masks of children" in line for line in lines)
    model = keras.saving.load_model(tmp_path / "out" / "lung-field.keras")
    masks = lung_field.predict(model, load_lung_masks(data, INPUT).images)
    assert masks.shape == (10, 256, 256)
    assert 0 <= masks.min() <= masks.max() <= 1
    assert len((tmp_path / "out" / "log.csv").read_text().splitlines()) == 3
    stored = json.loads((tmp_path / "out" / "settings.json").read_text())
    assert stored["settings"]["steps"] == 3


def test_a_run_that_was_ended_takes_the_steps_of_one_that_was_not(data: Path, tmp_path: Path) -> None:
    whole, ended = tmp_path / "whole", tmp_path / "ended"

    def snapshot(line: str) -> None:
        # What a process that is killed now leaves behind.
        if line.startswith("epoch 2/"):
            shutil.copytree(whole, ended)

    lung_field.train(SHORT, data, whole, snapshot)
    assert "1 epochs were done before" in trained(SHORT, data, ended, resume=True)
    logs = [(folder / "log.csv").read_text().splitlines()[-1] for folder in (whole, ended)]
    losses = [float(line.split(",")[1]) for line in logs]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_a_patient_is_on_one_side_of_the_split(data: Path) -> None:
    from cxrviewer.learning.split import grouped_split

    masks = load_lung_masks(data, INPUT)
    training, validation = grouped_split(np.zeros(10, np.int64), masks.groups, 0.2, 1)
    assert not set(masks.groups[training]) & set(masks.groups[validation])


def test_islands_are_no_lungs() -> None:
    mask = drawn() > 0
    mask[2:5, 2:5] = True
    assert (two_lungs(mask) == (drawn() > 0)).all()


def test_what_looks_like_two_lungs() -> None:
    assert is_plausible(drawn() > 0)
    assert not is_plausible(np.zeros((100, 100), bool))
    assert not is_plausible(np.ones((100, 100), bool))
    one = drawn() > 0
    one[:, 50:] = False
    assert not is_plausible(one)
    assert not is_plausible(np.rot90(drawn() > 0))


def test_the_overlap_of_masks() -> None:
    one = drawn() > 0
    assert intersection_over_union(one, one) == 1
    assert intersection_over_union(one, ~one) == 0
    assert intersection_over_union(~one & one, ~one & one) == 1
    half = one.copy()
    half[:, 50:] = False
    assert intersection_over_union(one, half) == pytest.approx(0.5)


def test_data_that_cannot_be_read(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"pairs\.csv"):
        load_lung_masks(tmp_path, INPUT)
    (data / "masks" / "3.png").unlink()
    with pytest.raises(UserError, match="mask cannot be read"):
        load_lung_masks(data, INPUT)
