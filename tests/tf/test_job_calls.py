"""What jobs do in their process, and what they tell on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from PIL import Image

from cxrviewer.engine.job import JobProgress
from cxrviewer.learning.page_reader import read_page
from cxrviewer.learning.train import TrainOrder, recipes
from cxrviewer.learning.training_log import TrainingLog
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.session.job_calls import EvaluateOrder, StudyOrder, evaluate, study, train

RECIPE = "resnet50-frozen"
CARD = ModelCard("m", "M", "1", "", ("a", "b", "c"), (0.5,) * 3, Activation.SOFTMAX, InputSpec(32, 32, 1))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    for label in "ab":
        (tmp_path / "data" / label).mkdir(parents=True)
        for number in range(6):
            picture = rng.integers(0, 256, (40, 50), dtype=np.uint8)
            Image.fromarray(picture).save(tmp_path / "data" / label / f"{label}{number}.png")
    return tmp_path / "data"


@pytest.fixture
def load(saved: Callable[[Any], Path]) -> LoadRequest:
    return LoadRequest(str(saved(builders.randomise(builders.two_dense()))), CARD)


@pytest.fixture
def small_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    def small(include_top: bool, weights: str | None, input_tensor: Any) -> Any:
        layer = recipes()[RECIPE].SPEC.backbone.layer
        x = keras.layers.Conv2D(6, 3, strides=4, name=layer)(input_tensor)
        return keras.Model(input_tensor, x, name="small")

    monkeypatch.setattr(keras.applications, "ResNet50", small)


def counted(heard: list[object]) -> list[JobProgress]:
    return [message for message in heard if isinstance(message, JobProgress)]


def test_an_evaluation_counts_images(data: Path, tmp_path: Path, load: LoadRequest) -> None:
    heard: list[object] = []
    result = evaluate(heard.append, EvaluateOrder(load, data, tmp_path / "out"))
    assert counted(heard)[-1] == JobProgress(12, 12)
    assert read_page(result.page).title == "Evaluation of M 1"
    assert result.model is None


def test_a_study_asks_what_was_ordered(data: Path, tmp_path: Path, load: LoadRequest) -> None:
    heard: list[object] = []
    order = StudyOrder(load, data, tmp_path / "out", "hires-cam", "last", "b", 3, lungs=False)
    result = study(heard.append, order)
    assert counted(heard)[-1] == JobProgress(6, 6)
    numbers = json.loads((tmp_path / "out" / "study.json").read_text())
    assert (numbers["method"], numbers["layers"], numbers["n"]) == ("hires-cam", ["last"], 6)
    assert not numbers["lungs"]["sought"]
    assert read_page(result.page).title == "Heatmaps of M 1"


@pytest.mark.usefixtures("small_backbone")
def test_a_training_tells_its_log_epoch_by_epoch(data: Path, tmp_path: Path) -> None:
    heard: list[object] = []
    order = TrainOrder(RECIPE, data, tmp_path / "out", 2, None, "random", changes=("size=32", "batch=4"))
    result = train(heard.append, order)
    assert [(told.done, told.total, told.unit) for told in counted(heard)] == [
        (1, 2, "epochs"),
        (2, 2, "epochs"),
    ]
    logs = [message for message in heard if isinstance(message, TrainingLog)]
    assert [log.epochs for log in logs] == [(1,), (1, 2)]
    assert any(isinstance(message, str) and "epoch 1" in message for message in heard)
    assert result.model == tmp_path / "out" / f"{RECIPE}.keras"
    assert result.model.is_file()
    assert "Training of" in read_page(result.page).title
    heard.clear()
    train(heard.append, replace(order, epochs=3, resume=True))
    assert [told.done for told in counted(heard)] == [2, 3], "what was done before is told first"
