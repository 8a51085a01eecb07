"""One question about many images: as each alone, to rounding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from questions import asked

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import methods
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.request import ExplainResult, ManyRequest
from cxrviewer.explain.target import TOP, Target, of_label

TOGETHER = [spec.id for spec in methods() if spec.family is Family.GRADIENT_CAM]


def images(count: int = 5) -> Any:
    return np.random.default_rng(3).random((count, 1, 32, 32, 1), np.float32)


def many(ask: Any, inputs: Any, **choices: Any) -> list[Any]:
    requests = [asked(ask.request, one, f"many {place}", **choices) for place, one in enumerate(inputs)]
    return list(ask.explainer.handle(ManyRequest(tuple(requests))).results)


def assert_alike(found: ExplainResult, alone: ExplainResult) -> None:
    assert found.attribution.question == alone.attribution.question
    assert found.attribution.notes == alone.attribution.notes
    np.testing.assert_allclose(found.prediction.logits, alone.prediction.logits, rtol=1e-4, atol=1e-5)
    values = alone.attribution.values
    np.testing.assert_allclose(found.attribution.values, values, atol=1e-4 * np.abs(values).max(), rtol=0)


@pytest.mark.parametrize("method", TOGETHER)
def test_each_image_is_explained_as_if_alone(asking: Any, method: str) -> None:
    ask = asking(builders.randomise(builders.two_dense()))
    for place, (found, one) in enumerate(zip(many(ask, images(), method=method), images(), strict=True)):
        assert_alike(found, ask(one, f"alone {place}", method=method))


@pytest.mark.parametrize("shape", ["residual", "half_precision", "nested_twice", "joined_heads"])
@pytest.mark.parametrize("target", [TOP, of_label(2), Target((0,), (1, 2))])
def test_whatever_the_model_and_the_target(asking: Any, shape: str, target: Target) -> None:
    ask = asking(builders.randomise(builders.SHAPES[shape]()))
    found = many(ask, images(), target=target)
    for place, one in enumerate(images()):
        assert_alike(found[place], ask(one, f"alone {place}", target=target))
    if target == TOP and shape != "half_precision":
        tops = {each.attribution.target.label for each in found}
        assert tops == {each.prediction.top for each in found}


def test_several_layers_are_fused(asking: Any) -> None:
    ask = asking(builders.randomise(builders.flat()))
    layers = ("early", "last")
    for place, (found, one) in enumerate(zip(many(ask, images(2), layers=layers), images(2), strict=True)):
        assert_alike(found, ask(one, f"alone {place}", layers=layers))


def test_other_methods_are_asked_one_by_one(asking: Any) -> None:
    ask = asking(builders.randomise(builders.sequential()))
    choices = {"method": "rise", "parameters": (("masks", 20),)}
    for place, (found, one) in enumerate(zip(many(ask, images(2), **choices), images(2), strict=True)):
        assert_alike(found, ask(one, f"alone {place}", **choices))


def test_an_image_that_fails_leaves_the_others_theirs(asking: Any) -> None:
    ask = asking(builders.randomise(builders.two_dense()))
    inputs = images(3)
    inputs[1, 0, 4, 4] = np.nan
    found = many(ask, inputs)
    assert isinstance(found[1], ExplainError)
    for place in (0, 2):
        assert_alike(found[place], ask(inputs[place], f"alone {place}"))


def test_a_question_that_does_not_go_with_the_model_is_refused(asking: Any) -> None:
    ask = asking(builders.flat())
    request = asked(ask.request, images()[0])
    wrong = replace(request, question=replace(request.question, layers=("nowhere",)))
    with pytest.raises(ExplainError, match="nowhere"):
        ask.explainer.handle(ManyRequest((wrong,)))
