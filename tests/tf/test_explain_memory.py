"""What was dropped leaves memory, and memory stays flat however much is asked."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from questions import Asking, asked

from cxrviewer.engine.engine import Engine
from cxrviewer.errors import ExplainError, ModelError
from cxrviewer.explain import explainer as explainer_module
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.explain.request import LoadRequest, Progress, ResumeRequest
from cxrviewer.explain.target import TOP, Target, absent, of_label

psutil = pytest.importorskip("psutil")

Save = Callable[[Any], Path]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[list[weakref.ref[Any]]]:
    """Return what becomes of each session: itself, its model and its graph."""
    found: list[list[weakref.ref[Any]]] = []

    class Watched(ModelSession):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            parts = (self, self._model.keras_model, self._trace.function.graph)
            found.append([weakref.ref(part) for part in parts])

    monkeypatch.setattr(explainer_module, "ModelSession", Watched)
    return found


def alive(session: list[weakref.ref[Any]]) -> list[bool]:
    return [part() is not None for part in session]


def loads(saved: Save, count: int) -> list[LoadRequest]:
    return [LoadRequest(str(saved(builders.randomise(builders.flat(), seed)))) for seed in range(count)]


def test_a_third_model_takes_the_place_of_the_first(
    explainer: Explainer, saved: Save, image: Any, watched: list[Any]
) -> None:
    first, second, third = (Asking(explainer, load) for load in loads(saved, 3))
    for ask in (first, second):
        ask(image)
        ask(image, layers=("conv",), target=absent(0))
    # Nobody but the explainer collects.
    gc.disable()
    try:
        assert [alive(one) for one in watched] == [[True] * 3] * 2
        first(image)
        third(image)
        # The second was used longest ago.
        assert [alive(one) for one in watched] == [[True] * 3, [False] * 3, [True] * 3]
        second(image)
        assert alive(watched[0]) == [False] * 3
    finally:
        gc.enable()
    assert len(watched) == 4


def test_a_computation_does_not_keep_a_dropped_model(
    explainer: Explainer, saved: Save, image: Any, watched: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explainer_module, "_STEP_SECONDS", 0.001)
    first, second, third = loads(saved, 3)
    progress = explainer.handle(asked(first, image, method="rise"))
    assert isinstance(progress, Progress)
    explainer.handle(second)
    assert isinstance(explainer.handle(ResumeRequest(progress.token)), Progress)
    explainer.handle(third)
    assert alive(watched[0]) == [False] * 3
    with pytest.raises(ExplainError, match="interrupted"):
        explainer.handle(ResumeRequest(progress.token))


def test_a_replaced_file_drops_what_was_loaded_from_it(
    explainer: Explainer, saved: Save, image: Any, watched: list[Any]
) -> None:
    (load,) = loads(saved, 1)
    explainer.handle(load)
    builders.randomise(builders.flat(), 9).save(load.path)
    explainer.handle(load)
    assert alive(watched[0]) == [False] * 3
    assert alive(watched[1]) == [True] * 3


def test_what_cannot_be_loaded_leaves_the_models_that_are(
    explainer: Explainer, saved: Save, image: Any, watched: list[Any], tmp_path: Path
) -> None:
    (load,) = loads(saved, 1)
    explainer.handle(load)
    for _ in range(3):
        with pytest.raises(ModelError):
            explainer.handle(LoadRequest(str(tmp_path / "missing.keras")))
    assert alive(watched[0]) == [True] * 3


def _models(save: Save) -> list[LoadRequest]:
    import keras

    applications = keras.applications
    made = [
        applications.MobileNetV2(weights=None, classes=3, input_shape=(96, 96, 3)),
        applications.ResNet50(weights=None, classes=3, input_shape=(64, 64, 3)),
        builders.randomise(builders.flat()),
    ]
    return [LoadRequest(str(save(model))) for model in made]


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_memory_stays_flat(saved: Save) -> None:
    """500 analyses of different images, layers, targets and models in the process of the engine."""
    models = _models(saved)
    engine, rng = Engine(), np.random.default_rng(0)
    methods = ("grad-cam", "layer-cam", "eigen-cam", "ablation-cam", "gradient")
    targets = (TOP, of_label(1), absent(0), Target((0,), (2,)), Target((1, 2)))
    sizes = []
    try:
        for number in range(500):
            load = models[number // 10 % len(models)]
            info: Any = engine.run(load)
            spec = info.card.input
            picture = rng.random((1, spec.height, spec.width, spec.channels), np.float32)
            layer = info.layers[int(rng.integers(len(info.layers)))].path
            choices: dict[str, Any] = {"method": methods[number % 5], "target": targets[number // 2 % 5]}
            engine.run(asked(load, picture, f"image {number}", layers=(layer,), **choices))
            sizes.append(psutil.Process(engine.pid).memory_info().rss / 2**20)
            if number % 50 == 49:
                print(f"after {number + 1}: {np.median(sizes[-50:]):.0f} MiB")  # noqa: T201
    finally:
        engine.close()
    # Once round all models and both of their places is warm.
    early, late = np.median(sizes[100:250]), np.median(sizes[350:])
    print(f"{early:.0f} MiB early, {late:.0f} MiB late, {max(sizes):.0f} MiB at most")  # noqa: T201
    assert late < early * 1.05 + 20
    assert max(sizes) < 2500
