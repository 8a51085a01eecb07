"""Training and validation data without a patient in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UserError


class Part(StrEnum):
    """What an item is for."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of the items of both parts, and of those that are left out.

    Parameters
    ----------
    training, validation : int64 array
        Sorted; no group is in both.
    test : int64 array
        What the data set keeps for a test.
    leaking : int64 array
        Of a group that the data set has in another part too, which comes first: neither trained nor validated
        on.
    """

    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    leaking: NDArray[np.int64]


def split_as_given(
    given: Sequence[Part | None],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    share: float,
    seed: int,
) -> Split:
    """Split items as their data set says, and by `grouped_split` where it does not.

    A group of which an item is kept for the test is in no other part, and one of which an item is for
    validation is not trained on, whatever the data set says.

    Parameters
    ----------
    given : sequence of (Part or None)
        What the data set says of each item.
    labels, groups, share, seed
        As for `grouped_split`, which takes its share where nothing is given for validation.

    Raises
    ------
    UserError
        As `grouped_split`, or nothing is left to train on.
    """
    parts = np.array([part or "" for part in given])
    tested = np.isin(groups, groups[parts == Part.TEST])
    usable = np.flatnonzero(~tested)
    validated = usable[parts[usable] == Part.VALIDATION]
    if len(validated):
        rest = usable[parts[usable] != Part.VALIDATION]
        training = rest[~np.isin(groups[rest], groups[validated])]
    elif len(usable):
        training, validated = (
            usable[part] for part in grouped_split(labels[usable], groups[usable], share, seed)
        )
    else:
        training = usable
    if not len(training):
        raise UserError("Nothing is left to train on.", "The data set keeps all its patients for tests.")
    test = np.flatnonzero(parts == Part.TEST)
    placed = np.concatenate([training, validated, test])
    return Split(training, validated, test, np.setdiff1d(np.arange(len(parts)), placed))


def grouped_split(
    labels: NDArray[np.int64], groups: NDArray[np.int64], share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split items into training and validation, whole groups at a time, class by class.

    Groups are taken in random order. One goes to validation while the class of its first item has
    less than its share there, so that both parts have the classes in about the same proportion.

    Parameters
    ----------
    labels, groups : (N,) int64 array
        Class and group of each item.
    share : float
        Share of the items for validation, between 0 and 1.
    seed : int
        Equal seeds give equal splits.

    Returns
    -------
    training, validation : int64 arrays
        Sorted positions.

    Raises
    ------
    UserError
        A class has too few patients to be in both parts.
    """
    wanted = share * np.bincount(labels)
    taken = np.zeros(len(wanted))
    held_out = np.zeros(len(labels), bool)
    for group in np.random.default_rng(seed).permutation(np.unique(groups)):
        members = np.flatnonzero(groups == group)
        if taken[labels[members[0]]] < wanted[labels[members[0]]]:
            held_out[members] = True
            taken += np.bincount(labels[members], minlength=len(taken))
    for part in (held_out, ~held_out):
        if (np.bincount(labels[part], minlength=len(taken)) == 0).any():
            raise UserError(
                "The data has too few patients to be split into training and validation.",
                "Every class needs images of at least two patients.",
            )
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def balanced_order(
    labels: NDArray[np.int64], steps: int, batch: int, seed: int | Sequence[int]
) -> NDArray[np.int64]:
    """Return which items make up each batch, every class equally often.

    Each class is drawn without replacement until it is used up, then shuffled again. Of items that are all
    of one class this is plain shuffling.

    Returns
    -------
    (steps, batch) int64 array
        Positions in `labels`.
    """
    rng = np.random.default_rng(seed)
    classes = np.unique(labels)
    count = steps * batch
    each = -(-count // len(classes))
    columns = []
    for label in classes:
        members = np.flatnonzero(labels == label)
        rounds = -(-each // len(members))
        columns.append(np.concatenate([rng.permutation(members) for _ in range(rounds)])[:each])
    return np.stack(columns, axis=1).reshape(-1)[:count].reshape(steps, batch)
