"""Tables as spreadsheets save them: commas, semicolons or tabs, UTF-8 or UTF-16, any ends of lines."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxrviewer.errors import UserError

SUFFIXES = (".csv", ".tsv")
_SEPARATORS = ",;\t"
_ANNOUNCED = "sep="
"""Begins the first line of some tables, which says by what cells are separated."""


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    names : tuple of str
        Of the columns, in lower case.
    rows : tuple of tuple of str
        Cells without blanks around them; a row that is too short is filled up.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, wanted: Iterable[str]) -> tuple[str, ...] | None:
        """Return the cells of the first column that has one of some names; None where there is none."""
        place = next((self.names.index(name) for name in wanted if name in self.names), None)
        return None if place is None else tuple(row[place] for row in self.rows)


def read_table(path: Path, most: int | None = None) -> Table:
    """Read a table whose first row has the names of its columns.

    Parameters
    ----------
    path : Path
        The file.
    most : int, optional
        Rows that are wanted, without that of the names.

    Raises
    ------
    UserError
        It cannot be read.
    """
    try:
        lines = io.StringIO(_text(path.read_bytes()), newline=None).readlines()
        if lines and lines[0].lower().startswith(_ANNOUNCED):
            separator = lines.pop(0)[len(_ANNOUNCED) :].rstrip("\n")
        else:
            separator = _separator(lines[0] if lines else "")
        reader = csv.reader(lines, delimiter=separator)
        names = tuple(name.strip().casefold() for name in next(reader, []))
        rows: list[tuple[str, ...]] = []
        for cells in reader:
            if most is not None and len(rows) >= most:
                break
            if any(cells):
                rows.append(_filled(cells, len(names)))
    except (OSError, UnicodeError, csv.Error, TypeError) as error:
        raise UserError("The table cannot be read.", "Save it as CSV in UTF-8.", path) from error
    return Table(names, tuple(rows))


def located(folder: Path, name: str) -> Path:
    """Return the file that a table means, from its folder; tables made on Windows have backslashes."""
    path = folder / name
    # Not Path.exists, to which a name that is too long is an error.
    if "\\" in name and not os.path.exists(path):  # noqa: PTH110
        path = folder / name.replace("\\", "/")
    return path


def _text(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")


def _separator(line: str) -> str:
    """Return by what the cells of a line are separated: what makes most of them."""
    return max(_SEPARATORS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def _filled(cells: Sequence[str], count: int) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in cells[:count]) + ("",) * (count - len(cells))
