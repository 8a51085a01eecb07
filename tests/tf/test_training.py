from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrviewer.cli.main import main
from cxrviewer.learning.augment import Augmentation
from cxrviewer.learning.augment_objects import Objects
from cxrviewer.learning.augment_style import Style
from cxrviewer.learning.dataset import Dataset, load_dataset
from cxrviewer.learning.recipes import paediatric_pneumonia as recipe
from cxrviewer.learning.robust_settings import RobustSettings
from cxrviewer.learning.split import grouped_split
from cxrviewer.learning.training import fit, predict
from cxrviewer.models.backend import tensorflow
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.catalog import file_digest, resolve_model

# Fast enough to move away from the fresh weights in a few steps.
QUICK = RobustSettings(
    epochs=2,
    batch=8,
    learning_rate=0.02,
    averaging=0.5,
    augmentation=Augmentation(rotation=5, stretch=0.05, cutout=0),
    style=Style(0.2, 0.1, 0.1),
    objects=Objects(0, 0, 0, 0),
    lung_weight=0.1,
)


def chest(path: Path, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 40), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture(scope="module")
def kermany(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kermany") / "data"
    for name in ("NORMAL", "PNEUMONIA"):
        (folder / name).mkdir(parents=True)
    for number in range(8):
        chest(folder / "NORMAL" / f"IM-{number // 2 + 100:04d}-{number:04d}.jpeg", number)
        chest(folder / "PNEUMONIA" / f"person{number // 2}_bacteria_{number}.jpeg", 100 + number)
        chest(folder / "PNEUMONIA" / f"person{number // 2 + 50}_virus_{number}.jpeg", 200 + number)
    return folder


@dataclass(frozen=True)
class Runs:
    """One run of two epochs, and one that had got into its second when it was ended and then resumed."""

    whole: Path
    resumed: Path
    said: str


@pytest.fixture(scope="module")
def runs(kermany: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    whole, ended = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("ended") / "run" / "first"

    def snapshot(line: str) -> None:
        # What a process that is killed now leaves behind.
        if line.startswith("epoch 2/"):
            shutil.copytree(whole, ended)

    recipe.train(replace(recipe.SPEC.defaults, epochs=2, batch=12, seed=5), kermany, whole, snapshot)
    arguments = ["train", "paediatric-pneumonia", "--data", str(kermany), "-o", str(ended), "--resume"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main([*arguments, "--epochs", "2", "--seed", "5", "--set", "batch=12"]) == 0
    return Runs(whole, ended, said.getvalue())


def test_the_command_writes_a_model_with_its_card(runs: Runs) -> None:
    out = runs.resumed
    assert "epoch 2/2" in runs.said
    assert "epoch 1/2" not in runs.said, "it was done before"

    weights = out / "paediatric-pneumonia.keras"
    request = resolve_model(str(weights))
    assert request.card == read_card(out / "paediatric-pneumonia.toml")
    assert request.card is not None
    assert request.card.sha256 == file_digest(weights)
    assert request.card.version == "2.0.0"
    assert weights.stat().st_size < 10e6

    facts = json.loads((out / "settings.json").read_text())
    assert (facts["settings"]["seed"], facts["settings"]["epochs"]) == (5, 2)
    assert sum(facts["training"].values()) + sum(facts["validation"].values()) == 24
    assert sorted(path.name for path in out.iterdir()) == [
        "best.json",
        "checkpoint.data-00000-of-00001",
        "checkpoint.index",
        "log.csv",
        "paediatric-pneumonia.keras",
        "paediatric-pneumonia.toml",
        "settings.json",
        "tensorboard",
        "training.html",
    ]
    check_model(weights, request.card.default_layer)


def test_a_run_that_was_ended_and_resumed_is_as_one_that_was_not(runs: Runs) -> None:
    logs = []
    for folder in (runs.whole, runs.resumed):
        with (folder / "log.csv").open(newline="") as stream:
            logs.append(list(csv.DictReader(stream)))
    assert [row["epoch"] for row in logs[1]] == ["1", "2"]
    for row, other in zip(*logs, strict=True):
        assert float(row["loss"]) == pytest.approx(float(other["loss"]), rel=1e-5)


def test_what_never_ran_cannot_be_resumed(
    kermany: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "paediatric-pneumonia", "--data", str(kermany), "-o", str(tmp_path / "none")]
    assert main([*arguments, "--resume"]) == 1
    assert "no run to resume" in capsys.readouterr().err


def check_model(weights: Path, layer: str) -> None:
    tensorflow()
    import keras

    model = keras.saving.load_model(weights, safe_mode=True)
    features = model.get_layer(layer).output
    assert tuple(features.shape[1:3]) == (14, 14)
    assert getattr(model, "optimizer", None) is None
    image = np.random.default_rng(0).random((1, 224, 224, 1)).astype(np.float32)
    maps, probabilities = keras.Model(model.inputs, [features, model.output])([image])
    assert np.asarray(maps).min() >= 0

    # Global average pooling and one dense layer: the grid's mean times its kernel, plus bias, is the logit.
    kernel, bias = model.layers[-1].get_weights()
    logits = np.asarray(maps)[0].mean(axis=(0, 1)) @ kernel + bias
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(np.asarray(probabilities)[0], expected, rtol=1e-4)


def test_no_patient_is_trained_and_validated_on(kermany: Path) -> None:
    data = load_dataset(kermany, recipe.LABELS, recipe.label_and_patient, recipe.INPUT)
    parts = grouped_split(data.labels, data.groups, 0.25, 1)
    training, validation = (
        {recipe.label_and_patient(Path(name))[1] for name in data.subset(part).names} for part in parts
    )
    assert training
    assert validation
    assert not training & validation


def striped(count: int, seed: int = 0) -> Dataset:
    """Images with stripes from side to side, or from top to bottom."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    images = rng.integers(0, 100, (count, 16, 16, 1)).astype(np.uint8)
    stripes = (np.arange(16) // 2 % 2 * 100).astype(np.uint8)[:, None, None]
    images[labels == 1] += stripes
    images[labels == 0] += stripes.transpose(1, 0, 2)
    return Dataset(images, labels.astype(np.int64), np.arange(count), ("",) * count, "")


def trained(settings: RobustSettings) -> tuple[list[float], list[np.ndarray]]:
    tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    inputs = keras.Input((16, 16, 1))
    x = keras.layers.Conv2D(16, 4, strides=4, activation="leaky_relu", name="last")(inputs - 0.5)
    x = keras.layers.Dropout(0.0)(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))
    losses: list[float] = []
    probabilities: list[np.ndarray] = []
    training, validation = striped(64), striped(20, seed=1)
    lungs = np.full_like(training.images, 255)
    lungs[:, :8] = 0

    def epoch_end(epoch: int, loss: float) -> None:
        assert epoch == len(losses) + 1
        losses.append(loss)
        probabilities.append(predict(model, validation.images))

    with tempfile.TemporaryDirectory() as folder:
        assert fit(model, "last", training, lungs, settings, Path(folder), epoch_end) == 0
    return losses, probabilities


def test_training_learns_and_tells_after_each_epoch() -> None:
    losses, probabilities = trained(replace(QUICK, epochs=10, averaging=0.3))
    assert len(losses) == 10
    assert losses[-1] < losses[0]
    assert (probabilities[-1].argmax(axis=1) == striped(20).labels).mean() > 0.9


@pytest.fixture(scope="module")
def base() -> np.ndarray:
    """Probabilities after training with the unchanged settings."""
    return trained(QUICK)[1][-1]


def test_the_same_seed_trains_the_same(base: np.ndarray) -> None:
    np.testing.assert_allclose(trained(QUICK)[1][-1], base, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 3},
        {"seed": 2},
        {"weight_decay": 5.0},
        {"warmup": 0.25},
        {"label_smoothing": 0.3},
        {"averaging": 0.9},
        {"style": Style(1.0, 0.9, 2.0)},
        {"objects": Objects(1.0, 0.3, 1.0, 0.0)},
        {"lung_weight": 2.0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_setting_matters(change: dict[str, object], base: np.ndarray) -> None:
    assert np.abs(trained(replace(QUICK, **change))[1][-1] - base).max() > 1e-3


def test_validation_sees_the_averaged_weights() -> None:
    # With an average that hardly moves from its start, what is validated hardly learns.
    _, live = trained(replace(QUICK, epochs=4, averaging=0.01))
    _, slow = trained(replace(QUICK, epochs=4, averaging=0.9999))
    truth = np.eye(2)[striped(20).labels]
    assert np.abs(live[-1] - truth).mean() < 0.3
    assert np.abs(slow[-1] - truth).mean() > 0.4


def test_predict_takes_images_in_batches() -> None:
    tensorflow()
    import keras

    inputs = keras.Input((16, 16, 1))
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs))
    images = striped(10).images
    np.testing.assert_allclose(
        predict(model, images, batch=4)[:, 0], images.mean(axis=(1, 2, 3)) / 255, rtol=1e-5
    )
