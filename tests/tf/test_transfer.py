"""What the recipes of the published systems have in common, on a network of a few layers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cxrviewer.errors import UserError
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.learning.loop import Loop, PlateauSchedule
from cxrviewer.learning.pixels import read_pixels
from cxrviewer.learning.transfer import train
from cxrviewer.learning.transfer_data import Feed, weighted_loss
from cxrviewer.learning.transfer_run import TransferRun
from cxrviewer.learning.transfer_spec import (
    UNCHANGED,
    Backbone,
    Balance,
    Head,
    TransferSettings,
    TransferSpec,
)
from cxrviewer.models.card import Activation, ContrastRule, InputSpec, Scaling
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.preprocess import prepare_input

SETTINGS = TransferSettings(
    epochs=4,
    batch=4,
    learning_rate=0.3,
    plateau_factor=0.5,
    plateau_patience=2,
    size=32,
    augmentation=replace(UNCHANGED, rotation=10.0, flip=True),
)
SPEC = TransferSpec(
    id="tiny",
    name="Tiny",
    order=0,
    summary="",
    backbone=Backbone("Tiny", Scaling.IMAGENET_CAFFE, "conv"),
    head=Head(units=(8,), dropout=(0.5,)),
    contrast=ContrastRule.WHITE_BALANCE,
    defaults=SETTINGS,
)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    def tiny(include_top: bool, weights: str | None, input_tensor: Any) -> Any:
        assert not include_top
        if weights == "imagenet":
            raise OSError("Name or service not known")
        x = keras.layers.Conv2D(6, 3, strides=4, use_bias=False, name="conv")(input_tensor)
        x = keras.layers.BatchNormalization(name="norm")(x)
        return keras.Model(input_tensor, keras.layers.ReLU(name="out")(x), name="tiny")

    monkeypatch.setattr(keras.applications, "Tiny", tiny, raising=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for name in ("one", "two"):
        (folder / name).mkdir()
        for number in range(10):
            # Nothing that can be learned: the validation loss rises.
            Image.fromarray(rng.integers(0, 256, (20, 24), np.uint8)).save(folder / name / f"{number}.png")
    return folder


class KilledError(Exception):
    pass


def run(data: Path, output: Path, spec: TransferSpec = SPEC, **options: Any) -> list[str]:
    """Train; returns what was told. A text `kill` ends the run when a line begins with it."""
    told: list[str] = []
    kill, changes = options.pop("kill", None), options.pop("changes", {})

    def progress(line: str) -> None:
        told.append(line)
        if kill is not None and line.startswith(kill):
            raise KilledError

    options = {"weights": "random", **options}
    train(spec, replace(spec.defaults, **changes), data, output, progress, **options)
    return told


def log(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def state(folder: Path) -> dict[str, np.ndarray]:
    """Return everything in a checkpoint: weights, optimiser, step, rate, plateau, random numbers."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(folder / "checkpoint"))
    names = [name for name in reader.get_variable_to_shape_map() if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
    return {name: reader.get_tensor(name) for name in names}


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a run that was never ended; made when it is first asked for."""
    made: list[Path] = []

    def get() -> Path:
        if not made:
            made.append(tmp_path_factory.mktemp("whole"))
            run(data, made[0])
        return made[0]

    return get


def test_a_killed_run_goes_on_bit_for_bit(data: Path, tmp_path: Path, whole: Callable[[], Path]) -> None:
    with pytest.raises(KilledError):
        run(data, tmp_path, kill="epoch 3/4")
    told = run(data, tmp_path, resume=True, weights="imagenet")
    assert any("epochs were done before" in line for line in told)
    assert log(tmp_path) == log(whole())
    rates = [float(row["learning_rate"]) for row in log(tmp_path)]
    assert rates[-1] < rates[0], log(tmp_path)
    expected, found = state(whole()), state(tmp_path)
    assert expected.keys() == found.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    for name in ("tiny.toml", "best.json", "settings.json"):
        kept = [(folder / name).read_text() for folder in (whole(), tmp_path)]
        assert kept[0].replace(read_card(whole() / "tiny.toml").sha256, "") == kept[1].replace(
            read_card(tmp_path / "tiny.toml").sha256, ""
        )


def test_a_frozen_backbone_is_run_once_and_its_run_goes_on_too(data: Path, tmp_path: Path) -> None:
    spec = replace(
        SPEC,
        backbone=replace(SPEC.backbone, frozen=True),
        defaults=replace(SETTINGS, augmentation=UNCHANGED),
    )
    made = [tmp_path / name for name in ("whole", "halved", "every")]
    run(data, made[0], spec)
    with pytest.raises(KilledError):
        run(data, made[1], spec, kill="epoch 3/4")
    run(data, made[1], spec, resume=True, weights="imagenet")
    assert log(made[0]) == log(made[1])
    # The same as if every image went through the backbone in every step.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransferRun, "_pass_backbone", lambda self: None)
        run(data, made[2], spec)
    for row, other in zip(log(made[0]), log(made[2]), strict=True):
        assert float(row["loss"]) == pytest.approx(float(other["loss"]), rel=1e-4)
        assert float(row["val_loss"]) == pytest.approx(float(other["val_loss"]), rel=1e-4)


def test_a_run_is_resumed_on_the_same_data_with_the_same_settings(
    data: Path, tmp_path: Path, whole: Callable[[], Path]
) -> None:
    with pytest.raises(UserError, match="no run to resume"):
        run(data, tmp_path / "new", resume=True)
    folder = whole()
    with pytest.raises(UserError, match=r"begun with batch=4\."):
        run(data, folder, resume=True, changes={"batch": 8})
    other = tmp_path / "other"
    for name in ("one", "two"):
        for number in range(4):
            (other / name).mkdir(parents=True, exist_ok=True)
            (other / name / f"{number}.png").write_bytes((data / name / f"{number}.png").read_bytes())
    with pytest.raises(UserError, match="data are not those"):
        run(other, folder, resume=True)
    with pytest.raises(UserError, match="damaged or belongs to another network"):
        run(data, folder, replace(SPEC, head=Head()), resume=True)


def test_the_network_is_fed_what_the_viewer_gives_it(data: Path, tmp_path: Path) -> None:
    paths = sorted(data.rglob("*.png"))
    for scaling in (Scaling.IMAGENET_CAFFE, Scaling.IMAGENET_TORCH, Scaling.UNIT):
        spec = InputSpec(32, 32, 3, scaling, contrast=ContrastRule.WHITE_BALANCE)
        gray = replace(spec, channels=1, scaling=Scaling.UNIT)
        images = read_pixels(paths, gray, tmp_path, lambda line: None).images
        truth = np.eye(2, dtype=bool)[[0, 1] * (len(paths) // 2)]
        batches = Feed(images, truth, spec).batches(np.arange(len(paths)), SETTINGS)
        plain = Feed(images, truth, spec).inputs(images[:1].astype(np.float32) / 255)
        seen = prepare_input(read_radiograph(paths[0]), spec)
        step = np.abs(np.array(seen.white) - np.array(seen.black)) / 255
        assert (np.abs(plain - seen.values) <= step * 0.501).all()
        inputs, targets = next(iter(batches(0, 5)))
        assert inputs.shape == (4, 32, 32, 3)
        assert targets.shape == (4, 2)


def test_each_epoch_shows_every_image_once_or_every_class_equally_often(data: Path) -> None:
    images = np.arange(20, dtype=np.uint8)[:, None, None, None] * np.ones((1, 16, 16, 1), np.uint8)
    truth = np.eye(2, dtype=bool)[(np.arange(20) < 4).astype(int)]
    feed = Feed(images, truth, InputSpec(16, 16, 1, Scaling.BYTE))
    plain = replace(SETTINGS, augmentation=UNCHANGED)

    def drawn(first: int, **changes: Any) -> list[int]:
        batches = feed.batches(np.arange(20), replace(plain, **changes))(first, first + 5)
        return [round(float(value)) for inputs, _ in batches for value in inputs[:, 0, 0, 0]]

    assert sorted(drawn(0)) == list(range(20))
    assert drawn(0) == drawn(0) != drawn(5)
    balanced = np.array(drawn(0, balance=Balance.SAMPLING))
    assert (balanced < 4).sum() == 10


def test_the_rate_falls_as_by_keras(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=2)
    callback.set_model(model)
    callback.on_train_begin()
    loop = Loop(model, lambda *_: 0.0, PlateauSchedule(12, 1, 0.1, 0.3, 2), tmp_path)
    for epoch, loss in enumerate((1.0, 0.9, 0.89995, 0.95, 0.8, 0.9, 0.81, 0.82, 0.83, 0.7, 0.71, 0.72)):
        loop.watch(loss)
        callback.on_epoch_end(epoch, {"val_loss": loss})
        assert loop.rate == pytest.approx(float(model.optimizer.learning_rate), rel=1e-6)
    assert loop.rate == pytest.approx(0.1 * 0.3**4, rel=1e-5)


def test_losses_weigh_what_is_rare() -> None:
    truth = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], bool)
    even = np.full((4, 2), 0.5, np.float32)
    targets = truth.astype(np.float32)
    assert float(weighted_loss(truth, Balance.NONE, True)(targets, even)) == pytest.approx(np.log(2))
    rare, common = np.array(even), np.array(even)
    rare[3], common[0] = (0.9, 0.1), (0.1, 0.9)
    loss = weighted_loss(truth, Balance.LOSS, True)
    # Weights of 4/(2·3) and 4/(2·1): each class has half of the loss.
    added = np.log(10) - np.log(2)
    assert float(loss(targets, rare)) - float(loss(targets, even)) == pytest.approx(2 * added / 4, rel=1e-5)
    assert float(loss(targets, common)) - float(loss(targets, even)) == pytest.approx(
        2 / 3 * added / 4, rel=1e-5
    )
    # A present finding weighs by the share without it: -(0.25·3·ln + 0.75·1·ln)/4 a column.
    several = weighted_loss(truth, Balance.LOSS, False)
    assert float(several(targets, even)) == pytest.approx(2 * (0.25 * 3 + 0.75) * np.log(2) / 8, rel=1e-5)


def test_heatmaps_show_how_a_model_changes(data: Path, tmp_path: Path) -> None:
    import tensorflow as tf

    run(data, tmp_path, changes={"epochs": 2, "heatmaps": 3})
    sheets = [(tmp_path / "heatmaps" / f"epoch-00{number}.png").read_bytes() for number in (1, 2)]
    assert sheets[0] != sheets[1]
    tags = []
    for file in (tmp_path / "tensorboard").iterdir():
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            tags += [(event.step, value.tag) for value in event.summary.value]
    for name in ("loss", "learning_rate", "val_loss", "accuracy", "auc", "heatmaps"):
        assert {(1, name), (2, name)} <= set(tags)


def test_weights_of_the_backbone_or_of_the_whole(
    data: Path, tmp_path: Path, whole: Callable[[], Path]
) -> None:
    import keras

    folder = whole()
    trained = keras.saving.load_model(folder / "tiny.keras")
    backbone = keras.Model(trained.inputs, trained.get_layer("out").output)
    backbone.save_weights(tmp_path / "backbone.weights.h5")
    backbone.save(tmp_path / "backbone.keras")
    # In the form in which keras.applications has its weights.
    backbone.save(tmp_path / "backbone.h5")
    still = replace(SPEC, backbone=replace(SPEC.backbone, frozen=True))
    names = ("backbone.weights.h5", "backbone.keras", "backbone.h5")
    for weights in (folder / "tiny.keras", *(tmp_path / name for name in names)):
        run(data, tmp_path / "run", still, weights=weights, changes={"epochs": 1})
        begun = keras.saving.load_model(tmp_path / "run" / "tiny.keras")
        for layer in ("conv", "norm"):
            for one, other in zip(
                begun.get_layer(layer).get_weights(), trained.get_layer(layer).get_weights(), strict=True
            ):
                np.testing.assert_array_equal(one, other)
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save(tmp_path / "another.keras")
    with pytest.raises(UserError, match="fit neither") as caught:
        run(data, tmp_path / "run", weights=tmp_path / "another.keras")
    assert caught.value.path == tmp_path / "another.keras"
    with pytest.raises(UserError, match="does not exist"):
        run(data, tmp_path / "run", weights=tmp_path / "none.keras")
    with pytest.raises(UserError, match="cannot be downloaded: Name or service not known") as caught:
        run(data, tmp_path / "run", weights=None)
    assert "--weights" in caught.value.hint


def test_what_is_wrong_with_the_data_is_told(data: Path, tmp_path: Path) -> None:
    messy = tmp_path / "messy"
    for name in ("one", "two"):
        (messy / name).mkdir(parents=True)
        for path in (data / name).iterdir():
            (messy / name / path.name).write_bytes(path.read_bytes())
    broken = messy / "two" / "0.png"
    broken.write_bytes(broken.read_bytes()[:60])
    (messy / "one" / "twin.png").write_bytes((data / "two" / "1.png").read_bytes())
    out = tmp_path / "run"
    told = "\n".join(run(messy, out, changes={"epochs": 1}))
    assert "left out: 0.png: " in told
    assert "1 images are there more than once" in told
    assert "1 of them are filed under different findings" in told
    assert "the patients are not known" in told
    facts = json.loads((out / "settings.json").read_text())
    assert facts["duplicates"] == [["twin.png", "1.png"]]
    assert list(facts["unreadable"]) == ["0.png"]


def test_several_findings_an_image(data: Path, tmp_path: Path) -> None:
    names = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.png"))
    findings = ("Mass|Nodule", "No Finding", "Mass", "Nodule|Effusion")
    rows = [f"{name},{findings[number % 4]},{number // 2}" for number, name in enumerate(names)]
    table = data / "findings.csv"
    table.write_text("Image Index,Finding Labels,Patient ID\n" + "\n".join(rows) + "\n")
    spec = replace(
        SPEC,
        head=Head(activation=Activation.SIGMOID),
        labels=("Effusion", "Hernia", "Mass", "Nodule"),
        defaults=replace(SETTINGS, balance=Balance.LOSS, epochs=1, heatmaps=2),
    )
    told = run(table, tmp_path, spec)
    table.unlink()
    assert "no training image has Hernia: these outputs are not learned" in told
    card = read_card(tmp_path / "tiny.toml")
    assert card.labels == spec.labels
    assert card.activation is Activation.SIGMOID
    assert "Hernia –" in card.limits
    assert card.thresholds[1] == 0.5
    facts = json.loads((tmp_path / "settings.json").read_text())
    assert facts["training"]["Mass"] + facts["validation"]["Mass"] == 10
    assert facts["patients_known"]


def test_a_training_that_diverges_is_ended(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no longer a number"):
        run(data, tmp_path, changes={"learning_rate": 1e38})
