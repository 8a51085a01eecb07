"""Training of a network of keras.applications with a new head: what these recipes have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from cxrviewer.errors import UserError
from cxrviewer.learning.dataset import connected_groups
from cxrviewer.learning.duplicates import Duplicates, find_duplicates
from cxrviewer.learning.examples import Examples, find_examples
from cxrviewer.learning.pixels import Pixels, read_pixels
from cxrviewer.learning.run_folder import RunFolder
from cxrviewer.learning.split import Split, split_as_given
from cxrviewer.learning.transfer_run import TransferData, TransferRun
from cxrviewer.learning.transfer_spec import IMAGENET, TransferSettings, TransferSpec
from cxrviewer.learning.transfer_validation import TransferValidation
from cxrviewer.models.card import InputSpec

Progress = Callable[[str], None]


def train(
    recipe: TransferSpec,
    settings: TransferSettings,
    data: Path,
    output: Path,
    progress: Progress,
    *,
    weights: Path | str | None = None,
    resume: bool = False,
) -> TransferValidation:
    """Train by a recipe and write the model with its card.

    The output folder holds a usable model and card, with a version below 1, from the first epoch on: the best
    so far. The last epoch gives the best one its final card.

    Parameters
    ----------
    recipe : TransferSpec
        Network and data.
    settings : TransferSettings
        How to train.
    data : Path
        As for `find_examples`.
    output : Path
        Folder to write to; made where it does not exist.
    progress : callable
        Takes a line of text after each step that lasts.
    weights : Path or str, optional
        "imagenet" (the default), "random", or a Keras file of the network or of its backbone.
    resume : bool
        Whether to go on where a run in the same folder was ended.

    Returns
    -------
    TransferValidation
        Of the model that was kept.

    Raises
    ------
    UserError
        The data, the weights or the output folder cannot be used.
    """
    examples = find_examples(data, recipe.labels, settings.patient)
    _check_classes(examples, recipe, data)
    folder = RunFolder(output, recipe.id)
    folder.create(resumed=resume)
    spec = recipe.input_spec(settings.size)
    pixels = read_pixels(examples.paths, _gray(spec), output, progress)
    examples = examples.subset(pixels.kept)
    split = _split(examples, pixels, settings, recipe.exclusive)
    twins = find_duplicates(pixels.contents, examples)
    facts = _facts(recipe, examples, pixels, split, twins)
    if resume:
        folder.check_same(settings, str(facts["data_sha256"]))
    folder.save_settings(settings, facts)
    for line in _told(examples, split, twins):
        progress(line)
    learned_from = TransferData(examples, pixels.images, split, str(facts["data_sha256"]))
    progress(f"building {recipe.backbone.name}")
    begin = IMAGENET if weights is None else weights
    return TransferRun(recipe, settings, learned_from, folder, begin, progress).to_the_end()


def _check_classes(examples: Examples, recipe: TransferSpec, data: Path) -> None:
    """Check that the data have the classes that a recipe needs."""
    names, counts = ", ".join(examples.labels), examples.truth.sum(axis=1)
    if recipe.exclusive and (counts != 1).any():
        name = examples.paths[int(np.flatnonzero(counts != 1)[0])].name
        hint = "Take the recipe densenet121-multilabel, or leave such images out."
        raise UserError(f"The recipe needs exactly one class an image; {name} has not.", hint, data)
    if recipe.count and len(examples.labels) != recipe.count:
        message = (
            f"The recipe tells {recipe.count} classes apart; the data have {len(examples.labels)}: {names}."
        )
        raise UserError(message, f"Give data with {recipe.count} classes.", data)
    if len(examples.labels) < 2:
        hint = "Give a folder with a folder for each class."
        raise UserError(f"The data have one class only: {names}.", hint, data)


def _gray(spec: InputSpec) -> InputSpec:
    """Return the input as it is kept until a step takes it: one channel in 0 to 1."""
    return InputSpec(spec.height, spec.width, 1, resize=spec.resize, contrast=spec.contrast)


def _split(examples: Examples, pixels: Pixels, settings: TransferSettings, exclusive: bool) -> Split:
    groups = connected_groups(list(zip(examples.patients, pixels.contents, strict=True)))
    # Where an image has any number of findings there is no class to keep in proportion.
    classes = examples.truth.argmax(axis=1) if exclusive else np.zeros(len(groups), np.int64)
    return split_as_given(examples.parts, classes, groups, settings.validation_share, settings.seed)


def _told(examples: Examples, split: Split, twins: Duplicates) -> list[str]:
    """Return what a user should know of the data."""
    lines = []
    if not examples.known_patients:
        lines.append(
            "the patients are not known: every file is taken for a patient of its own "
            "(a CSV column 'patient' or --set patient=REGEX tells them)"
        )
    lines += twins.told()
    if len(split.test):
        lines.append(f"{len(split.test)} images are kept for tests by the data set, and are not used")
    if len(split.leaking):
        lines.append(
            f"{len(split.leaking)} images left out: their patients are in another part of the data set"
        )
    missing = [name for name, count in examples.subset(split.training).counts().items() if not count]
    if missing:
        lines.append(f"no training image has {', '.join(missing)}: these outputs are not learned")
    trained, held_out = len(split.training), len(split.validation)
    return [*lines, f"{trained} images to train on, {held_out} to validate on"]


def _facts(
    recipe: TransferSpec, examples: Examples, pixels: Pixels, split: Split, twins: Duplicates
) -> dict[str, object]:
    return {
        "recipe": recipe.id,
        "version": recipe.version,
        "architecture": recipe.backbone.name,
        "data_sha256": _digest(examples, pixels),
        "labels": list(examples.labels),
        "training": examples.subset(split.training).counts(),
        "validation": examples.subset(split.validation).counts(),
        "images": {
            "training": len(split.training),
            "validation": len(split.validation),
            "test": len(split.test),
            "left_out_for_leakage": len(split.leaking),
        },
        "patients_known": examples.known_patients,
        "duplicates": twins.groups,
        "unreadable": dict(pixels.failures),
        "versions": {name: version(name) for name in ("cxrviewer", "tensorflow", "keras", "numpy")},
    }


def _digest(examples: Examples, pixels: Pixels) -> str:
    """Return the SHA-256 over contents and labels of all images, in the order of their contents."""
    rows = examples.truth.astype(int).tolist()
    lines = [f"{file} {row}" for file, row in zip(pixels.files, rows, strict=True)]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
