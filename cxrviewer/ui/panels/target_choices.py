"""In what ways a class or a group can be explained: by itself, as absent, or against others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cxrviewer.explain.target import Target, target_name
from cxrviewer.models.card import Activation, ModelCard


class Sense(StrEnum):
    """What is asked about a class or a group."""

    PRESENT = "present"
    ABSENT = "absent"
    RATHER = "rather than one other"
    REST = "rather than all others"


@dataclass(frozen=True)
class Choice:
    """One way to explain a class or a group, and how it is offered."""

    sense: Sense
    target: Target
    text: str
    tip: str


def subject(target: Target | None) -> tuple[int, ...]:
    """Return the class indices that a target is about; empty for the most probable class."""
    if target is None:
        return ()
    return target.positive or target.negative


def choices(card: ModelCard, indices: tuple[int, ...]) -> tuple[Choice, ...]:
    """Return the ways in which a class, or a group of classes, can be explained; the plain one first.

    Of two classes that exclude one another there is only that one: evidence for the one is evidence
    against the other. Absence is offered where classes are independent, the rest where they are not.

    Parameters
    ----------
    card : ModelCard
        The model's labels and activation.
    indices : tuple of int
        Class indices.
    """
    plain = Target(indices)
    name = target_name(plain, card)
    what = "this class" if len(indices) == 1 else "this group"
    made = [Choice(Sense.PRESENT, plain, f"Why {name}", f"Regions that raise the score of {what}.")]
    others = tuple(index for index in range(len(card.labels)) if index not in indices)
    if is_one_question(card) or not indices:
        return tuple(made)
    if card.activation is Activation.SIGMOID:
        tip = f"Regions that lower the score of {what}: what speaks against the finding."
        made.append(Choice(Sense.ABSENT, Target((), indices), f"Why not {name}", tip))
    for other in others:
        label = card.labels[other]
        tip = f"Regions that raise the score of {what} more than that of {label}: what tells the two apart."
        made.append(Choice(Sense.RATHER, Target(indices, (other,)), f"Rather than {label}", tip))
    if card.activation is not Activation.SIGMOID and len(others) > 1:
        tip = f"Regions that raise the score of {what} more than that of all others together."
        made.append(Choice(Sense.REST, Target(indices, others), "Rather than all others", tip))
    return tuple(made)


def about(card: ModelCard, indices: tuple[int, ...], former: Target | None) -> Target:
    """Return the target that asks of `indices` what `former` asked of its own classes.

    Where that has no meaning, a class against itself say, they are explained by themselves.
    """
    plain = Target(indices)
    offered = {choice.target: choice.sense for choice in choices(card, indices)}
    if former is None or not (former.positive or former.negative):
        return plain
    asked = {choice.target: choice.sense for choice in choices(card, subject(former))}.get(former)
    if asked is Sense.RATHER:
        same = Target(indices, former.negative)
        return same if same in offered else plain
    return next((target for target, sense in offered.items() if sense is asked), plain)


def is_one_question(card: ModelCard) -> bool:
    """Return whether a class of a model can be explained in one way only."""
    count = len(card.labels)
    return count < 2 or (count == 2 and card.activation is not Activation.SIGMOID)
