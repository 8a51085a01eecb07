"""Marks in a file beside the image: JSON with a version and the digest of the image, and no identity.

    {"format": "cxrviewer-marks", "version": 1,
     "image": {"sha256": "…", "rows": 1200, "columns": 1024},
     "calibration": {"row": 0.14, "column": 0.14},
     "marks": [{"type": "length", "frame": 0, "points": [[10.5, 20.0], [40.0, 60.0]],
                "text": "", "visible": true}]}

Points are (x, y) = (column, row); the centre of the first pixel is (0, 0). Calibration is in millimetres
between rows and between columns, or null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from cxrviewer.errors import UserError
from cxrviewer.export.save import write_errors
from cxrviewer.imaging.measure import CALIBRATED_BY_USER, Point
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.json_file import TooLargeError, read_object
from cxrviewer.paths import atomic_path
from cxrviewer.session.marks import KINDS, FileMarks, Mark, inside_image

SUFFIX = ".marks.json"
_FORMAT, _VERSION = "cxrviewer-marks", 1
_LARGEST = 4 << 20
_MOST = 10_000
_LONGEST_TEXT = 2_000


class MarksFileError(UserError):
    """A file with marks cannot be used."""


@dataclass(frozen=True)
class MarkedImage:
    """What tells the image that marks belong to: SHA-256 of its file, and (rows, columns)."""

    digest: str
    shape: tuple[int, int]


def sidecar(image: Path) -> Path:
    """Return where the marks of an image are looked for and saved: "chest.dcm.marks.json" for "chest.dcm"."""
    return image.with_name(image.name + SUFFIX)


def write_marks(path: Path, marks: FileMarks, image: MarkedImage) -> None:
    """Save marks; a file that is there is replaced at once or not at all.

    Raises
    ------
    ExportError
        The file cannot be written.
    """
    text = json.dumps(marks_content(marks, image), ensure_ascii=False, indent=1)
    with write_errors(path), atomic_path(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def marks_content(marks: FileMarks, image: MarkedImage) -> dict[str, object]:
    """Return marks as they stand in a file, for JSON."""
    calibration = marks.calibration
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "image": {"sha256": image.digest, "rows": image.shape[0], "columns": image.shape[1]},
        "calibration": {"row": calibration.row, "column": calibration.column} if calibration else None,
        "marks": [_to_json(mark) for mark in marks.marks],
    }


def read_marks(path: Path, image: MarkedImage) -> FileMarks:
    """Return the marks of an image.

    Raises
    ------
    MarksFileError
        The file cannot be read, is damaged or of a newer version, or belongs to another image.
    """
    return marks_from_content(_content(path), image, path)


def marks_from_content(content: Mapping[str, Any], image: MarkedImage, path: Path) -> FileMarks:
    """Return the marks of an image from what stands in a file; raises as `read_marks`."""
    if content.get("format") != _FORMAT:
        raise MarksFileError("This is not a file with marks.", "Choose one that ends in .marks.json.", path)
    if content.get("version") != _VERSION:
        raise MarksFileError(
            "These marks were saved by another version of the program.", "Open them with that one.", path
        )
    try:
        about = content["image"]
        if about["sha256"] != image.digest:
            raise MarksFileError(
                "These marks belong to another image, or to another state of this one.",
                "They are not shown; open the image that they were made on.",
                path,
            )
        return FileMarks(_marks(content["marks"], image.shape), _calibration(content["calibration"]))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _damaged(path) from error


def check_free(path: Path, image: MarkedImage) -> None:
    """Refuse to replace a file that holds anything but marks of this image.

    Raises
    ------
    MarksFileError
        There is such a file.
    """
    if not path.exists():
        return
    try:
        read_marks(path, image)
    except MarksFileError as error:
        raise MarksFileError(
            "There is another file of this name, which is left as it is.",
            "Save the marks under another name: Marks > Save marks as.",
            path,
        ) from error


def _content(path: Path) -> Mapping[str, Any]:
    try:
        return read_object(path, _LARGEST)
    except OSError as error:
        raise MarksFileError(
            f"The marks cannot be read ({error.strerror}).", "Check that the file may be read.", path
        ) from error
    except TooLargeError as error:
        raise MarksFileError("This file is too large to hold marks.", "", path) from error
    except ValueError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> MarksFileError:
    return MarksFileError(
        "The marks cannot be read: the file is damaged.", "Take it away, or save the marks anew.", path
    )


def _marks(entries: Any, shape: tuple[int, int]) -> tuple[Mark, ...]:
    if not isinstance(entries, list) or len(entries) > _MOST:
        raise ValueError
    return tuple(_from_json(entry, shape) for entry in entries)


def _to_json(mark: Mark) -> dict[str, object]:
    return {
        "type": mark.kind,
        "frame": mark.frame,
        "points": [[round(x, 4), round(y, 4)] for x, y in mark.points],
        "text": mark.text,
        "visible": mark.visible,
    }


def _from_json(entry: Mapping[str, Any], shape: tuple[int, int]) -> Mark:
    kind = KINDS[str(entry["type"])]
    points, frame, text = entry["points"], entry.get("frame", 0), entry.get("text", "")
    if not isinstance(points, list) or len(points) != kind.count:
        raise ValueError
    if not isinstance(frame, int) or isinstance(frame, bool) or frame < 0:
        raise ValueError
    if not isinstance(text, str) or len(text) > _LONGEST_TEXT:
        raise ValueError
    placed = tuple(inside_image(_point(point), shape) for point in points)
    return kind(placed, frame, text, entry.get("visible", True) is not False)


def _point(value: Sequence[object]) -> Point:
    x, y = value
    return _number(x), _number(y)


def _calibration(value: Mapping[str, Any] | None) -> Spacing | None:
    if value is None:
        return None
    row, column = _number(value["row"]), _number(value["column"])
    if row <= 0 or column <= 0:
        raise ValueError
    return Spacing(row, column, CALIBRATED_BY_USER)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    return float(value)
