"""Files that Keras 2 wrote: the model that comes out says what it said there."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras2.drawing import drawn_images, drawn_weights
from questions import Asking

from cxrviewer.errors import ModelError
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest
from cxrviewer.explain.target import of_label
from cxrviewer.models.runtime import load_model

MODELS: dict[str, Any] = json.loads((Path(__file__).parent / "keras2" / "models.json").read_text("utf-8"))
ARCHIVED = [name for name, model in MODELS.items() if "archive" in model]


def weights_of(model: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Return layer, name and drawn values of each weight, in the order of the file."""
    places = [(layer, name, shape) for layer, weights in model["groups"] for name, shape in weights]
    values = drawn_weights([place[2] for place in places], [place[1] for place in places])
    return [(layer, name, value) for (layer, name, _), value in zip(places, values, strict=True)]


def hdf5_file(model: dict[str, Any], path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = model["keras_version"]
        file.attrs["model_config"] = json.dumps(model["hdf5"])
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [layer for layer, _ in model["groups"]]
        for layer, weights in model["groups"]:
            group.create_group(layer).attrs["weight_names"] = [name for name, _ in weights]
        for layer, name, value in weights_of(model):
            group[layer].create_dataset(name, data=value)
    return path


def archive_file(model: dict[str, Any], path: Path) -> Path:
    weights = path.with_name("model.weights.h5")
    values = [value for _, _, value in weights_of(model)]
    with h5py.File(weights, "w") as file:
        for place, index in model["places"].items():
            file.create_dataset(place, data=values[index])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": model["keras_version"]}))
        archive.writestr("config.json", json.dumps(model["archive"]))
        archive.write(weights, weights.name)
    return path


def assert_says_the_same(path: Path, model: dict[str, Any]) -> None:
    loaded = load_model(path)
    images = drawn_images(loaded.channels, loaded.height or 0)
    np.testing.assert_allclose(
        loaded.keras_model(images, training=False), model["outputs"], rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("name", MODELS)
def test_an_hdf5_file_gives_the_same_scores(tmp_path: Path, name: str) -> None:
    assert_says_the_same(hdf5_file(MODELS[name], tmp_path / "model.h5"), MODELS[name])


@pytest.mark.parametrize("name", ARCHIVED)
def test_an_archive_gives_the_same_scores(tmp_path: Path, name: str) -> None:
    assert_says_the_same(archive_file(MODELS[name], tmp_path / "model.keras"), MODELS[name])


@pytest.mark.parametrize(
    ("name", "auto"),
    [
        ("backbone_in_sequential", "backbone/re_lu"),
        ("caffe_inside", "backbone/re_lu"),
        ("nested_twice", "inner/conv2d"),
    ],
)
def test_a_nested_backbone_is_explained(tmp_path: Path, explainer: Explainer, name: str, auto: str) -> None:
    model = MODELS[name]
    asking = Asking(explainer, LoadRequest(str(hdf5_file(model, tmp_path / "model.h5"))))
    assert asking.info.auto_layer == auto
    image = drawn_images(3, 16)[:1]
    maps = [asking(image, target=of_label(index)).attribution for index in range(2)]
    assert all(each.explains_logit and np.abs(each.values).max() > 0 for each in maps)
    assert not np.allclose(maps[0].values, maps[1].values)


def test_weights_in_another_order_are_refused(tmp_path: Path) -> None:
    """Gamma and variance have one shape: Keras would take one for the other."""
    path = hdf5_file(MODELS["backbone_in_sequential"], tmp_path / "model.h5")
    with h5py.File(path, "a") as file:
        group = file["model_weights"]["backbone"]
        names = list(group.attrs["weight_names"])
        first, second = (next(n for n in names if kind in n) for kind in ("gamma", "moving_variance"))
        swap = {first: second, second: first}
        group.attrs["weight_names"] = [swap.get(name, name) for name in names]
    with pytest.raises(ModelError, match="another order"):
        load_model(path)


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """Return the file of a model in whose description a text is replaced."""
    text = json.dumps(MODELS[name]["hdf5"])
    assert old in text
    return hdf5_file({**MODELS[name], "hdf5": json.loads(text.replace(old, new))}, tmp_path / "model.h5")


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("arithmetic", '"math.sigmoid"', '"io.read_file"', "'io.read_file'"),
        ("arithmetic", '"image.resize"', '"py_function"', "'py_function'"),
        ("caffe_inside", '"NHWC"', '"NCHW"', "'nn.bias_add'"),
        ("nested_twice", '"activation": "relu"', '"activation": "hard_sigmoid"', "hard sigmoid"),
        ("nested_twice", '"GlobalMaxPooling2D"', '"Mine"', "'Mine'"),
        ("nested_twice", '"GlobalMaxPooling2D"', '"Lambda"', "program code"),
        ("nested_twice", '"output_layers"', '"put_layers"', "not one that Keras writes"),
    ],
)
def test_what_has_no_counterpart_is_refused(
    tmp_path: Path, name: str, old: str, new: str, reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        load_model(changed(tmp_path, name, old, new))
