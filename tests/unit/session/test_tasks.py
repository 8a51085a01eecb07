"""Names that people type, and the requests that come of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.errors import UsageError
from cxrviewer.explain.model_info import AUTO_LAYER, LayerInfo, ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import LoadRequest
from cxrviewer.explain.target import TOP, Target, absent, of_label
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.models.card import Activation, InputSpec, LabelGroup, ModelCard, ResizeRule
from cxrviewer.session.tasks import (
    explain_request,
    resolve_layer,
    resolve_layers,
    resolve_method,
    resolve_target,
)

CARD = ModelCard(
    id="m",
    name="Model",
    version="1",
    sha256="0" * 64,
    labels=("Normal", "Bacterial pneumonia", "Viral pneumonia"),
    thresholds=(0.5, 0.5, 0.5),
    activation=Activation.SOFTMAX,
    input=InputSpec(8, 8, 1),
)


def info(*paths: str) -> ModelInfo:
    layers = tuple(LayerInfo(path, 4, 4, 2, "Conv2D") for path in paths)
    return ModelInfo(CARD, layers, paths[-1] if paths else "")


GROUP = LabelGroup("Pneumonia", ("Viral pneumonia", "Bacterial pneumonia"), 0.5)
GROUPED = replace(CARD, label_groups=(GROUP,))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("top", TOP),
        ("TOP", TOP),
        ("bacterial PNEUMONIA", of_label(1)),
        (" Normal ", of_label(0)),
        ("0", of_label(0)),
        ("2", of_label(2)),
        ("pneumonia", Target((1, 2))),
        ("not normal", absent(0)),
        ("Not Pneumonia", Target((), (1, 2))),
        ("viral pneumonia VS bacterial pneumonia", Target((2,), (1,))),
        ("2 vs 0", Target((2,), (0,))),
        ("pneumonia vs normal", Target((1, 2), (0,))),
        ("normal vs rest", Target((0,), (1, 2))),
        ("Pneumonia vs Rest", Target((1, 2), (0,))),
    ],
)
def test_target_in_words(text: str, target: Target) -> None:
    assert resolve_target(GROUPED, text) == target


@pytest.mark.parametrize(
    "text", ["3", "-1", "pneumo", "", "²", "1.0", "not", "not top", "normal vs", "vs rest", "normal vs x"]
)
def test_unknown_target_names_the_choices(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve_target(GROUPED, text)
    assert repr(text) in str(caught.value)
    for label in (*CARD.labels, "Pneumonia (group)", "vs rest"):
        assert label in str(caught.value)


@pytest.mark.parametrize("text", ["normal vs normal", "pneumonia vs viral pneumonia", "0 vs Normal"])
def test_a_class_against_itself_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="against itself"):
        resolve_target(GROUPED, text)


def test_a_label_comes_before_an_index_and_before_words() -> None:
    card = replace(CARD, labels=("1", "top", "not 1", "top vs 1"))
    assert resolve_target(card, "1") == of_label(0)
    assert resolve_target(card, "top") == of_label(1)
    assert resolve_target(card, "not 1") == of_label(2)
    assert resolve_target(card, "top vs 1") == of_label(3)


def test_layer_by_path_or_unique_last_name() -> None:
    model = info("stem", "backbone/conv", "backbone/relu", "head/relu")
    assert resolve_layer(model, "auto") == AUTO_LAYER
    assert resolve_layer(model, "backbone/relu") == "backbone/relu"
    assert resolve_layer(model, "conv") == "backbone/conv"


def test_several_layers_by_comma_or_one_whose_name_has_a_comma() -> None:
    model = info("stem", "backbone/conv", "a,b")
    assert resolve_layers(model, "stem, conv") == ("stem", "backbone/conv")
    assert resolve_layers(model, "auto,stem") == (AUTO_LAYER, "stem")
    assert resolve_layers(model, "a,b") == ("a,b",)
    with pytest.raises(UsageError, match="'elsewhere'"):
        resolve_layers(model, "stem,elsewhere")


def test_ambiguous_layer_names_the_paths() -> None:
    with pytest.raises(UsageError, match="backbone/relu, head/relu"):
        resolve_layer(info("backbone/relu", "head/relu"), "relu")


def test_unknown_layer_names_a_few_of_many() -> None:
    with pytest.raises(UsageError) as caught:
        resolve_layer(info(*(f"layer_{index}" for index in range(400))), "nowhere")
    message = str(caught.value)
    assert "'nowhere'" in message
    assert "layer_399" in message
    assert "cxrviewer layers" in message
    assert len(message) < 300


def test_unknown_layer_of_a_model_without_any() -> None:
    with pytest.raises(UsageError, match="no layer with a spatial output"):
        resolve_layer(info(), "conv")


def test_method_in_any_case() -> None:
    assert resolve_method("Grad-CAM") == "grad-cam"
    with pytest.raises(UsageError, match=r"grad-cam.*hires-cam"):
        resolve_method("guided-backprop")


def test_request_carries_all_choices_and_places_the_grid() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 20), np.uint8)
    radiograph = Radiograph(pixels, GrayscaleInfo(8, full_range_default=True), Path("x.png"), "PNG", "digest")
    card = replace(CARD, input=InputSpec(8, 8, 1, resize=ResizeRule.PAD))
    load = LoadRequest("weights.keras", card)
    question = Question(of_label(2), "layer-cam", layers=("a",))
    request, geometry = explain_request(radiograph, replace(info("a", "b"), card=card), load, question)
    assert (request.model, request.question) == (load, question)
    assert request.inputs.shape == (1, 8, 8, 1)
    assert (request.black, request.white) == ((0.0,), (1.0,))
    # Padded to a square: the image takes the middle four of eight columns.
    assert apply_affine(geometry.grid_to_stored((8, 8)), 2, 0) == pytest.approx((2, 2))
    assert (request.inputs[0, :, :2] == 0).all()
