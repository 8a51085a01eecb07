"""A model's answer computed anew, set against the one that an export recorded."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models.prediction import Prediction
from cxrviewer.session.analysis import Analysis

TOLERANCE = 1e-4
"""Share of the greatest value by which numbers may differ for no reason but the order of their sums."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """An answer to be drawn, and how far the one computed anew was from it.

    Parameters
    ----------
    analysis : Analysis
        With the recorded numbers where both agree within `TOLERANCE`, else with the new ones.
    logits, map : float
        Greatest difference of logits and of the map's values, each as a share of the greatest; 0 where all
        bits are equal, NaN where nothing is recorded, infinite where there is nothing to compare.
    """

    analysis: Analysis
    logits: float
    map: float

    @property
    def is_close(self) -> bool:
        """Whether both answers are the same but for rounding."""
        return self.logits <= TOLERANCE and not self.map > TOLERANCE


def settle_answer(answer: Mapping[str, Any], analysis: Analysis) -> Agreement:
    """Compare an answer with the recorded one, and take the recorded numbers where they are the same.

    So that an export is made again to the last bit on another machine, and by a model that answers one image
    where it had answered several together.

    Parameters
    ----------
    answer : mapping
        As `export.provenance` records it.
    analysis : Analysis
        Computed anew.

    Raises
    ------
    KeyError, TypeError, ValueError
        The record is damaged.
    """
    prediction, attribution = analysis.result.prediction, analysis.result.attribution
    known = Prediction(_numbers(answer["logits"]), _numbers(answer["probabilities"]))
    of_this = known.probabilities.shape == prediction.probabilities.shape
    if not (of_this and isinstance(answer["map_sha256"], str)):
        raise ValueError("not an answer of this model")
    values = _values(answer)
    logits = _apart(known.logits, prediction.logits)
    if values is None:
        made = Agreement(analysis, logits, np.nan)
    else:
        made = Agreement(analysis, logits, _apart(values, attribution.values))
    if not made.is_close:
        return made
    attribution = attribution if values is None else replace(attribution, values=values)
    result = replace(analysis.result, prediction=known, attribution=attribution)
    return replace(made, analysis=replace(analysis, result=result))


def _numbers(entries: list[float | None]) -> NDArray[np.float32]:
    return np.array([np.nan if entry is None else float(entry) for entry in entries], np.float32)


def _values(answer: Mapping[str, Any]) -> NDArray[np.float32] | None:
    if answer["map"] is None:
        return None
    values = np.frombuffer(base64.b64decode(answer["map"], validate=True), "<f4").astype(np.float32)
    return values.reshape(int(answer["rows"]), int(answer["columns"]))


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if one.shape != other.shape:
        return np.inf
    if np.array_equal(one, other, equal_nan=True):
        return 0.0
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return np.inf
    greatest = float(np.abs(one).max())
    return float(np.abs(one.astype(np.float64) - other).max()) / greatest if greatest else np.inf
