"""What a trained classifier achieves on images held out, and the card that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.metrics import auc, balanced_point
from cxrviewer.learning.transfer_spec import TransferSpec
from cxrviewer.models.card import InputSpec, ModelCard


@dataclass(frozen=True)
class TransferValidation:
    """Measures on the images held out.

    Parameters
    ----------
    images : int
        How many.
    loss : float
        Mean cross-entropy; the epoch with the least is kept.
    accuracy : float
        Share of images, or of findings where they do not exclude one another, that are right: by the greatest
        probability, or at 0.5.
    aucs, thresholds : tuple of (float or None)
        One a class; None where all images have it, or none. Thresholds of the greatest balanced accuracy.
    """

    images: int
    loss: float
    accuracy: float
    aucs: tuple[float | None, ...]
    thresholds: tuple[float | None, ...]

    @property
    def auc(self) -> float:
        """Mean area under the ROC curve of the classes that have one; not a number where none has."""
        known = [value for value in self.aucs if value is not None]
        return float(np.mean(known)) if known else float("nan")


def validate(
    truth: NDArray[np.bool_], probabilities: NDArray[np.float32], loss: float, exclusive: bool
) -> TransferValidation:
    """Measure probabilities (n, K) against the truth (n, K)."""
    right = (probabilities >= 0.5) == truth
    if exclusive:
        right = probabilities.argmax(axis=1) == truth.argmax(axis=1)
    columns = list(zip(truth.T, probabilities.T, strict=True))
    both = [bool(positive.any() and not positive.all()) for positive, _ in columns]
    return TransferValidation(
        images=len(truth),
        loss=loss,
        accuracy=float(right.mean()),
        aucs=tuple(auc(*column) if known else None for column, known in zip(columns, both, strict=True)),
        thresholds=tuple(
            balanced_point(*column).threshold if known else None
            for column, known in zip(columns, both, strict=True)
        ),
    )


def from_json(facts: dict[str, Any]) -> TransferValidation:
    """Return what was written as a JSON object, by the names of its fields."""
    known = {field.name: facts[field.name] for field in fields(TransferValidation)}
    return TransferValidation(
        **{**known, "aucs": tuple(facts["aucs"]), "thresholds": tuple(facts["thresholds"])}
    )


def make_card(
    recipe: TransferSpec,
    spec: InputSpec,
    labels: Sequence[str],
    result: TransferValidation,
    data: str,
    version: str,
) -> ModelCard:
    """Return the card of a model, without the digest of its weights.

    Parameters
    ----------
    recipe, spec, labels : TransferSpec, InputSpec, sequence of str
        What was trained.
    result : TransferValidation
        What it achieves.
    data : str
        What it was trained on.
    version : str
        Of the model.
    """
    of_each = ", ".join(
        f"{label} {'–' if value is None else f'{value:.3f}'}"
        for label, value in zip(labels, result.aucs, strict=True)
    )
    return ModelCard(
        id=recipe.id,
        name=recipe.name,
        version=version,
        sha256="",
        labels=tuple(labels),
        # A threshold is above 0, at which every image would be positive.
        thresholds=tuple(value if value else 0.5 for value in result.thresholds),
        activation=recipe.head.activation,
        input=spec,
        default_layer=recipe.backbone.layer,
        training_data=data,
        licence="",
        intended_use="Research and teaching: to show how a classifier and its heatmaps behave.",
        limits=(
            f"{recipe.source} Not for diagnosis. On {result.images} images held out of the same data: "
            f"accuracy {result.accuracy:.3f}; AUC {of_each}. The epoch and the thresholds were chosen on "
            "these images: expect less elsewhere."
        ),
    )
