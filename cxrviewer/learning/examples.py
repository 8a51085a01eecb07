"""What a classifier is trained on: files with their findings, patients and splits, before they are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UsageError, UserError
from cxrviewer.imaging.open import is_image
from cxrviewer.learning.labelled_files import class_folder
from cxrviewer.learning.manifest import Row, is_manifest, read_manifest
from cxrviewer.learning.recipes.paediatric_pneumonia import label_and_patient
from cxrviewer.learning.split import Part

_PARTS = {
    "train": Part.TRAINING,
    "training": Part.TRAINING,
    "val": Part.VALIDATION,
    "valid": Part.VALIDATION,
    "validation": Part.VALIDATION,
    "dev": Part.VALIDATION,
    "test": Part.TEST,
    "testing": Part.TEST,
}
_TEST_LIST = "test_list.txt"
"""Names of the test images of ChestX-ray14, beside its table."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Labelled files.

    Parameters
    ----------
    paths : tuple of Path
        The images.
    labels : tuple of str
        The classes, in the order of the model's outputs.
    truth : (N, K) bool array
        Which image has which finding.
    patients : tuple of str
        Who is on them; a name for each file where that is not known.
    parts : tuple of (Part or None)
        What the data set says that they are for.
    known_patients : bool
        Whether the data set says who is on them, for all or some.
    """

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    truth: NDArray[np.bool_]
    patients: tuple[str, ...]
    parts: tuple[Part | None, ...]
    known_patients: bool

    def subset(self, indices: NDArray[np.int64]) -> Examples:
        """Return the examples at the given positions."""
        return Examples(
            tuple(self.paths[index] for index in indices),
            self.labels,
            self.truth[indices],
            tuple(self.patients[index] for index in indices),
            tuple(self.parts[index] for index in indices),
            self.known_patients,
        )

    def counts(self) -> dict[str, int]:
        """Return how many images have each finding."""
        return dict(zip(self.labels, map(int, self.truth.sum(axis=0)), strict=True))


def find_examples(data: Path, labels: tuple[str, ...] = (), patient: str = "") -> Examples:
    """Find labelled images.

    Parameters
    ----------
    data : Path
        A folder with a folder for each class, at any depth, or a table as for `read_manifest`, or a folder
        with one such table. Folders called train, val and test on the way, or the column "split", say what
        images are for; of ChestX-ray14 its test_list.txt does.
    labels : tuple of str
        The classes; empty for those that the data have, in alphabetical order.
    patient : str
        A regular expression, searched for in each path from `data`, whose first group names the patient. By
        default this is read off the table, or off the file names of Kermany's data set (Mendeley rscbjbr9sj).

    Raises
    ------
    UserError
        There are no labelled images, or a class that is none of `labels`.
    UsageError
        The regular expression is none, or has no group.
    """
    table = _table(data)
    rows = read_manifest(table) if table is not None else _by_folder(data)
    root = data if table is None else table.parent
    if not rows:
        hint = "Give a folder with a folder for each class, or a CSV table with the columns file and label."
        raise UserError("There are no labelled images.", hint, data)
    found = tuple(sorted({label for row in rows for label in row.labels}))
    unknown = [label for label in found if labels and label not in labels]
    if unknown:
        hint = f"Its classes are {', '.join(labels)}."
        raise UserError(f"The recipe has no class {unknown[0]!r}.", hint, data)
    kept = labels or found
    patients = _patients(rows, root, patient)
    return Examples(
        tuple(row.path for row in rows),
        kept,
        np.array([[label in row.labels for label in kept] for row in rows]),
        tuple(who or f"file {number}" for number, who in enumerate(patients)),
        tuple(_parts(rows, root, table)),
        any(patients),
    )


def _table(data: Path) -> Path | None:
    if data.is_file():
        return data
    if not data.is_dir():
        raise UserError("The folder does not exist.", "Give the folder of the training images.", data)
    tables = [path for path in sorted(data.glob("*.csv")) if is_manifest(path)]
    if len(tables) > 1:
        names = ", ".join(path.name for path in tables)
        raise UserError(f"The folder has several tables of images: {names}.", "Give one of them.", data)
    return tables[0] if tables else None


def _by_folder(data: Path) -> list[Row]:
    files = [path for path in sorted(data.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    inside = [path for path in files if path.parent != data and path.parent.name.casefold() != "masks"]
    return [Row(path, (class_folder(path),)) for path in inside if is_image(path)]


def _patients(rows: Sequence[Row], root: Path, expression: str) -> list[str]:
    """Return who is on each image, "" where that is not known."""
    if not expression:
        return [row.patient or _by_name(row.path) for row in rows]
    try:
        pattern = re.compile(expression)
    except re.error as error:
        message = f"The patient's regular expression is none: {error}."
        raise UsageError(message, r"Write --set 'patient=/(\d+)_', for one.") from error
    if not pattern.groups:
        hint = r"Put what names the patient in brackets: --set 'patient=/(\d+)_'."
        raise UsageError("The patient's regular expression has no group.", hint)
    found = [pattern.search(row.path.relative_to(root).as_posix()) for row in rows]
    return [(match[1] or "") if match else "" for match in found]


def _by_name(path: Path) -> str:
    try:
        return label_and_patient(path)[1]
    except ValueError:
        return ""


def _parts(rows: Sequence[Row], root: Path, table: Path | None) -> list[Part | None]:
    """Return what the data set says of each image: in its table, its folders or its list of test images."""
    listed = root / _TEST_LIST
    tests = set()
    if table is not None and listed.is_file():
        tests = set(listed.read_text(encoding="utf-8", errors="replace").split())
    parts = []
    for row in rows:
        folders = () if table is not None else row.path.relative_to(root).parts[:-2]
        texts = [row.split, *folders, "test" if row.path.name in tests else ""]
        parts.append(next((_PARTS[text.casefold()] for text in texts if text.casefold() in _PARTS), None))
    return parts
