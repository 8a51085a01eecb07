"""Labelled images as a CSV table: file, labels, and where they are known patient and split."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxrviewer.errors import UserError
from cxrviewer.learning.table_file import Table, located, read_table

FILE_COLUMNS = ("file", "path", "image", "image index", "filename")
LABEL_COLUMNS = ("label", "labels", "class", "finding labels", "finding")
PATIENT_COLUMNS = ("patient", "patient id", "patientid", "patient_id", "subject", "subject_id")
SPLIT_COLUMNS = ("split", "part", "set", "subset", "fold")
_SEPARATOR = "|"
_NOTHING = frozenset({"", "no finding"})
"""What a multi-label table says of an image without any finding."""


@dataclass(frozen=True)
class Row:
    """An image of a table.

    Parameters
    ----------
    path : Path
        The file.
    labels : tuple of str
        Its findings; none where the table says "No Finding".
    patient, split : str
        As the table has them; "" where it does not say.
    """

    path: Path
    labels: tuple[str, ...]
    patient: str = ""
    split: str = ""


def read_manifest(table: Path) -> list[Row]:
    """Read a table with a line an image.

    Parameters
    ----------
    table : Path
        As for `read_table`, with a column for the file (file, path, image, Image Index) and one for the label
        (label, class, Finding Labels), where several are separated by "|"; columns for patient and split are
        read where there are any. Files are looked for from the table's folder, and by their names anywhere in
        it.

    Raises
    ------
    UserError
        The table cannot be read, lacks a column, or names a file that does not exist.
    """
    content = read_table(table)
    files, labels = (_needed(content, names, table) for names in (FILE_COLUMNS, LABEL_COLUMNS))
    nothing = ("",) * len(files)
    patients, parts = (content.column(names) or nothing for names in (PATIENT_COLUMNS, SPLIT_COLUMNS))
    places = _found(table.parent, files)
    return [
        Row(path, _labels(text), who, part)
        for path, text, who, part in zip(places, labels, patients, parts, strict=True)
    ]


def is_manifest(table: Path) -> bool:
    """Tell from its header whether a CSV file lists labelled images."""
    try:
        names = set(read_table(table, most=0).names)
    except UserError:
        return False
    return bool(names.intersection(FILE_COLUMNS) and names.intersection(LABEL_COLUMNS))


def _found(folder: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of a table; those that do not lie where it says are looked for by name."""
    paths = [located(folder, name) for name in names]
    # Not Path.is_file, to which a name that is too long is an error.
    there = [os.path.isfile(path) for path in paths]  # noqa: PTH113
    if all(there):
        return paths
    known = {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}
    for place, path in enumerate(paths):
        if not there[place]:
            if path.name not in known:
                hint = "Paths in the table are read from its folder."
                raise UserError("A file of the table does not exist.", hint, path)
            paths[place] = known[path.name]
    return paths


def _labels(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in text.split(_SEPARATOR))
    return tuple(part for part in parts if part.casefold() not in _NOTHING)


def _needed(content: Table, wanted: Sequence[str], table: Path) -> tuple[str, ...]:
    found = content.column(wanted)
    if found is None:
        message = f"The table has no column {wanted[0]!r}."
        raise UserError(message, f"Call one of them {wanted[0]!r}.", table)
    return found
