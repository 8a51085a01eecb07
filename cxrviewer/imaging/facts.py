"""What a file says about itself, without its pixels being decoded."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.imaging.element import Element
from cxrviewer.imaging.open import opened


def list_elements(path: Path) -> tuple[Element, ...]:
    """Return all data elements of a DICOM file, or the facts about another picture.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged.
    """
    with opened(path) as (reader, file):
        elements: tuple[Element, ...] = reader.list_elements(path, file)
        return elements
