"""A small finished analysis to export, made without a model."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainResult, LoadRequest
from cxrviewer.explain.target import Target, of_label
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.geometry import Geometry, resize_affine
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.viewport import Orientation, full_resolution
from cxrviewer.models.card import Activation, InputSpec, LabelGroup, ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.plan import AtHand
from cxrviewer.session.scene import make_scene
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, styled

CARD = ModelCard(
    id="tiny",
    name="Tiny model",
    version="2.1",
    sha256="0" * 64,
    labels=("Normal", "Bacterial pneumonia", "Viral pneumonia"),
    thresholds=(0.5, 0.25, 0.5),
    activation=Activation.SOFTMAX,
    input=InputSpec(64, 64, 1),
    label_groups=(LabelGroup("Pneumonia", ("Bacterial pneumonia", "Viral pneumonia"), 0.5),),
)


def gradient_radiograph(shape: tuple[int, int], path: Path, aspect: float = 1.0) -> Radiograph:
    rows, columns = shape
    pixels = (np.add.outer(np.arange(rows), np.arange(columns)) % 256).astype(np.uint8)
    return Radiograph(pixels, GrayscaleInfo(8, full_range_default=True), path, "PNG", "digest", aspect)


def scene(
    path: Path = Path("Doe^Jane.png"),
    *,
    shape: tuple[int, int] = (300, 500),
    values: NDArray[np.float32] | None = None,
    target: Target | None = None,
    asked: Question | None = None,
    explains_logit: bool = True,
    logit_factor: float | None = None,
    notes: tuple[str, ...] = (),
    orientation: Orientation | None = None,
    aspect: float = 1.0,
    state: ViewState | None = None,
    **style: object,
) -> Scene:
    """Return a scene; by default the map of class 1 peaks in one cell of a 7×9 grid.

    `style` changes the style of the state by the names of `OverlayStyle`.
    """
    if values is None:
        values = np.zeros((7, 9), np.float32)
        values[2, 6] = 0.25
        values[5, 1] = -0.5
    radiograph = gradient_radiograph(shape, path, aspect)
    prediction = Prediction(np.array([1.0, 0.5, -1.0], np.float32), np.array([0.57, 0.35, 0.08], np.float32))
    question = asked or Question(target or of_label(1), layers=("block/out",))
    attribution = Attribution(values, question, explains_logit, logit_factor, notes)
    geometry = Geometry(shape, (64, 64), resize_affine((64, 64), shape))
    moment = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)
    analysis = Analysis(ExplainResult(prediction, attribution, 0.1), geometry, moment)
    loaded = LoadedChoice(LoadRequest("tiny.keras", CARD), ModelInfo(CARD, (), ""))
    state = styled(state or ViewState(), **style)  # type: ignore[arg-type]
    at_hand = AtHand(radiograph, "tiny.keras", loaded, prediction)
    made = make_scene(
        next_shown(Shown(ViewState(), AtHand()), state, at_hand, analysis),
        full_resolution(shape, aspect, orientation),
    )
    assert made is not None
    return made
