"""What is said of the data of a job before it starts; in a process of its own, as folders may be large."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.engine.job import Tell
from cxrviewer.errors import UserError
from cxrviewer.models.card import ModelCard


def class_counts(_tell: Tell, data: Path, card: ModelCard) -> str:
    """Return in a line how many images of each class there are.

    Raises
    ------
    UserError
        The data cannot be used with the model.
    """
    from cxrviewer.learning.labelled_files import read_labelled

    files = read_labelled(data, card)
    counted = zip(files.findings, files.truth.sum(axis=0), strict=True)
    named = [f"{finding.name} {count:,}" for finding, count in counted if count]
    return f"{len(files.paths):,} images: {', '.join(named)}"


def image_count(_tell: Tell, data: Path) -> str:
    """Return in a line how many images lie below a folder or stand in a table.

    Raises
    ------
    UserError
        There is none, or the table cannot be read.
    """
    from cxrviewer.imaging.open import is_image
    from cxrviewer.learning.manifest import read_manifest

    if data.is_file():
        count = len(read_manifest(data))
    else:
        count = sum(1 for path in data.rglob("*") if path.is_file() and is_image(path))
    if not count:
        raise UserError("There are no images.", "Give another folder or table.", data)
    return f"{count:,} images"
