"""What no method may do, whichever it is: leave a trace, vary, keep others waiting, hide a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from explaining import SHAPE, asked, close, file_of, radiograph, session

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.display import STATE_TEXT, MapState, display_map
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.target import of_label
from cxrviewer.models.runtime import load_model

METHODS = [spec.id for spec in methods()]
# Weights that a softmax gives to maps whose scores are all the same are the same, and not zero.
WEIGHED_BY_SOFTMAX = "score-cam"
# Which have an infinite gradient among their factors where the model's overflows.
OVERFLOWING = {"grad-cam", "hires-cam", "layer-cam"} | {
    spec.id for spec in methods() if spec.family is Family.INPUT_GRADIENT
}


def keras_state(model: Any) -> list[Any]:
    """Return what must not change: weights, layers and the attributes of every layer."""
    found: list[Any] = [weight.numpy().tobytes() for weight in model.weights]
    for layer in model.layers:
        found.append((layer.name, id(layer), layer.call, sorted(vars(layer)), layer.trainable))
    return found


def finished(steps: Iterator[float]) -> tuple[Any, list[float]]:
    shares = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            return end.value, shares


@pytest.mark.parametrize("head", ["softmax-3", "one-unit"])
def test_the_model_is_left_as_it_was(head: str) -> None:
    one, image = session(head), radiograph()
    model, untouched = one._model.keras_model, load_model(file_of(head)).keras_model
    assert [sorted(vars(layer)) for layer in model.layers] == [
        sorted(vars(layer)) for layer in untouched.layers
    ]
    before, output = keras_state(model), np.asarray(model(image))
    logits = one.predict(asked(head).request("gradient", image, key="before")).logits
    for method in METHODS:
        request = asked(head).request(method, image, key=f"between {method}")
        attribution, _ = finished(one.explain(request, one.predict(request)))
        assert attribution.method == method
        assert keras_state(model) == before, method
        assert np.asarray(model(image)).tobytes() == output.tobytes()
        # Asked with another key, the compiled model runs again.
        again = one.predict(asked(head).request("gradient", image, key=f"after {method}"))
        assert again.logits.tobytes() == logits.tobytes()


class Breaking:
    """Lets a number of computations of a model pass and breaks the next one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, passes: int) -> None:
        self.left = passes
        for name in ("logits", "ablated_logits", "run", "head_gradients", "input_gradients"):
            monkeypatch.setattr(CompiledModel, name, self.breaking(getattr(CompiledModel, name)))

    def breaking(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def computation(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise MemoryError("in the middle")
            return original(*args, **kwargs)

        return computation


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_left_by_what_breaks_or_is_given_up(method: str) -> None:
    one, ask, image = session("softmax-3"), asked("softmax-3"), radiograph()
    model, key = one._model.keras_model, f"broken {method}"
    before, output = keras_state(model), np.asarray(model(image))
    # Another class first, so that the layer is known and the rest can break.
    prediction = one.predict(ask.request(method, image, of_label(0), key=key))
    request = ask.request(method, image, of_label(1), key=key)
    broken = 0
    for passes in range(3):
        with pytest.MonkeyPatch.context() as patch:
            Breaking(patch, passes)
            try:
                finished(one.explain(request, prediction))
            except MemoryError:
                broken += 1
        assert keras_state(model) == before
    assert broken or not method_spec(method).class_discriminative
    given_up = one.explain(request, prediction)
    if next(given_up, None) is not None:
        given_up.close()
    assert keras_state(model) == before
    assert np.asarray(model(image)).tobytes() == output.tobytes()
    attribution, _ = finished(one.explain(request, prediction))
    assert close(attribution.values, ask.map(method, image, of_label(1)), 1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_the_input_and_what_is_known_of_it_stay_as_they_are(method: str) -> None:
    ask, image = asked("softmax-3"), radiograph().copy()
    content = image.tobytes()
    known = ask.map("hires-cam", image)
    assert not radiograph().flags.writeable
    for given in (image, radiograph()):
        ask.map(method, given)
    assert image.tobytes() == content
    np.testing.assert_array_equal(ask.map("hires-cam", image), known)


def test_maps_repeat_bit_for_bit() -> None:
    image, first, second = radiograph(), asked("multi-label").afresh(), asked("multi-label").afresh()
    for method in METHODS:
        expected = first.map(method, image)
        # In another order, so that no chance is shared.
        second.map("rise", image, of_label(2), masks=50)
        np.testing.assert_array_equal(second.map(method, image), expected)
        # From what is known of the image, which may be computed another way.
        assert close(asked("multi-label").map(method, image), expected, 1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_the_size_of_a_step_does_not_matter(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, image = asked("softmax-3"), radiograph()
    usual = ask.map(method, image)
    for name in ("images_a_step", "ablations_a_step"):
        monkeypatch.setattr(CompiledModel, name, lambda *args, **kwargs: 3)
    assert close(ask.map(method, image, key="small steps"), usual, 1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_for_a_class_is_announced(method: str) -> None:
    attribution = asked("constant").attribution(method, radiograph())
    if method_spec(method).class_discriminative and method != WEIGHED_BY_SOFTMAX:
        assert not attribution.values.any()
        for signed in (False, True):
            shown = display_map(attribution, signed=signed)
            assert shown.state is MapState.ZERO
            assert STATE_TEXT[shown.state]
    else:
        assert display_map(attribution).state is MapState.SHOWN


@pytest.mark.parametrize("method", METHODS)
def test_an_output_that_is_not_a_number_is_announced(method: str) -> None:
    with pytest.raises(ExplainError, match="output for this image is not a number"):
        asked("nan").map(method, radiograph())


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("method", METHODS)
def test_a_map_that_is_not_a_number_is_announced(method: str) -> None:
    ask, bright = asked("overflowing"), np.ones((1, *SHAPE), np.float32)
    attribution, failure = None, None
    try:
        attribution = ask.attribution(method, bright, of_label(0), layers=("tiny",))
    except ExplainError as error:
        failure = str(error)
    if method in OVERFLOWING:
        assert failure
    if failure:
        assert "heatmap for this image is not a number" in failure
    else:
        assert attribution is not None
        assert np.isfinite(attribution.values).all()


class Counting:
    """Counts the images and activations that a model is given, and by which computation."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.given: list[tuple[str, int]] = []
        for name, place in (("logits", 1), ("input_gradients", 1), ("ablated_logits", 4)):
            monkeypatch.setattr(CompiledModel, name, self.counting(name, place))
        for name in ("run", "head_gradients"):
            monkeypatch.setattr(CompiledModel, name, self.counting(name, None))

    def counting(self, name: str, place: int | None) -> Callable[..., Any]:
        original = getattr(CompiledModel, name)

        def computation(*args: Any) -> Any:
            self.given.append((name, 1 if place is None else len(args[place])))
            return original(*args)

        return computation

    def taken(self) -> list[tuple[str, int]]:
        given, self.given = self.given, []
        return given


@pytest.mark.parametrize("method", METHODS)
def test_progress_rises_in_small_steps(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, image = session("softmax-3"), radiograph()
    request = asked("softmax-3").request(method, image, key=f"counted {method}")
    prediction = one.predict(request)
    limits = {
        "logits": one._compiled.images_a_step(),
        "input_gradients": one._compiled.images_a_step(backward=True),
        "ablated_logits": one._compiled.ablations_a_step("last"),
        "run": 1,
        "head_gradients": 1,
    }
    counting, shares, total = Counting(monkeypatch), [0.0], 0
    steps, done = one.explain(request, prediction), False
    while not done:
        try:
            shares.append(next(steps))
        except StopIteration:
            done = True
        given = counting.taken()
        total += sum(count for _, count in given)
        # One batch a step, and a single image that all variants are compared with.
        assert all(count <= limits[name] for name, count in given)
        assert sum(count > 1 for _, count in given) <= 1
        assert len(given) <= 2
    assert all(before < after for before, after in pairwise(shares))
    assert shares[-1] < 1
    if total > 2 * max(limits.values()):
        assert len(shares) > 2


@pytest.mark.parametrize("method", METHODS)
def test_families_use_what_they_say(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec, one = method_spec(method), session("softmax-3")
    request = asked("softmax-3").request(method, radiograph(), key=f"watched {method}")
    counting = Counting(monkeypatch)
    finished(one.explain(request, one.predict(request)))
    used = {name for name, _ in counting.taken()}
    if spec.black_box:
        assert used == {"logits"}
        assert not spec.uses_layer
    elif spec.family is Family.INPUT_GRADIENT:
        assert used <= {"logits", "input_gradients"}
        assert not spec.uses_layer
    elif spec.family is Family.PERTURBATION_CAM:
        assert used & {"logits", "ablated_logits"}
    else:
        assert used <= {"run", "head_gradients"}
