"""Labelled radiographs in memory, and the patient that each is of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UserError
from cxrviewer.imaging.open import is_image, read_radiograph
from cxrviewer.models.card import InputSpec, Scaling
from cxrviewer.models.preprocess import prepare_input

Rule = Callable[[Path], tuple[str, str]]
"""Label and patient of a file; a ValueError where its name tells neither."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with labels and patients, decoded once.

    Parameters
    ----------
    images : (N, H, W, C) uint8 array
        Low = black; divided by 255 they are what a model with the scaling "unit" takes.
    labels : (N,) int64 array
        Class indices.
    groups : (N,) int64 array
        Equal for images of one patient, and for images of equal content.
    names : tuple of str
        File names.
    digest : str
        SHA-256 over the names and contents of the files, hexadecimal.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    names: tuple[str, ...]
    digest: str

    def subset(self, indices: NDArray[np.int64]) -> Dataset:
        """Return the images at the given positions; the digest stays that of the whole."""
        names = tuple(self.names[index] for index in indices)
        return Dataset(self.images[indices], self.labels[indices], self.groups[indices], names, self.digest)


def load_dataset(folder: Path, labels: tuple[str, ...], rule: Rule, spec: InputSpec) -> Dataset:
    """Read every image below a folder, exactly as the viewer prepares it for the model.

    Parameters
    ----------
    folder : Path
        Searched through all levels; files that are not images are passed over.
    labels : tuple of str
        The classes in the order of the model's outputs.
    rule : callable
        Label and patient of a file.
    spec : InputSpec
        The model's input, with the scaling "unit".

    Raises
    ------
    UserError
        The folder has no images, lacks a class, or has an image that cannot be read or labelled.
    """
    if spec.scaling is not Scaling.UNIT:
        raise ValueError("images are kept in steps of 1/255 of the scaling 'unit'")
    files = _image_files(folder)
    images = np.empty((len(files), spec.height, spec.width, spec.channels), np.uint8)
    classes = np.empty(len(files), np.int64)
    keys: list[tuple[str, str]] = []
    digest = hashlib.sha256()
    for index, path in enumerate(files):
        label, patient = _labelled(path, rule)
        radiograph = read_radiograph(path)
        images[index] = np.rint(prepare_input(radiograph, spec).values[0] * 255)
        classes[index] = labels.index(label)
        digest.update(f"{path.name} {radiograph.digest}\n".encode())
        keys.append((patient, hashlib.sha256(images[index].tobytes()).hexdigest()))
    absent = [label for index, label in enumerate(labels) if not (classes == index).any()]
    if absent:
        raise UserError(
            f"The folder has no image of the class {absent[0]!r}.", "Give another folder.", folder
        )
    names = tuple(path.name for path in files)
    return Dataset(images, classes, connected_groups(keys), names, digest.hexdigest())


def connected_groups(keys: list[tuple[str, str]]) -> NDArray[np.int64]:
    """Number the groups of items that share a key, directly or through others.

    Parameters
    ----------
    keys : list of (str, str)
        Two keys an item: patient and content. Items of one patient belong together, so do equal
        images that are filed under two patients, and with them everything else of the two.

    Returns
    -------
    (N,) int64 array
        Group numbers from 0, in the order of their first item.
    """
    parent = list(range(len(keys)))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    first: dict[tuple[int, str], int] = {}
    for item, pair in enumerate(keys):
        for kind, key in enumerate(pair):
            other = root(first.setdefault((kind, key), item))
            mine = root(item)
            parent[max(mine, other)] = min(mine, other)
    _, groups = np.unique([root(item) for item in range(len(keys))], return_inverse=True)
    return groups.astype(np.int64)


def _image_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UserError("The folder does not exist.", "Give the folder of the training images.", folder)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and is_image(path)]
    if not files:
        raise UserError("The folder has no images.", "Give the folder of the training images.", folder)
    return files


def _labelled(path: Path, rule: Rule) -> tuple[str, str]:
    try:
        return rule(path)
    except ValueError as error:
        raise UserError(
            "The file name does not tell the class and the patient.", "Remove the file from the folder.", path
        ) from error
