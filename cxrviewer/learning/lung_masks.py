"""Radiographs with masks of the lungs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UserError
from cxrviewer.imaging.lungs import two_lungs
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.learning.dataset import connected_groups
from cxrviewer.models.card import InputSpec
from cxrviewer.models.preprocess import prepare_input


@dataclass(frozen=True, eq=False)
class LungMasks:
    """Images and masks in memory.

    Parameters
    ----------
    images, masks : (N, H, W, 1) uint8 array
        0 to 255; masks may be soft.
    groups : (N,) int64 array
        Equal for images of one patient.
    names : tuple of str
        File names.
    """

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    groups: NDArray[np.int64]
    names: tuple[str, ...]

    def subset(self, indices: NDArray[np.int64]) -> LungMasks:
        """Return the images at the given positions."""
        names = tuple(self.names[index] for index in indices)
        return LungMasks(self.images[indices], self.masks[indices], self.groups[indices], names)

    def joined(self, other: LungMasks) -> LungMasks:
        """Return the images of both; patients of the two are different ones."""
        groups = np.concatenate([self.groups, other.groups + self.groups.max() + 1])
        return LungMasks(
            np.concatenate([self.images, other.images]),
            np.concatenate([self.masks, other.masks]),
            groups,
            self.names + other.names,
        )


def load_lung_masks(folder: Path, spec: InputSpec) -> LungMasks:
    """Read ``pairs.csv`` (columns file, patient), ``images/`` and ``masks/`` of a folder.

    Parameters
    ----------
    folder : Path
        The data set.
    spec : InputSpec
        Size of the model's input, to which images are brought as for any model.

    Raises
    ------
    UserError
        A file is missing or cannot be read.
    """
    table = folder / "pairs.csv"
    try:
        with table.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        pairs = [(row["file"], row["patient"]) for row in rows]
    except (OSError, KeyError) as error:
        hint = "Give a folder with pairs.csv (columns file and patient), images/ and masks/."
        raise UserError("The list of lung masks cannot be read.", hint, table) from error
    images = [prepared(folder / "images" / name, spec) for name, _ in pairs]
    masks = [_mask(folder / "masks" / name, spec) for name, _ in pairs]
    groups = connected_groups([(patient, name) for name, patient in pairs])
    return LungMasks(np.stack(images), np.stack(masks), groups, tuple(name for name, _ in pairs))


def prepared(path: Path, spec: InputSpec) -> NDArray[np.uint8]:
    """Return an image as the model takes it, times 255."""
    values = prepare_input(read_radiograph(path), spec).values[0]
    return np.asarray(np.rint(values * 255), np.uint8)


def intersection_over_union(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the IoU (Jaccard index) of two masks; 1 where both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 1.0


def _mask(path: Path, spec: InputSpec) -> NDArray[np.uint8]:
    data = np.frombuffer(path.read_bytes(), np.uint8) if path.is_file() else None
    mask = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data is not None else None
    if mask is None:
        raise UserError("The mask cannot be read.", "It must be a gray PNG beside its image's name.", path)
    lungs = two_lungs(mask > 127).astype(np.uint8) * 255
    size = (spec.width, spec.height)
    return np.asarray(cv2.resize(lungs, size, interpolation=cv2.INTER_AREA))[..., None]
