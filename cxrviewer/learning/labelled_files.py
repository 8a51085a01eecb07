"""Radiographs with their truth, as a folder for each class or as a table, read against a model's card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UserError
from cxrviewer.imaging.open import is_image
from cxrviewer.learning.manifest import read_manifest
from cxrviewer.models.card import Activation, ModelCard
from cxrviewer.models.reading import group_indices


@dataclass(frozen=True)
class Finding:
    """A class of an evaluation: its name in the data, the model's labels it stands for, and its threshold."""

    name: str
    indices: tuple[int, ...]
    threshold: float


@dataclass(frozen=True, eq=False)
class LabelledFiles:
    """Files with their truth.

    Parameters
    ----------
    paths : tuple of Path
        The images.
    findings : tuple of Finding
        The classes, in the order of the model's outputs.
    truth : (N, K) bool array
        Which image has which finding; exactly one where they exclude one another.
    exclusive : bool
        Whether an image has exactly one finding.
    """

    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]
    truth: NDArray[np.bool_]
    exclusive: bool


def read_labelled(data: Path, card: ModelCard) -> LabelledFiles:
    """Find images and their truth.

    Parameters
    ----------
    data : Path
        A folder with a folder for each class, at any depth, called like a label or a label group of the card;
        or a CSV table with a column for the file (file, path, image, Image Index) and one for the label
        (label, class, Finding Labels), where several are separated by "|".
    card : ModelCard
        Of the model. Labels that the data do not name are classes too, where the model's classes exclude one
        another: the model may choose them.

    Raises
    ------
    UserError
        There is nothing to read, or a class of the data is none of the card's.
    """
    if data.is_file():
        named = {row.path: row.labels for row in read_manifest(data)}
    else:
        named = _by_folder(data, card)
    if not named:
        raise UserError(
            "There are no labelled images.", f"Give a folder with the folders {_choices(card)}.", data
        )
    exclusive = card.activation is not Activation.SIGMOID or len(card.labels) == 1
    several = any(len(names) != 1 for names in named.values())
    if exclusive and several:
        raise UserError(
            "An image has not exactly one label, but the model's classes exclude one another.",
            "Evaluate a multi-label model on these data, or leave those images out.",
            data,
        )
    findings = _findings({name for names in named.values() for name in names}, card, exclusive, data)
    truth = np.array([[finding.name in names for finding in findings] for names in named.values()])
    return LabelledFiles(tuple(named), findings, truth, exclusive)


def _by_folder(data: Path, card: ModelCard) -> dict[Path, tuple[str, ...]]:
    if not data.is_dir():
        raise UserError("The folder does not exist.", "Give the folder of the images.", data)
    known = {name.casefold() for name in _names(card)}
    found: dict[Path, tuple[str, ...]] = {}
    for path in sorted(data.rglob("*")):
        name = class_folder(path)
        if path.is_file() and name.casefold() in known and is_image(path):
            found[path] = (name,)
    return found


def class_folder(path: Path) -> str:
    """Return the name of the folder that an image lies in, or of the one above where that is "images".

    The COVID-19 Radiography Database keeps ``COVID/images`` and ``COVID/masks``.
    """
    folder = path.parent
    return folder.parent.name if folder.name.casefold() == "images" else folder.name


def _findings(names: set[str], card: ModelCard, exclusive: bool, data: Path) -> tuple[Finding, ...]:
    found = [_finding(name, card, data) for name in sorted(names)]
    covered = [index for finding in found for index in finding.indices]
    if len(covered) != len(set(covered)):
        raise UserError(
            "A label of the model stands for two classes of the data.",
            "Name either a label group or its labels, not both.",
            data,
        )
    if exclusive or not found:
        found += [
            Finding(label, (index,), card.thresholds[index])
            for index, label in enumerate(card.labels)
            if index not in covered
        ]
    return tuple(sorted(found, key=lambda finding: finding.indices))


def _finding(name: str, card: ModelCard, data: Path) -> Finding:
    wanted = name.strip().casefold()
    for index, label in enumerate(card.labels):
        if label.casefold() == wanted:
            return Finding(name, (index,), card.thresholds[index])
    for group in card.label_groups:
        if group.name.casefold() == wanted:
            return Finding(name, group_indices(card, group), group.threshold)
    raise UserError(f"The model has no class {name!r}.", f"It has {_choices(card)}.", data)


def _names(card: ModelCard) -> list[str]:
    return [*card.labels, *(group.name for group in card.label_groups)]


def _choices(card: ModelCard) -> str:
    return ", ".join(_names(card))
