"""Values of options: what a text on the command line stands for, or why it stands for nothing."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.explain.question import MAX_SMOOTHING

if TYPE_CHECKING:
    from cxrviewer.export.dicom.kinds import Kind

_SIZES = 64, 10_000
"""Pixels along the longer side of an exported image."""


def objects(text: str) -> tuple[Kind, ...]:
    """Return the DICOM objects that a list names."""
    from cxrviewer.export.dicom.kinds import Kind

    names = [name.strip().lower() for name in text.split(",")]
    if not set(names) <= set(Kind):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of {', '.join(Kind)}")
    return tuple(Kind(name) for name in names)


def share(text: str) -> float:
    """Return a number from 0 to 1."""
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def limit(text: str) -> float | None:
    """Return logits above 0, or None for auto."""
    if text.strip().lower() == "auto":
        return None
    value = _number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is neither auto nor a number of logits above 0")
    return value


def pixels(text: str) -> int:
    """Return pixels along the longer side of an exported image."""
    if not (text.isascii() and text.isdigit() and _SIZES[0] <= int(text) <= _SIZES[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {_SIZES[0]} to {_SIZES[1]}")
    return int(text)


def copies(text: str) -> int:
    """Return how many copies of an image are averaged."""
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_SMOOTHING):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MAX_SMOOTHING}")
    return int(text)


def folder(text: str) -> Path:
    """Return a folder for results: never the current one by a name that is empty, as of a variable unset."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty: give a folder, '.' for this one")
    return Path(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
