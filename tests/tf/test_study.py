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
