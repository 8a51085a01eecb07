"""Small classifiers for the methods, and asking about them in short."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from builders import randomise

from cxrviewer.engine.progress import finish
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainRequest, ExplainResult, LoadRequest
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.target import TOP, Target
from cxrviewer.models.card import ModelCard

SHAPE = (40, 32, 3)
BLACK, WHITE = (-1.0, -0.9, -1.2), (1.0, 1.1, 0.8)


def radiograph(seed: int = 7) -> Floats:
    """Return a gray image as the models take it: blobs and grain between black and white, read-only."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    gray = 0.3 + 0.2 * rng.random(SHAPE[:2])
    for _ in range(4):
        row, column = rng.uniform(0.1, 0.9, 2) * SHAPE[:2]
        gray += 0.5 * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 18)
    black, white = np.asarray(BLACK), np.asarray(WHITE)
    image = (black + np.clip(gray, 0, 1)[..., None] * (white - black)).astype(np.float32)[None]
    image.setflags(write=False)
    return image


@dataclass
class Asked:
    """A model and what is asked of it about images with `BLACK` and `WHITE`."""

    path: Path
    card: ModelCard | None = None
    black: tuple[float, ...] = BLACK
    white: tuple[float, ...] = WHITE
    explainer: Explainer = field(default_factory=Explainer)

    @property
    def info(self) -> ModelInfo:
        info = self.explainer.handle(LoadRequest(str(self.path), self.card))
        assert isinstance(info, ModelInfo)
        return info

    def afresh(self) -> Asked:
        """Return the same model, loaded again, nothing known of any image."""
        return Asked(self.path, self.card, self.black, self.white)

    def request(
        self, method: str, image: Floats, target: Target = TOP, key: str = "image", **choices: Any
    ) -> ExplainRequest:
        chosen = {name: choices.pop(name) for name in ("layers", "fusion", "smoothing") if name in choices}
        question = Question(target, method, tuple(choices.items()), **chosen)
        load = LoadRequest(str(self.path), self.card)
        return ExplainRequest(load, key, image, self.black, self.white, question)

    def answer(self, *args: Any, **choices: Any) -> ExplainResult:
        answer = self.explainer.handle(self.request(*args, **choices))
        answer = finish(answer, self.explainer.handle, None)
        assert isinstance(answer, ExplainResult)
        return answer

    def attribution(self, *args: Any, **choices: Any) -> Attribution:
        return self.answer(*args, **choices).attribution

    def map(self, *args: Any, **choices: Any) -> Floats:
        return self.attribution(*args, **choices).values


def classifier(units: int, activation: str | None, name: str) -> Any:
    """Return two convolutions and a head of two dense layers, on which no two methods are equal."""
    import keras

    image = keras.Input(SHAPE)
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="early")(image)
    # More channels than Score-CAM tries by default.
    x = keras.layers.Conv2D(80, 3, strides=2, padding="same", activation="relu", name="last")(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(12, activation="tanh", name="hidden")(x)
    output = keras.layers.Dense(units, activation=activation, name="scores")(x)
    model = randomise(keras.Model(image, output, name=name))
    # The first layers' sums are large: hyperbolic tangents would be saturated.
    scaled(model, "hidden", 0.02)
    return scaled(model, "scores", 4)


def scaled(model: Any, name: str, factor: float, bias: float = 1.0) -> Any:
    """Multiply the weights of a layer of a model, and its bias."""
    layer = model.get_layer(name)
    kernel, shift = layer.get_weights()
    layer.set_weights([kernel * factor, shift * bias])
    return model


def linear(units: int, name: str = "linear") -> Any:
    """Return logits that are weighted sums of the pixels."""
    import keras

    image = keras.Input(SHAPE)
    output = keras.layers.Dense(units, name="scores")(keras.layers.Flatten()(image))
    return randomise(keras.Model(image, output, name=name))


def overflowing() -> Any:
    """Return a model with finite logits, whose gradient overflows on the way back."""
    import keras

    image = keras.Input(SHAPE)
    x = keras.layers.Conv2D(4, 3, activation="relu", name="tiny", kernel_initializer="ones")(image)
    x = keras.layers.Conv2D(4, 3, name="huge", kernel_initializer="ones")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    output = keras.layers.Dense(3, name="scores", kernel_initializer="ones")(x)
    model = keras.Model(image, output, name="overflowing")
    for name, factor in (("tiny", 1e-30), ("huge", 1e22), ("scores", 1e22)):
        scaled(model, name, factor)
    return model


HEADS: dict[str, Callable[[], Any]] = {
    "softmax-2": lambda: classifier(2, "softmax", "softmax-2"),
    "softmax-3": lambda: classifier(3, "softmax", "softmax-3"),
    "multi-label": lambda: classifier(4, "sigmoid", "multi-label"),
    "one-unit": lambda: classifier(1, "sigmoid", "one-unit"),
    "logits": lambda: classifier(3, None, "logits"),
}

_MODELS = {
    **HEADS,
    "constant": lambda: scaled(classifier(3, "softmax", "constant"), "scores", 0),
    "nan": lambda: scaled(classifier(3, None, "nan"), "scores", 1, np.nan),
    "overflowing": overflowing,
    "linear": lambda: linear(3),
}
_folder = tempfile.TemporaryDirectory(prefix="classifiers")


@cache
def file_of(name: str) -> Path:
    """Return the file of one of the models above."""
    path = Path(_folder.name) / f"{name}.keras"
    _MODELS[name]().save(path)
    return path


@cache
def asked(name: str) -> Asked:
    """Return one of the models above, the same for all tests: what one leaves behind the next would find."""
    return Asked(file_of(name))


@cache
def session(name: str) -> ModelSession:
    """Return one of the models above to look into, the same for all tests."""
    return ModelSession(file_of(name), None)


def close(found: Floats, expected: Floats, share: float = 1e-4) -> bool:
    """Return whether two maps agree within a share of the greatest value."""
    return bool(np.abs(found - expected).max() <= share * np.abs(expected).max())
