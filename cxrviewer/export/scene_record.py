"""What is recorded of a scene, as JSON has it: image, model, question, answer, look and marks."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache

import numpy as np

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.question import Question
from cxrviewer.export.lungs import lungs_record
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.grayscale import default_voi
from cxrviewer.imaging.radiograph import LookupTable
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import card_table

_COARSE = 4096
"""Cells of a map, at most, whose values are recorded."""


def scene_record(scene: Scene, options: ExportOptions) -> dict[str, object]:
    """Return what is needed to make a scene again; see `provenance`."""
    image, attribution = scene.radiograph, scene.result.attribution
    rows, columns = attribution.values.shape
    return {
        "image": {
            "sha256": image.digest,
            "frame": image.frame,
            "rows": image.shape[0],
            "columns": image.shape[1],
        },
        "model": _model(scene.card),
        "question": _question(attribution.question),
        "answer": {
            "logits": [_finite(value) for value in scene.result.prediction.logits],
            "probabilities": [_finite(value) for value in scene.result.prediction.probabilities],
            "rows": rows,
            "columns": columns,
            "map_sha256": map_digest(attribution),
            "map": base64.b64encode(_bytes(attribution)).decode() if rows * columns <= _COARSE else None,
        },
        "heatmap": _look(scene),
        "view": _view(scene),
        "marks": _marks(scene, options),
        "lungs": _lungs(scene, options),
        "moment": scene.moment.isoformat(),
    }


@lru_cache(8)
def _model(card: ModelCard) -> dict[str, object]:
    return card_table(card)


def map_digest(attribution: Attribution) -> str:
    """Return the SHA-256 of a map's values, hexadecimal."""
    return hashlib.sha256(_bytes(attribution)).hexdigest()


def _bytes(attribution: Attribution) -> bytes:
    return np.ascontiguousarray(attribution.values, "<f4").tobytes()


def _finite(value: float) -> float | None:
    """Return a number as JSON can have it."""
    return float(value) if math.isfinite(value) else None


def _question(question: Question) -> dict[str, object]:
    return {
        "positive": list(question.target.positive),
        "negative": list(question.target.negative),
        "method": question.method,
        "parameters": dict(question.parameters),
        "layers": list(question.layers),
        "fusion": question.fusion.value,
        "smoothing": question.smoothing,
    }


def _look(scene: Scene) -> dict[str, object]:
    display = scene.display
    return {
        **asdict(scene.style),
        "view": scene.style.view.value,
        "scale": display.maximum if display.locked and display.maximum > 0 else None,
        "top_share": scene.top_share,
        "faded": scene.faded,
    }


def _view(scene: Scene) -> dict[str, object]:
    voi = scene.voi if scene.voi is not None else default_voi(scene.radiograph)
    if isinstance(voi, LookupTable):
        tables = scene.radiograph.grayscale.voi_luts
        window: dict[str, object] = {"table": next(i for i, each in enumerate(tables) if each is voi)}
    else:
        # Without the file's name for it: free text, which may say anything.
        window = {"center": voi.center, "width": voi.width, "function": voi.function.value}
    return {
        "rows": scene.viewport.shape[0],
        "columns": scene.viewport.shape[1],
        "stored_to_view": scene.viewport.stored_to_view.tolist(),
        "window": window,
        "inverted": scene.inverted,
    }


def _lungs(scene: Scene, options: ExportOptions) -> Mapping[str, object] | None:
    if scene.lungs is None or (scene.lungs.found and not options.lungs):
        return None
    return lungs_record(scene.lungs)


def _marks(scene: Scene, options: ExportOptions) -> Mapping[str, object] | None:
    if scene.marks is None:
        return None
    return scene.marks.content if options.marks else {**scene.marks.content, "marks": []}
