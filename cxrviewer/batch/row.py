"""What a batch says of one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Item:
    """A file of a batch.

    Parameters
    ----------
    number : int
        From 1, in the order of the files.
    path : Path
        The file.
    name : str
        What it is called in the results.
    picture : str
        File name of its visualisation.
    """

    number: int
    # Left out of the representation, so that no log of a cluster carries names of files.
    path: Path = field(repr=False)
    name: str = field(repr=False)
    picture: str = field(repr=False)


@dataclass(frozen=True)
class BatchRow:
    """A line of the results.

    Parameters
    ----------
    number : int
        Of the item.
    file : str
        What the file is called.
    picture : str
        File name of the visualisation; "" where there is none.
    digest : str
        SHA-256 of the file, hexadecimal.
    height, width : int
        Stored rows and columns.
    top : str
        The most probable label.
    target : str
        What was explained, in words.
    target_probability : float, optional
        Its probability, 0 to 1; None of a margin.
    probabilities, logits : tuple of float
        One a label.
    seconds : float
        Spent on the file: read, computed (its share of the batch) and drawn.
    notes : str
        What must be known to read the picture.
    error : str
        Why there is no visualisation; "" where there is one.
    """

    number: int
    file: str
    picture: str = ""
    digest: str = ""
    height: int = 0
    width: int = 0
    top: str = ""
    target: str = ""
    target_probability: float | None = None
    probabilities: tuple[float, ...] = ()
    logits: tuple[float, ...] = ()
    seconds: float = 0.0
    notes: str = ""
    error: str = ""


def row_to_json(row: BatchRow) -> dict[str, Any]:
    """Return a row as JSON has it."""
    return asdict(row)


def row_from_json(content: dict[str, Any]) -> BatchRow:
    """Return a row from what `row_to_json` gave."""
    lists = {name: tuple(content[name]) for name in ("probabilities", "logits")}
    return BatchRow(**{**content, **lists})
