"""What is explained: a score made of the logits of the labels for it and of those against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError
from cxrviewer.models.card import ModelCard
from cxrviewer.models.head import Head
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.reading import joint_probability


@dataclass(frozen=True)
class Target:
    """Labels that are explained, and labels against which: ``S = lse(z[positive]) - lse(z[negative])``.

    ``lse`` is the logarithm of the sum of exponentials, of one logit the logit itself; of none it is left
    out. So one form stands for the logit of a class, for its absence (no positive, one negative), for
    the margin of two classes, for a group of labels, and for any of them against the rest.

    Parameters
    ----------
    positive, negative : tuple of int
        Class indices, sorted; both empty for the most probable class (`TOP`).
    """

    positive: tuple[int, ...] = ()
    negative: tuple[int, ...] = ()

    @property
    def label(self) -> int | None:
        """The class where the target is the logit of one, else None."""
        return self.positive[0] if len(self.positive) == 1 and not self.negative else None


TOP = Target()


def of_label(index: int) -> Target:
    """Return the target that is one class."""
    return Target((index,))


def absent(index: int) -> Target:
    """Return the target that is the absence of one class: minus its logit."""
    return Target((), (index,))


def settle_target(target: Target, prediction: Prediction | None) -> Target:
    """Return the class that `TOP` stands for where the output is known; any other target as it is."""
    return of_label(prediction.top) if target == TOP and prediction is not None else target


def check_target(target: Target, card: ModelCard) -> None:
    """Check that a target means something to a model.

    Raises
    ------
    ExplainError
        It names a class that there is not, or one on both sides.
    """
    named = (*target.positive, *target.negative)
    wrong = [index for index in named if not 0 <= index < len(card.labels)]
    if wrong:
        choices = ", ".join(f"{index} ({label})" for index, label in enumerate(card.labels))
        raise ExplainError(f"There is no class {wrong[0]}.", f"Choose one of: {choices}.")
    if len(set(named)) != len(named):
        raise ExplainError("A class cannot be explained against itself.", "Choose another class.")


def target_name(target: Target, card: ModelCard) -> str:
    """Return a target in words: "Effusion", "no Effusion", "A rather than B", the name of a group."""
    if target == TOP:
        return "the most probable class"
    if not target.positive:
        return f"no {_joined(target.negative, card)}"
    if not target.negative:
        return _joined(target.positive, card)
    all_named = len(target.positive) + len(target.negative) == len(card.labels)
    other = "the rest" if all_named and len(target.negative) > 1 else _joined(target.negative, card)
    return f"{_joined(target.positive, card)} rather than {other}"


def target_probability(target: Target, card: ModelCard, prediction: Prediction) -> float | None:
    """Return the probability that goes with a target, 0 to 1; None for a margin."""
    if target.positive and target.negative:
        return None
    if target.positive:
        return joint_probability(card, target.positive, prediction)
    return 1.0 - joint_probability(card, target.negative, prediction)


def is_under_threshold(target: Target, card: ModelCard, prediction: Prediction) -> bool:
    """Return whether a finding was explained that the model does not report: it is under its threshold.

    A margin has no threshold; the absence of a class is under its own where the class is above.
    """
    probability = target_probability(target, card, prediction)
    if probability is None:
        return False
    if not target.positive:
        return 1.0 - probability >= _threshold(target.negative, card)
    return probability < _threshold(target.positive, card)


@dataclass(frozen=True, eq=False)
class UnitMasks:
    """Which units of the output are for a target and which against, float32 (units,) of 0 and 1."""

    positive: NDArray[np.float32]
    negative: NDArray[np.float32]


def unit_masks(head: Head, target: Target) -> UnitMasks:
    """Return the units that a target stands for.

    A label of a softmax over three or more units, or of a multi-label model, is explained by its logit.
    Of two softmax units only the difference is identified, so that a label is explained by its margin
    over the other; the two labels of a single unit by minus and plus its logit.

    Raises
    ------
    ExplainError
        The score does not depend on the image: both labels of two that exclude one another.
    """
    if head.single or (head.units == 2 and head.exclusive):
        sides = {*target.positive} | {1 - index for index in target.negative}
        if len(sides) != 1:
            raise ExplainError(
                "Both labels together are certain: there is nothing to explain.", "Choose one."
            )
        (side,) = sides
        if head.single:
            return UnitMasks(np.array([side], np.float32), np.array([1 - side], np.float32))
        return UnitMasks(_mask(2, (side,)), _mask(2, (1 - side,)))
    return UnitMasks(_mask(head.units, target.positive), _mask(head.units, target.negative))


def score(logits: NDArray[np.float32], masks: UnitMasks) -> NDArray[np.float64]:
    """Return the score of a target for rows of raw logits (n, units), float64 (n,)."""
    return _lse(logits, masks.positive) - _lse(logits, masks.negative)


def _lse(logits: NDArray[np.float32], mask: NDArray[np.float32]) -> NDArray[np.float64]:
    chosen = logits[:, mask > 0].astype(np.float64)
    if chosen.shape[1] == 0:
        return np.zeros(len(logits))
    highest = chosen.max(axis=1)
    return np.asarray(highest + np.log(np.exp(chosen - highest[:, None]).sum(axis=1)), np.float64)


def _mask(units: int, indices: tuple[int, ...]) -> NDArray[np.float32]:
    mask = np.zeros(units, np.float32)
    mask[list(indices)] = 1
    return mask


def _joined(indices: tuple[int, ...], card: ModelCard) -> str:
    names = {card.labels[index] for index in indices}
    group = next((group for group in card.label_groups if set(group.labels) == names), None)
    if group is not None and len(names) > 1:
        return group.name
    return " or ".join(card.labels[index] for index in indices)


def _threshold(indices: tuple[int, ...], card: ModelCard) -> float:
    if len(indices) == 1:
        return card.thresholds[indices[0]]
    names = {card.labels[index] for index in indices}
    group = next((group for group in card.label_groups if set(group.labels) == names), None)
    return group.threshold if group is not None else 0.5
