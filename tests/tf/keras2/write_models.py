"""Write what Keras 2 makes of small classifiers: descriptions, places of the weights, and true outputs.

Run by hand where ``tf_keras`` is installed: ``python tests/tf/keras2/write_models.py``. Weights and images
are drawn anew from the seed by whoever reads the file.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import tensorflow as tf
import tf_keras as keras
from drawing import drawn_images, drawn_weights
from tf_keras import layers

SIZE = 16


def _image(channels: int = 3) -> Any:
    return keras.Input((SIZE, SIZE, channels))


def _backbone(channels: int = 3, frozen: int = 0) -> Any:
    image = _image(channels)
    x = layers.Conv2D(4, 3, activation="relu", name="block/conv")(image)
    x = layers.BatchNormalization(name="block/norm")(x)
    x = layers.SeparableConv2D(6, 3, name="separable")(x)
    x = layers.DepthwiseConv2D(3, name="depthwise")(x)
    model = keras.Model(image, layers.ReLU(6.0)(x), name="backbone")
    for layer in model.layers[:frozen]:
        layer.trainable = False
    return model


def _scores(x: Any, units: int = 2, activation: str | None = "softmax") -> Any:
    return layers.Dense(units, activation=activation)(layers.GlobalAveragePooling2D()(x))


def backbone_in_sequential() -> Any:
    head = [layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")]
    return keras.Sequential(
        [layers.InputLayer((SIZE, SIZE, 3)), layers.Rescaling(1 / 255), _backbone(), *head]
    )


def transfer_learning() -> Any:
    image = _image()
    x = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augment")(image)
    backbone = _backbone()
    backbone.trainable = False
    x = backbone(keras.applications.mobilenet_v2.preprocess_input(x), training=False)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(1, activation="sigmoid")(x))


def caffe_inside() -> Any:
    image = _image()
    x = _backbone()(keras.applications.vgg16.preprocess_input(image))
    return keras.Model(image, layers.Activation("softmax")(_scores(x, activation=None)))


def torch_inside() -> Any:
    image = _image()
    return keras.Model(
        image, _scores(_backbone()(keras.applications.densenet.preprocess_input(image)), 14, "sigmoid")
    )


def gray_made_colour() -> Any:
    image = _image(1)
    x = _backbone(frozen=3)(tf.concat([image, image, image], axis=-1))
    return keras.Model(image, layers.Dense(2)(tf.reduce_mean(x, [1, 2])))


def arithmetic() -> Any:
    image = _image(1)
    x = tf.image.resize(tf.cast(tf.image.grayscale_to_rgb(image), tf.float32), (12, 12))
    x = 1.0 - (x / 255.0 - [0.1, 0.2, 0.3]) / [0.2, 0.3, 0.4]
    x = tf.nn.relu(layers.Conv2D(4, 3)(x[:, 1:-1, :, ::-1]))
    x = tf.clip_by_value(keras.activations.swish(x * tf.nn.sigmoid(layers.Conv2D(4, 1)(x)) + x), 0.0, 3.0)
    return keras.Model(image, tf.nn.softmax(layers.Dense(2)(layers.GlobalAveragePooling2D()(x))))


def sequential_parts() -> Any:
    image = _image()
    x = keras.Sequential(
        [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.LeakyReLU(0.2)], name="stem"
    )(image)
    x = keras.Sequential(
        [layers.InputLayer((14, 14, 4)), layers.Conv2D(5, 3), layers.PReLU()], name="second"
    )(x)
    return keras.Model(image, _scores(layers.LayerNormalization()(x)))


def called_twice() -> Any:
    image, backbone = _image(1), _backbone(1)
    return keras.Model(image, _scores(layers.Subtract()([backbone(image), backbone(image) * 2.0])))


def nested_twice() -> Any:
    image = _image()
    inner = keras.Model(image, layers.Conv2D(2, 1, activation="relu")(_backbone()(image)), name="inner")
    return keras.Sequential([inner, layers.GlobalMaxPooling2D(), layers.Dense(2, activation="softmax")])


MODELS: tuple[Callable[[], Any], ...] = (
    backbone_in_sequential,
    transfer_learning,
    caffe_inside,
    torch_inside,
    gray_made_colour,
    arithmetic,
    sequential_parts,
    called_twice,
    nested_twice,
)


def _described(model: Any, folder: Path) -> dict[str, Any]:
    """Return a model as its two kinds of files hold it, and what it says with drawn weights."""
    model.save(folder / "model.h5")
    with h5py.File(folder / "model.h5") as file:
        description = json.loads(file.attrs["model_config"])
        group = file["model_weights"]
        groups = [
            [name, [[weight, group[name][weight].shape] for weight in group[name].attrs["weight_names"]]]
            for name in group.attrs["layer_names"]
        ]
        version = file.attrs["keras_version"]
    values = iter(drawn_weights([shape for _, weights in groups for _, shape in weights], _kinds(groups)))
    for layer in model.layers:
        for weight in layer.trainable_weights + layer.non_trainable_weights:
            weight.assign(next(values))
    outputs = model(drawn_images(model.input_shape[-1], SIZE), training=False).numpy()
    found = {"keras_version": version, "hdf5": description, "groups": groups, "outputs": outputs.tolist()}
    try:
        model.save(folder / "model.keras")
    except TypeError:  # Keras 2 cannot write a slice with an ellipsis there.
        return found
    with zipfile.ZipFile(folder / "model.keras") as archive:
        archive.extract("model.weights.h5", folder)
        found["archive"] = json.loads(archive.read("config.json"))
    # Where each of the drawn weights is in an archive is told by its values.
    order = [value.tobytes() for value in drawn_weights([s for _, w in groups for _, s in w], _kinds(groups))]
    places = _places(folder / "model.weights.h5")
    found["places"] = {place: order.index(data) for place, data in places.items() if data in order}
    return found


def _kinds(groups: list[Any]) -> list[str]:
    return [weight for _, weights in groups for weight, _ in weights]


def _places(path: Path) -> dict[str, bytes]:
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()].tobytes()}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def main() -> None:
    """Write ``models.json`` beside this file."""
    found = {}
    for make in MODELS:
        keras.backend.clear_session()
        with tempfile.TemporaryDirectory() as folder:
            found[make.__name__] = _described(make(), Path(folder))
    path = Path(__file__).with_name("models.json")
    path.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
