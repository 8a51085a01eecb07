"""Which files a batch is about: folders, tables, patterns, archives, files."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cxrviewer.errors import UserError
from cxrviewer.export.provenance import is_export
from cxrviewer.foreign_text import printable
from cxrviewer.learning.manifest import FILE_COLUMNS
from cxrviewer.learning.table_file import SUFFIXES as TABLES
from cxrviewer.learning.table_file import located, read_table
from cxrviewer.session.folder import is_image_file, natural_key, walk
from cxrviewer.session.places import is_container

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".dicom"})
"""What is taken for an image by its name, too: one that is damaged is told of, not passed over."""
PICTURES = "pictures"
"""Folder of the visualisations in that of the results."""
JOURNAL = "batch.sqlite"
"""By this file in it a folder is known as that of a batch."""


@dataclass(frozen=True)
class Found:
    """A file, and its name in the results: relative to the folder or table that it was found by."""

    path: Path
    name: str


def find_images(inputs: Sequence[str], output: Path, most: int | None = None) -> tuple[Found, ...]:
    """Return the images that texts stand for, each once, in natural order.

    Parameters
    ----------
    inputs : sequence of str
        Folders, which are searched with all in them but what the program has written; zip archives,
        DICOMDIRs; tables (CSV, TSV) with a column for the file (file, path, image, Image Index), relative to
        the table; patterns with ``*``; image files.
    output : Path
        Folder of the results; the pictures in it are left out.
    most : int, optional
        The greatest number.

    Raises
    ------
    UserError
        There is nothing, or a table cannot be read. A file of a table that does not exist is among what is
        returned: it will be told of like any that cannot be read.
    """
    is_own = _within(output / PICTURES)
    seen: dict[Path, Found] = {}
    for text in inputs:
        for found in _stood_for(text):
            path = found.path.absolute()
            if path not in seen and not is_own(path.parent):
                seen[path] = Found(path, printable(found.name))
            if most is not None and len(seen) >= most:
                return tuple(seen.values())
    if not seen:
        hint = "Give a folder, a table, a pattern such as 'scans/*.dcm', or image files."
        raise UserError("There are no images.", hint, Path(inputs[0]) if inputs else None)
    return tuple(seen.values())


def _within(place: Path) -> Callable[[Path], bool]:
    """Return what tells whether a folder is a place or lies in it, by whatever name."""
    known = os.path.realpath(place)

    @cache
    def is_within(folder: Path) -> bool:
        with contextlib.suppress(ValueError):
            return os.path.commonpath([known, os.path.realpath(folder)]) == known
        # On another drive, or no possible name.
        return False

    return is_within


def _stood_for(text: str) -> Iterator[Found]:
    path = Path(text)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.is_file() and path.suffix.lower() in TABLES:
        yield from _in_table(path)
    elif path.is_file() and is_container(path.name):
        from cxrviewer.session.containers import list_container

        for image in list_container(path).files:
            yield Found(image, image.relative_to(path.parent).as_posix())
    elif path.is_file():
        yield Found(path, path.name)
    elif glob.has_magic(text):
        names = glob.glob(text, recursive=True)  # noqa: PTH207 (which takes no absolute pattern)
        for name in sorted(names, key=natural_key):
            if Path(name).is_file():
                yield Found(Path(name), Path(name).name)
    else:
        raise UserError("There is no such file or folder.", "Check the name.", path)


def _in_folder(folder: Path) -> Iterator[Found]:
    for place, _, found in walk(folder, deep=True):
        if place != folder and place.name == PICTURES and (place.parent / JOURNAL).is_file():
            # Results of another batch.
            continue
        for file in found:
            looked_for = file.path.suffix.lower() in SUFFIXES or is_image_file(file.path)
            if looked_for and not is_export(file.path):
                yield Found(file.path, file.path.relative_to(folder).as_posix())


def _in_table(table: Path) -> Iterator[Found]:
    names = read_table(table).column(FILE_COLUMNS)
    if names is None:
        raise UserError("The table has no column for the files.", "Call one of them 'file'.", table)
    for name in names:
        if name:
            yield Found(located(table.parent, name), name)
