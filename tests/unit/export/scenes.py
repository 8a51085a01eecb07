"""A small finished analysis to export, made without a model."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.request import ExplainResult
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import Geometry, resize_affine
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.viewport import Orientation, full_resolution
from cxrviewer.models.card import Activation, InputSpec, LabelGroup, ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.tasks import make_scene

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
    style: OverlayStyle | None = None,
    class_index: int = 1,
    explains_logit: bool = True,
    orientation: Orientation | None = None,
    aspect: float = 1.0,
) -> Scene:
    """Return a scene; by default the map peaks in one cell of a 7×9 grid."""
    if values is None:
        values = np.zeros((7, 9), np.float32)
        values[2, 6] = 0.25
        values[5, 1] = -0.5
    radiograph = gradient_radiograph(shape, path, aspect)
    prediction = Prediction(np.array([1.0, 0.5, -1.0], np.float32), np.array([0.57, 0.35, 0.08], np.float32))
    result = ExplainResult(
        prediction, Attribution(values, class_index, "block/out", "grad-cam", explains_logit), 0.1
    )
    return make_scene(
        radiograph,
        CARD,
        result,
        Geometry(shape, (64, 64), resize_affine((64, 64), shape)),
        viewport=full_resolution(shape, aspect, orientation),
        table=presentation_table(radiograph, default_voi(radiograph)),
        style=style or OverlayStyle(),
        moment=datetime(2026, 3, 4, 15, 6, tzinfo=UTC),
    )
