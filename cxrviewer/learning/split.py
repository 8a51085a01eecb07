"""Training and validation data without a patient in both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UserError


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


def balanced_order(labels: NDArray[np.int64], steps: int, batch: int, seed: int) -> NDArray[np.int64]:
    """Return which items make up each batch, every class equally often.

    Each class is drawn without replacement until it is used up, then shuffled again.

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
