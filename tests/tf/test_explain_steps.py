"""Long answers in steps, and answers made of several: sweeps, fused layers, smoothed maps."""

from __future__ import annotations

import os
import time
from concurrent.futures import CancelledError
from typing import Any

import builders
import numpy as np
import pytest
from questions import Asking, asked

from cxrviewer.errors import ExplainError
from cxrviewer.explain import explainer as explainer_module
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.fusion import fuse
from cxrviewer.explain.model_info import sweep_layers
from cxrviewer.explain.probe import ProbedImage
from cxrviewer.explain.question import Fusion
from cxrviewer.explain.request import (
    ExplainResult,
    LoadRequest,
    Progress,
    ResumeRequest,
    SweepRequest,
    SweepResult,
)
from cxrviewer.explain.smoothing import copies
from cxrviewer.explain.target import of_label

LONG: dict[str, Any] = {"method": "rise", "parameters": (("masks", 400),), "target": of_label(1)}
"""Several steps, even where each may take its time."""


@pytest.fixture
def ask(asking: Any, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Return a model whose answers take many steps."""
    monkeypatch.setattr(explainer_module, "_STEP_SECONDS", 0.002)
    found: Asking = asking(builders.randomise(builders.two_dense()))
    return found


def begin(ask: Asking, image: Any, **choices: Any) -> Progress:
    answer = ask.explainer.handle(asked(ask.request, image, **{**LONG, **choices}))
    assert isinstance(answer, Progress)
    return answer


def test_a_long_answer_tells_how_far_it_is(ask: Asking, image: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []

    def report(progress: Progress) -> bool:
        told.append(progress)
        return True

    result = ask(image, report=report, **LONG)
    shares = [progress.share for progress in told]
    assert len(shares) >= 3
    assert shares == sorted(shares)
    # Before the first step, where the model itself took long.
    assert shares[0] >= 0
    assert shares[1] > 0
    assert shares[-1] < 1
    assert len({progress.token for progress in told}) == 1
    for progress in told:
        np.testing.assert_array_equal(progress.prediction.logits, result.prediction.logits)
    # How often it was interrupted does not change the map.
    monkeypatch.setattr(explainer_module, "_STEP_SECONDS", 100)
    whole = ask.explainer.handle(asked(ask.request, image, "at once", **LONG))
    assert isinstance(whole, ExplainResult)
    np.testing.assert_array_equal(whole.attribution.values, result.attribution.values)
    assert whole.attribution.question == result.attribution.question


def test_where_the_model_takes_long_its_output_is_told_first(
    ask: Asking, image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explainer_module, "_STEP_SECONDS", 0)
    first = ask.explainer.handle(asked(ask.request, image, "slow", **LONG))
    assert isinstance(first, Progress)
    assert first.share == 0
    second = ask.explainer.handle(ResumeRequest(first.token))
    assert isinstance(second, Progress)
    assert second.share > 0
    np.testing.assert_array_equal(first.prediction.logits, second.prediction.logits)
    # A map that is there with the output is not waited for.
    assert isinstance(ask.explainer.handle(asked(ask.request, image, "slow")), ExplainResult)


def test_a_new_question_ends_the_old_one(ask: Asking, image: Any) -> None:
    old = begin(ask, image)
    new = begin(ask, image, target=of_label(2))
    assert new.token != old.token
    with pytest.raises(ExplainError, match="interrupted"):
        ask.explainer.handle(ResumeRequest(old.token))


def test_what_was_refused_has_ended_the_old_one_too(ask: Asking, image: Any) -> None:
    old = begin(ask, image)
    with pytest.raises(ExplainError, match="no method"):
        ask(image, method="none")
    with pytest.raises(ExplainError, match="interrupted"):
        ask.explainer.handle(ResumeRequest(old.token))


def test_a_token_goes_with_one_computation(ask: Asking, image: Any) -> None:
    with pytest.raises(ExplainError, match="interrupted"):
        ask.explainer.handle(ResumeRequest(0))
    progress = begin(ask, image)
    while isinstance(answer := ask.explainer.handle(ResumeRequest(progress.token)), Progress):
        assert answer.token == progress.token
    with pytest.raises(ExplainError, match="interrupted"):
        ask.explainer.handle(ResumeRequest(progress.token))


def test_loading_and_idle_time_leave_a_computation_alone(ask: Asking, image: Any) -> None:
    progress = begin(ask, image)
    assert ask.info.layers
    ask.explainer.settle()
    assert isinstance(ask.explainer.handle(ResumeRequest(progress.token)), Progress)


def test_a_report_may_end_it_and_the_next_question_is_answered(ask: Asking, image: Any) -> None:
    calls: list[float] = []

    def report(progress: Progress) -> bool:
        calls.append(progress.share)
        return len(calls) < 3

    with pytest.raises(CancelledError):
        ask(image, report=report, **LONG)
    assert len(calls) == 3
    after = ask(image, **LONG)
    fresh = Asking(Explainer(), ask.request)(image, **LONG)
    np.testing.assert_array_equal(after.attribution.values, fresh.attribution.values)


def test_an_error_in_the_middle_ends_it(
    ask: Asking, image: Any, monkeypatch: pytest.MonkeyPatch, tensorflow: Any
) -> None:
    progress = begin(ask, image)

    def exhausted(*_: Any) -> Any:
        raise tensorflow.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    with monkeypatch.context() as patch:
        patch.setattr(CompiledModel, "logits", exhausted)
        with pytest.raises(ExplainError, match="more memory than there is"):
            ask.explainer.handle(ResumeRequest(progress.token))
    with pytest.raises(ExplainError, match="interrupted"):
        ask.explainer.handle(ResumeRequest(progress.token))
    assert ask(image, **LONG).attribution.values.any()


def test_another_target_asks_for_no_variant_again(
    ask: Asking, image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(image, **LONG)
    runs: list[int] = []
    logits = CompiledModel.logits

    def counted(self: CompiledModel, images: Any) -> Any:
        runs.append(len(images))
        return logits(self, images)

    monkeypatch.setattr(CompiledModel, "logits", counted)
    other = ask(image, **{**LONG, "target": of_label(0)}).attribution.values
    assert runs == []
    again = ask(image, "the same under another name", **{**LONG, "target": of_label(0)}).attribution.values
    assert sum(runs) > 400
    np.testing.assert_array_equal(other, again)
    ask(image, **{**LONG, "parameters": (("masks", 300),)})
    assert sum(runs) > 700


@pytest.mark.parametrize("build", [builders.two_dense, builders.residual, builders.nested_twice])
@pytest.mark.parametrize("method", ["grad-cam", "layer-cam", "eigen-cam", "pli"])
def test_a_sweep_gives_what_the_layers_give_one_by_one(
    asking: Any, image: Any, build: Any, method: str
) -> None:
    ask = asking(builders.randomise(build()))
    paths = tuple(layer.path for layer in ask.info.layers)
    request = asked(ask.request, image, "swept", method=method, target=of_label(2))
    swept = ask.explainer.handle(SweepRequest(request, paths))
    assert isinstance(swept, SweepResult)
    assert len(swept.results) == len(paths)
    for path, found in zip(paths, swept.results, strict=True):
        alone = ask(image, "alone", method=method, target=of_label(2), layers=(path,))
        assert found.attribution.question == alone.attribution.question
        assert found.attribution.logit_factor == alone.attribution.logit_factor
        np.testing.assert_array_equal(found.prediction.probabilities, alone.prediction.probabilities)
        scale = np.abs(alone.attribution.values).max()
        np.testing.assert_allclose(
            found.attribution.values, alone.attribution.values, rtol=0, atol=1e-5 * scale
        )


def test_a_sweep_is_of_known_layers_and_quick_methods(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.flat()))
    sweep = lambda layers, **choices: ask.explainer.handle(  # noqa: E731
        SweepRequest(asked(ask.request, image, **choices), layers)
    )
    with pytest.raises(ExplainError, match="no spatial layer 'gone'"):
        sweep(("early", "gone"))
    for choices in ({"method": "score-cam"}, {"method": "gradient"}, {"smoothing": 4}):
        with pytest.raises(ExplainError, match="Only class activation maps"):
            sweep(("early",), **choices)
    assert sweep(()).results == ()
    (auto,) = sweep(("auto",)).results
    assert auto.attribution.question.layers == ("last",)
    # The target that stands for the most probable class is the same for all.
    assert {found.attribution.target for found in sweep(sweep_layers(ask.info)).results} == {
        of_label(auto.prediction.top)
    }


@pytest.mark.parametrize("rule", Fusion)
def test_several_layers_are_fused(asking: Any, image: Any, rule: Fusion) -> None:
    ask = asking(builders.randomise(builders.two_dense()))
    choices: dict[str, Any] = {"method": "grad-cam", "target": of_label(1)}
    alone = [ask(image, layers=(path,), **choices).attribution.values for path in ("early", "conv")]
    both = ask(image, layers=("conv", "early"), fusion=rule, **choices).attribution
    np.testing.assert_allclose(both.values, fuse(alone, rule), rtol=1e-5, atol=1e-7)
    assert both.values.shape == (32, 32)
    assert both.layer == "early + conv"
    assert both.logit_factor is None


def test_a_smoothed_map_is_the_mean_over_the_copies(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.two_dense()))
    choices: dict[str, Any] = {"method": "hires-cam", "target": of_label(1)}
    made = copies(ProbedImage(image, np.zeros(1, np.float32), np.ones(1, np.float32)), 4)
    maps = [
        copy.undone(ask(copy.image.values, f"copy {number}", **choices).attribution.values)
        for number, copy in enumerate(made)
    ]
    smoothed = ask(image, smoothing=4, **choices)
    scale = np.abs(maps).max()
    np.testing.assert_allclose(smoothed.attribution.values, np.mean(maps, axis=0), atol=1e-4 * scale)
    # The output is that of the image itself.
    plain = ask(image, **choices)
    np.testing.assert_array_equal(smoothed.prediction.logits, plain.prediction.logits)
    assert not np.allclose(smoothed.attribution.values, plain.attribution.values, atol=1e-3 * scale)
    assert smoothed.attribution.question.smoothing == 4


def test_smoothing_and_fusion_tell_their_progress(ask: Asking, image: Any) -> None:
    shares: list[float] = []

    def report(progress: Progress) -> bool:
        shares.append(progress.share)
        return True

    ask(image, report=report, method="score-cam", layers=("early", "conv"), smoothing=3)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.4
    assert 0.6 < shares[-1] < 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DenseNet121", "VGG19"])
@pytest.mark.parametrize("method", ["score-cam", "ablation-cam", "integrated-gradients", "occlusion", "rise"])
def test_a_step_of_a_real_model_is_short(explainer: Explainer, saved: Any, name: str, method: str) -> None:
    """A cancellation is heard between two steps: half a second, as a rule."""
    import keras

    model = getattr(keras.applications, name)(weights=None, classes=3)
    load = LoadRequest(str(saved(model)))
    picture = np.random.default_rng(1).random((1, 224, 224, 3), np.float32)
    # What is compiled for the first image is not a step.
    explainer.handle(asked(load, picture, method=method))
    seconds = []
    start = _seconds()
    answer = explainer.handle(asked(load, picture, "second", method=method))
    while isinstance(answer, Progress) and len(seconds) < 12:
        seconds.append(_seconds() - start)
        start = _seconds()
        answer = explainer.handle(ResumeRequest(answer.token))
    seconds.append(_seconds() - start)
    median, longest = np.median(seconds), max(seconds)
    print(f"{name}, {method}: {len(seconds)} steps of {median:.2f} s, at most {longest:.2f} s")  # noqa: T201
    assert np.median(seconds[1:] or seconds) <= 0.5


def _seconds() -> float:
    """Return the time that two cores would have taken, whatever else they do."""
    return time.process_time() / min(os.cpu_count() or 1, 2)
