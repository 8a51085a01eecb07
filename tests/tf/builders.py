"""Small classifiers of every shape that the explanations have to cope with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

SIZE = 32


def _image(channels: int = 1) -> Any:
    return keras.Input((SIZE, SIZE, channels), name="image")


def _features(x: Any) -> Any:
    x = keras.layers.Conv2D(8, 3, padding="same", activation="relu", name="early")(x)
    x = keras.layers.MaxPooling2D(name="pool")(x)
    x = keras.layers.Conv2D(12, 3, padding="same", name="conv")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    return keras.layers.ReLU(name="last")(x)


def flat(units: int = 3, activation: str | None = "softmax") -> Any:
    """Global average pooling and one dense layer: every equality of the methods holds."""
    image = _image()
    x = keras.layers.GlobalAveragePooling2D(name="gap")(_features(image))
    return keras.Model(image, keras.layers.Dense(units, activation=activation, name="scores")(x), name="flat")


def flattened() -> Any:
    image = _image()
    x = keras.layers.Flatten(name="flatten")(_features(image))
    return keras.Model(image, keras.layers.Dense(3, activation="softmax", name="scores")(x), name="flattened")


def two_dense() -> Any:
    """A nonlinear head, on which the methods differ."""
    image = _image()
    x = keras.layers.Flatten()(_features(image))
    x = keras.layers.Dense(16, activation="tanh")(x)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax", name="scores")(x), name="two_dense")


def residual() -> Any:
    """A layer with a bypass: what follows it also needs what came before."""
    image = _image()
    x = keras.layers.Conv2D(8, 3, padding="same", name="first")(image)
    y = keras.layers.Conv2D(8, 3, padding="same", activation="relu", name="middle")(x)
    x = keras.layers.Multiply(name="join")([x, y])
    x = keras.layers.ReLU(name="last")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax", name="scores")(x), name="residual")


def _backbone() -> Any:
    inside = keras.Input((SIZE, SIZE, 1))
    return keras.Model(inside, _features(inside), name="backbone")


def nested_sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            keras.layers.Rescaling(1 / 255, name="rescaling"),
            _backbone(),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ],
        name="nested_sequential",
    )


def nested_twice() -> Any:
    image = _image()
    inside = keras.Input((SIZE, SIZE, 1))
    inner = keras.Model(inside, keras.layers.Dropout(0.5, name="drop")(_backbone()(inside)), name="inner")
    x = keras.layers.GlobalMaxPooling2D()(inner(image))
    return keras.Model(image, keras.layers.Dense(3, activation="softmax")(x), name="nested_twice")


def shared() -> Any:
    """One convolution used twice."""
    image = _image()
    conv = keras.layers.Conv2D(1, 3, padding="same", activation="relu", name="shared")
    x = keras.layers.GlobalAveragePooling2D()(conv(conv(image)))
    return keras.Model(image, keras.layers.Dense(3, activation="softmax")(x), name="shared_model")


def separate_activation() -> Any:
    inner = flat(activation=None)
    return keras.Sequential(
        [keras.Input((SIZE, SIZE, 1)), inner, keras.layers.Activation("softmax")], name="separate"
    )


def softmax_layer() -> Any:
    inner = flat(activation=None)
    return keras.Sequential(
        [keras.Input((SIZE, SIZE, 1)), inner, keras.layers.Softmax()], name="softmax_layer"
    )


def joined_heads() -> Any:
    image = _image()
    x = keras.layers.GlobalAveragePooling2D()(_features(image))
    heads = [keras.layers.Dense(1, activation="sigmoid")(x) for _ in range(3)]
    return keras.Model(image, keras.layers.Concatenate()(heads), name="joined_heads")


def half_precision() -> Any:
    image = _image()
    conv = keras.layers.Conv2D(8, 3, activation="relu", dtype="mixed_float16", name="last")(image)
    x = keras.layers.GlobalAveragePooling2D(dtype="mixed_float16")(conv)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax", dtype="float32")(x), name="half")


def dense_only() -> Any:
    image = _image()
    x = keras.layers.Flatten()(image)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax")(x), name="dense_only")


def any_size() -> Any:
    image = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 7, strides=8, activation="relu", name="last")(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(1, activation="sigmoid")(x), name="any_size")


def sequential(units: int = 3, activation: str | None = "softmax", channels: int = 1) -> Any:
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, channels)),
            keras.layers.Conv2D(8, 3, activation="relu", name="early"),
            keras.layers.MaxPooling2D(name="pool"),
            keras.layers.Conv2D(12, 3, activation="relu", name="last"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(units, activation=activation, name="scores"),
        ],
        name="sequential",
    )


def preprocessing_inside(units: int = 3, activation: str | None = "softmax") -> Any:
    """A backbone in a Functional model that turns bytes into what the backbone takes, by arithmetic."""
    image = _image(3)
    inside = keras.Input((SIZE, SIZE, 3))
    backbone = keras.Model(inside, _features(inside), name="backbone")
    x = keras.applications.mobilenet_v2.preprocess_input(image)
    x = keras.layers.GlobalAveragePooling2D()(backbone(x, training=False))
    x = keras.layers.Dropout(0.3)(x)
    return keras.Model(image, keras.layers.Dense(units, activation=activation)(x), name="preprocessing")


def separate_sigmoid() -> Any:
    image = _image(3)
    x = keras.layers.GlobalAveragePooling2D()(_features(image))
    x = keras.layers.Dense(14, name="scores")(x)
    return keras.Model(image, keras.layers.Activation("sigmoid")(x), name="separate_sigmoid")


def channels_first() -> Any:
    """What a converter from another framework leaves, inside a Sequential."""
    first = {"data_format": "channels_first"}
    inside = keras.Input((1, SIZE, SIZE))
    x = keras.layers.Conv2D(8, 3, padding="same", name="conv", **first)(inside)
    inner = keras.Model(inside, keras.layers.GlobalAveragePooling2D(**first)(x), name="inner")
    return keras.Sequential([keras.Input((1, SIZE, SIZE)), inner, keras.layers.Dense(3)], name="first")


def scores_before_activation(model: Any, image: Any) -> Any:
    """Return the (units,) logits for an image by applying the last layer of a model by hand."""
    import numpy as np

    last = model.layers[-1]
    into = np.asarray(keras.Model(model.inputs, last.input)(image, training=False))[0]
    if not isinstance(last, keras.layers.Dense):
        return into
    kernel, bias = last.get_weights()
    return into @ kernel + bias


SHAPES: dict[str, Callable[[], Any]] = {
    "flat": flat,
    "flattened": flattened,
    "two_dense": two_dense,
    "residual": residual,
    "nested_sequential": nested_sequential,
    "nested_twice": nested_twice,
    "shared": shared,
    "separate_activation": separate_activation,
    "softmax_layer": softmax_layer,
    "joined_heads": joined_heads,
    "half_precision": half_precision,
}
"""Models with three labels and spatial layers."""


def randomise(model: Any, seed: int = 1) -> Any:
    """Give every weight a value that matters: fresh biases and statistics are zeros and ones."""
    import numpy as np

    rng = np.random.default_rng(seed)
    for weight in model.weights:
        value = rng.normal(0, 0.3, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return model


def leaves(model: Any) -> list[Any]:
    """Return the layers that are not models, however deep."""
    nested = [leaves(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [leaf for group in nested for leaf in group]
