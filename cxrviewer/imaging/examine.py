"""Telling what a file says about itself, without its pixels being decoded."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.imaging.element import Element, packed
from cxrviewer.imaging.fact_sheet import fact_elements
from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.open import opened


def read_facts(path: Path) -> Facts:
    """Return what a file is, from its header.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged.
    """
    with opened(path) as (reader, file):
        facts: Facts = reader.read_facts(path, file)
        return facts


def pack_elements(path: Path) -> tuple[bytes, ...]:
    """Return `list_elements`, packed as `element.packed`."""
    return packed(list_elements(path))


def list_elements(path: Path) -> tuple[Element, ...]:
    """Return all data elements of a DICOM file, or the facts about another picture.

    Raises
    ------
    ImageReadError
        As for `read_facts`.
    """
    with opened(path) as (reader, file):
        if not hasattr(reader, "list_elements"):
            return fact_elements(reader.read_facts(path, file))
        elements: tuple[Element, ...] = reader.list_elements(path, file)
        return elements
