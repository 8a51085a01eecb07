"""Grad-CAM on DenseNet121 at 224×224 against one compiled forward pass and against tf-keras-vis."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Row, at_most, milliseconds
from cxrviewer.engine.engine import Engine
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import ExplainRequest, LoadRequest
from cxrviewer.models import backend
from cxrviewer.models.catalog import resolve_model

SIZE = 224
LABELS = 14
ROUNDS = 31
SLOW_ROUNDS = 5
# Of ready minus bare import; the first overlay has another half second for the image.
READY_GOAL = 1.0


def rows() -> list[Row]:
    """Measure and return the table."""
    return [*_start(), *_densenet()]


def _start() -> list[Row]:
    """Return how long the analysis process takes until its first heatmap could begin, and why."""
    bare, ready = [], []
    for _ in range(3):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, capture_output=True)
        bare.append(time.perf_counter() - before)
        before = time.perf_counter()
        engine = Engine()
        engine.start(resolve_model("default")).result()
        ready.append(time.perf_counter() - before)
        engine.close()
    imported, prepared = statistics.median(bare), statistics.median(ready)
    return [
        Row("python -c 'import tensorflow'", f"{imported:.2f} s"),
        at_most("engine start to built-in model compiled", prepared, imported + READY_GOAL, "s"),
    ]


def _densenet() -> list[Row]:
    tf = backend.tensorflow()
    import keras

    model = keras.applications.DenseNet121(weights=None, classes=LABELS, classifier_activation="sigmoid")
    forward = tf.function(
        lambda x: model(x, training=False), input_signature=[tf.TensorSpec((1, SIZE, SIZE, 3), tf.float32)]
    )
    images = np.random.default_rng(0).random((64, 1, SIZE, SIZE, 3), np.float32)
    explainer = Explainer()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "densenet121.keras"
        model.save(path)
        load = LoadRequest(str(path))
        explainer.handle(load)

        def explain(number: int, class_index: int = 0) -> None:
            image = images[number % len(images)]
            explainer.handle(ExplainRequest(load, f"image {number}", image, class_index))

        before = time.perf_counter()
        explain(-1)
        first = time.perf_counter() - before
        ours, passes = _interleaved(
            ROUNDS, explain, lambda number: forward(tf.constant(images[number % len(images)])).numpy()
        )
        explain(0, 0)
        (change,) = _interleaved(LABELS - 4, lambda number: explain(0, number + 1))
    vis, ours_then = _interleaved(
        SLOW_ROUNDS, _tf_keras_vis(model, images), lambda number: explain(1000 + number)
    )
    return [
        Row("DenseNet121, first heatmap at a layer", milliseconds(first)),
        Row("DenseNet121, one compiled forward pass", milliseconds(passes)),
        Row("DenseNet121, Grad-CAM of another image", milliseconds(ours)),
        Row("Grad-CAM / forward pass", f"{ours / passes:.2f}×", "≤ 1.15×", ours / passes <= 1.15),
        Row("tf-keras-vis Gradcam", milliseconds(vis)),
        Row("tf-keras-vis / ours", f"{vis / ours_then:.1f}×", "≥ 12×", vis / ours_then >= 12),
        at_most("class change with known activations", change, 0.016),
    ]


def _interleaved(rounds: int, *actions: Callable[[int], object]) -> list[float]:
    """Return the median seconds of actions that take turns, after three uncounted rounds."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(rounds + 3):
        for action, taken in zip(actions, times, strict=True):
            before = time.perf_counter()
            action(number)
            taken.append(time.perf_counter() - before)
    return [statistics.median(taken[3:]) for taken in times]


def _tf_keras_vis(model: Any, images: Any) -> Callable[[int], object]:
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    gradcam = Gradcam(model, model_modifier=ReplaceToLinear(), clone=True)

    def explain(number: int) -> object:
        image = images[number % len(images)]
        return gradcam(
            CategoricalScore([0]), image, penultimate_layer="relu", seek_penultimate_conv_layer=False
        )

    return explain


if __name__ == "__main__":
    from benchmarks.measure import print_table

    print_table("Engine", rows())
