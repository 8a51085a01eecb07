"""Small images, models and analyses made on the spot."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.catalog import methods
from cxrviewer.explain.model_info import LayerInfo, ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainResult, LoadRequest
from cxrviewer.explain.target import Target, of_label
from cxrviewer.imaging.geometry import Geometry, resize_affine
from cxrviewer.imaging.radiograph import GrayscaleInfo, LookupTable, Radiograph, Window
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.analysis import Analysis, LoadedChoice

SHAPE = (40, 60)


def card(sha256: str = "weights", **changes: object) -> ModelCard:
    fields: dict[str, object] = {
        "id": "small",
        "name": "Small",
        "version": "1",
        "sha256": sha256,
        "labels": ("Normal", "Bacterial", "Viral"),
        "thresholds": (0.5, 0.4, 0.3),
        "activation": Activation.SOFTMAX,
        "input": InputSpec(8, 8, 1),
    }
    return ModelCard(**{**fields, **changes})  # type: ignore[arg-type]


def choice(sha256: str = "weights", auto: str = "late", **changes: object) -> LoadedChoice:
    layers = (
        LayerInfo("early", 8, 8, 4, "Conv2D", "block1"),
        LayerInfo("late", 4, 4, 8, "Conv2D", "block2"),
    )
    usable = tuple(spec.id for spec in methods() if auto or not spec.uses_layer)
    info = ModelInfo(card(sha256, **changes), layers if auto else (), auto, methods=usable)
    return LoadedChoice(LoadRequest("model.keras"), info)


def radiograph(name: str = "a.png", **changes: object) -> Radiograph:
    pixels = np.add.outer(np.arange(SHAPE[0]), np.arange(SHAPE[1])).astype(np.uint8)
    info = GrayscaleInfo(8, full_range_default=True, **changes)  # type: ignore[arg-type]
    return Radiograph(pixels, info, Path(name), "PNG", f"digest of {name}")


def prediction(top: int = 1) -> Prediction:
    logits = np.zeros(3, np.float32)
    logits[top] = 2
    shares = np.exp(logits)
    return Prediction(logits, shares / shares.sum())


def question(target: Target | None = None, **changes: object) -> Question:
    """Return a settled question about `choice`, by default about class 1 by Grad-CAM at "late"."""
    fields: dict[str, object] = {"target": target or of_label(1), "layers": ("late",), **changes}
    return Question(**fields)  # type: ignore[arg-type]


def analysis(
    class_index: int = 1,
    *,
    top: int = 1,
    values: NDArray[np.float32] | None = None,
    asked: Question | None = None,
    logit_factor: float | None = None,
) -> Analysis:
    if values is None:
        values = np.arange(-2, 14, dtype=np.float32).reshape(4, 4)
    attribution = Attribution(
        values, asked or question(of_label(class_index)), explains_logit=True, logit_factor=logit_factor
    )
    geometry = Geometry(SHAPE, (8, 8), resize_affine((8, 8), SHAPE))
    result = ExplainResult(prediction(top), attribution, 0.01)
    return Analysis(result, geometry, datetime(2026, 3, 4, tzinfo=UTC))


def lung_window() -> Window:
    return Window(50.0, 20.0, explanation="LUNG")


def steep_table() -> LookupTable:
    return LookupTable(0, (np.arange(256) > 40).astype(np.uint8) * np.uint8(255), 8, "STEEP")
