"""What a picture writer says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WriterSpec:
    """A file format for pictures.

    Parameters
    ----------
    id, name : str
        Short name, and name for people.
    suffixes : tuple of str
        File name endings in lower case, with the dot.
    """

    id: str
    name: str
    suffixes: tuple[str, ...]
