"""Keras models and arrays of a notebook, several threads, and the callback in a real training."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import cxrviewer
from cxrviewer.api.model import Model
from cxrviewer.callbacks import HeatmapCallback
from cxrviewer.errors import CardError, ModelError, UsageError, UserError
from cxrviewer.paths import resource

LABELS = ["Dark", "Bright"]


def bright_spots(side: int = 32) -> Any:
    """A classifier of which the second output rises where the image is bright."""
    import keras

    image = keras.Input((side, side, 1))
    seen = keras.layers.Conv2D(1, 3, padding="same", activation="relu", name="spots")(image)
    scores = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(seen))
    model = keras.Model(image, keras.layers.Softmax()(scores), name="bright")
    model.set_weights(
        [np.full((3, 3, 1, 1), 1 / 9), np.array([-0.5]), np.array([[-50.0, 50.0]]), np.array([0.5, 0.0])]
    )
    return model


@pytest.fixture(scope="module")
def network() -> Any:
    return bright_spots()


@pytest.fixture(scope="module")
def model(network: Any) -> Model:
    return cxrviewer.load_model(network, labels=LABELS, scaling="unit")


def planted(row: int, column: int) -> np.ndarray:
    pixels = np.full((120, 160), 0.2)
    pixels[row - 12 : row + 12, column - 12 : column + 12] = 1.0
    return pixels


@pytest.mark.parametrize("place", [(30, 40), (90, 130)])
def test_the_heatmap_of_an_array_lies_where_the_model_looks(model: Model, place: tuple[int, int]) -> None:
    answer = cxrviewer.explain(planted(*place), model, target=1)
    assert (answer.top, answer.target) == ("Bright", "Bright")
    heatmap = answer.heatmap
    assert heatmap.shape == (120, 160)
    assert heatmap.min() == 0
    assert heatmap.max() == pytest.approx(1, abs=0.01)
    rows, columns = np.nonzero(heatmap > 0.5)
    assert abs(rows.mean() - place[0]) < 3
    assert abs(columns.mean() - place[1]) < 3
    assert max(np.abs(rows - place[0]).max(), np.abs(columns - place[1]).max()) <= 12
    against = cxrviewer.explain(planted(*place), model, target="Dark")
    assert against.heatmap.max() == 0
    assert np.nanmin(against.on_image()) < 0


def test_a_model_in_memory_is_taken_as_it_is(network: Any, model: Model, tmp_path: Path) -> None:
    assert model.labels == tuple(LABELS)
    assert model.notes == ()
    guessed = cxrviewer.load_model(network)
    assert any("guesses" in note for note in guessed.notes)
    trained = bright_spots()
    trained.layers[1].set_weights([np.full((3, 3, 1, 1), 1 / 9), np.array([-0.4])])
    assert cxrviewer.load_model(trained).card.sha256 != model.card.sha256
    saved = cxrviewer.explain(planted(30, 40), network).save(tmp_path / "map.npz")
    assert np.load(saved)["attribution"].shape == (32, 32)
    sidecar = json.loads((tmp_path / "map.npz.json").read_text())
    assert sidecar["scenes"][0]["model"]["sha256"] == model.card.sha256


def test_what_is_wrong_is_said(network: Any, model: Model) -> None:
    import keras

    pixels = planted(30, 40)
    with pytest.raises(CardError, match="3 labels"):
        cxrviewer.load_model(network, labels=["a", "b", "c"])
    with pytest.raises(CardError, match="imagenet-torch"):
        cxrviewer.load_model(network, scaling="0..1")
    for none in (keras.Sequential([keras.layers.Dense(2)]), 5):
        with pytest.raises(ModelError, match="shape"):
            cxrviewer.load_model(none)
    for wrong in (
        {"fusion": "sum"},
        {"smoothing": "x"},
        {"target": 7},
        {"layer": ["spots", "x"]},
        {"top": 5},
    ):
        with pytest.raises(UsageError):
            cxrviewer.explain(pixels, model, **wrong)


def test_threads_do_not_interrupt_one_another(model: Model) -> None:
    found: list[cxrviewer.api.Explanation] = []
    asked = [("rise", 3000), ("rise", 2999), ("rise", 2998)]

    def ask(method: str, masks: int) -> None:
        found.append(cxrviewer.explain(planted(30, 40), model, method=method, masks=masks))

    threads = [threading.Thread(target=ask, args=each) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(asked)


def test_the_callback_watches_a_training_from_a_dataset(tmp_path: Path) -> None:
    import tensorflow as tf

    network = bright_spots()
    network.compile("sgd", "sparse_categorical_crossentropy")
    images = np.random.default_rng(0).random((8, 32, 32, 1), np.float32)
    data = tf.data.Dataset.from_tensor_slices((images, np.arange(8) % 2)).batch(4)
    phantoms = [resource("samples", f"phantom-{name}.dcm") for name in ("opacity", "normal")]
    watched = [phantoms[0], images[0], images[1, ..., 0]]
    watch = HeatmapCallback(watched, tmp_path, labels=LABELS, target="Bright", every=2)
    network.fit(data, validation_data=data, epochs=4, callbacks=[watch], verbose=0)
    sheets = sorted((tmp_path / "heatmaps").iterdir())
    assert [path.name for path in sheets] == ["epoch-002.png", "epoch-004.png"]
    first, last = (np.asarray(Image.open(path)) for path in sheets)
    assert first.std() > 20
    assert np.abs(first.astype(int) - last).max() > 0
    for nothing in ({"images": []}, {"images": phantoms, "every": 0}):
        with pytest.raises(UsageError, match="nothing to watch"):
            HeatmapCallback(folder=tmp_path, **nothing)
    with pytest.raises(UserError, match="labels"):
        network.fit(data, callbacks=[HeatmapCallback(phantoms, tmp_path, labels=["one"] * 3)], verbose=0)
    (tmp_path / "taken").write_text("a file")
    hindered = HeatmapCallback(phantoms, tmp_path / "taken", labels=LABELS)
    with pytest.warns(UserWarning, match="No heatmaps of epoch 1"):
        network.fit(data, callbacks=[hindered], verbose=0)


def test_keras_on_another_backend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from cxrviewer.models import backend

    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    backend.tensorflow.cache_clear()
    with pytest.raises(ModelError, match=r"Keras runs on jax.*KERAS_BACKEND=tensorflow"):
        backend.tensorflow()
