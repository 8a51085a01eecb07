"""A heatmap study from end to end."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from PIL import Image

from cxrviewer.cli.main import main
from cxrviewer.errors import UserError
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import of_label
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.learning.comparison import compare
from cxrviewer.learning.evidence import Place
from cxrviewer.learning.study import Study, StudySettings, study
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.card_toml import write_card
from cxrviewer.models.catalog import file_digest
from cxrviewer.models.load_request import LoadRequest

CARD = ModelCard("m", "M", "1", "", ("a", "b", "c"), (0.5,) * 3, Activation.SOFTMAX, InputSpec(32, 32, 1))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    for label, brightness in (("a", 90), ("b", 160)):
        folder = tmp_path / "data" / label
        folder.mkdir(parents=True)
        for number in range(7):
            picture = rng.integers(brightness, brightness + 90, (40, 50), dtype=np.uint8)
            Image.fromarray(picture).save(folder / f"{label}{number}.png")
    return tmp_path / "data"


def ask(_info: ModelInfo) -> Question:
    return Question(of_label(1), layers=("last",))


def left_half(radiograph: Radiograph) -> np.ndarray:
    mask = np.zeros((20, 20), bool)
    mask[:15, :10] = True
    assert radiograph.shape == (40, 50)
    return mask


def left_half_of_some(radiograph: Radiograph) -> np.ndarray | None:
    """Find lungs on every image but two."""
    return None if radiograph.path.stem in {"a0", "b1"} else left_half(radiograph)


def studied(load: LoadRequest, data: Path, output: Path, **settings: int) -> Study:
    return study(load, data, output, ask, StudySettings(**settings), lambda *n: None, left_half)


@pytest.fixture
def load(saved: Callable[[Any], Path]) -> LoadRequest:
    return LoadRequest(str(saved(builders.randomise(builders.two_dense()))), CARD)


def test_a_study_compares_as_many_images_of_each_class(data: Path, tmp_path: Path, load: LoadRequest) -> None:
    found = studied(load, data, tmp_path / "out", per_class=5)
    numbers = json.loads((tmp_path / "out" / "study.json").read_text())
    with (tmp_path / "out" / "study.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["class"] for row in rows] == ["a"] * 5 + ["b"] * 5
    assert numbers["n"] == 10
    means = {
        name: np.array([float(row["mean heatmap"]) for row in rows if row["class"] == name]) for name in "ab"
    }
    expected = compare(("a", "b"), means["a"], means["b"])
    assert numbers["comparisons"][0]["t"] == pytest.approx(expected.t, rel=1e-3)
    assert numbers["groups"][0]["mean"] == pytest.approx(means["a"].mean(), rel=1e-4)
    for name in "ab":
        places = found.mean_shares(name)
        assert set(places) == set(Place)
        share, even = places[Place.LUNGS]
        assert even == pytest.approx(0.375)
        assert 0 <= share <= 1
    page = (tmp_path / "out" / "study.html").read_text()
    assert "inside the lungs" in page
    assert page.count("data:image/png") == 2


def test_images_without_lungs_are_counted_and_have_no_part_in_the_shares_of_lungs(
    data: Path, tmp_path: Path, load: LoadRequest
) -> None:
    settings = StudySettings(per_class=7)
    runs = [
        study(load, data, tmp_path / name, ask, settings, lambda *n: None, mask)
        for name, mask in (("some", left_half_of_some), ("all", left_half), ("none", None))
    ]
    some, everything, nothing = runs
    assert {path.stem for path in some.without_lungs} == {"a0", "b1"}
    numbers = json.loads((tmp_path / "some" / "study.json").read_text())
    assert numbers["lungs"]["sought"] is True
    assert numbers["lungs"]["found"] == 12
    assert sorted(numbers["lungs"]["not_found_in"]) == ["a0.png", "b1.png"]
    for name, missing in (("a", "a0"), ("b", "b1")):
        kept = [i.shares[Place.LUNGS][0] for i in everything.of(name) if i.path.stem != missing]
        assert some.mean_shares(name)[Place.LUNGS][0] == pytest.approx(np.mean(kept))
        assert some.mean_shares(name)[Place.CORNERS] == pytest.approx(
            everything.mean_shares(name)[Place.CORNERS], abs=0.02
        )
    page = (tmp_path / "some" / "study.html").read_text()
    assert "No lungs were found on 2 of 14 images" in page
    assert "a0.png" in page
    assert nothing.places == (Place.BORDER, Place.CORNERS)
    assert not nothing.without_lungs
    assert "lung" not in (tmp_path / "none" / "study.html").read_text().partition("Where the positive")[2]


def test_equal_seeds_draw_equal_images(data: Path, tmp_path: Path, load: LoadRequest) -> None:
    runs = [studied(load, data, tmp_path, per_class=3, seed=seed) for seed in (1, 1, 2)]
    names = [[image.path.name for image in run.images] for run in runs]
    assert names[0] == names[1] != names[2]
    assert [image.mean for image in runs[0].images] == [image.mean for image in runs[1].images]


def test_the_command_studies_a_file(
    data: Path, tmp_path: Path, load: LoadRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(load.path)
    write_card(replace(CARD, sha256=file_digest(path)), path.with_suffix(".toml"))
    arguments = ["study", str(path), "--data", str(data), "-o", str(tmp_path / "s"), "--per-class", "4"]
    assert main([*arguments, "--method", "hires-cam", "--layer", "last", "--target", "b", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["method"], printed["layers"], printed["n"]) == ("hires-cam", ["last"], 8)
    assert printed["lungs"]["sought"]
    missed = len(printed["lungs"]["not_found_in"])
    assert missed == 8 - printed["lungs"]["found"]
    assert missed >= 4
    assert main([*arguments, "--target", "b"]) == 0
    assert f"no lungs were found on {missed} of 8 images" in capsys.readouterr().err
    assert main([*arguments, "--target", "b", "--no-lungs"]) == 0
    told = capsys.readouterr()
    assert "lungs" not in told.out + told.err
    assert main([*arguments, "--method", "nonsense"]) == 2
    (data / "b").rename(data / "other")
    assert main(arguments) == 1
    assert "two classes" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_said_before_the_work(
    data: Path, tmp_path: Path, load: LoadRequest
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="output folder cannot be used"):
        studied(load, data, tmp_path / "file")
