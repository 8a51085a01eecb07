"""Names that people type, and the requests that come of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.errors import UsageError
from cxrviewer.explain.request import AUTO_LAYER, TOP_CLASS, LayerInfo, LoadRequest, ModelInfo
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.models.card import Activation, InputSpec, ModelCard, ResizeRule
from cxrviewer.session.tasks import explain_request, resolve_layer, resolve_method, resolve_target

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


@pytest.mark.parametrize(
    ("text", "index"),
    [("top", TOP_CLASS), ("TOP", TOP_CLASS), ("bacterial PNEUMONIA", 1), (" Normal ", 0), ("0", 0), ("2", 2)],
)
def test_target_by_label_or_index(text: str, index: int) -> None:
    assert resolve_target(CARD, text) == index


@pytest.mark.parametrize("text", ["3", "-1", "pneumonia", "", "²", "1.0"])
def test_unknown_target_names_the_choices(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve_target(CARD, text)
    assert repr(text) in str(caught.value)
    for label in CARD.labels:
        assert label in str(caught.value)


def test_a_label_comes_before_an_index() -> None:
    card = replace(CARD, labels=("1", "top", "a"))
    assert resolve_target(card, "1") == 0
    assert resolve_target(card, "top") == 1


def test_layer_by_path_or_unique_last_name() -> None:
    model = info("stem", "backbone/conv", "backbone/relu", "head/relu")
    assert resolve_layer(model, "auto") == AUTO_LAYER
    assert resolve_layer(model, "backbone/relu") == "backbone/relu"
    assert resolve_layer(model, "conv") == "backbone/conv"


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
    request, geometry = explain_request(
        radiograph, replace(info("a", "b"), card=card), load, target=2, layer="a", method="layer-cam"
    )
    assert (request.model, request.class_index, request.layer, request.method) == (load, 2, "a", "layer-cam")
    assert request.inputs.shape == (1, 8, 8, 1)
    # Padded to a square: the image takes the middle four of eight columns.
    assert apply_affine(geometry.grid_to_stored((8, 8)), 2, 0) == pytest.approx((2, 2))
    assert (request.inputs[0, :, :2] == 0).all()
