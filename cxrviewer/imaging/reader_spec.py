"""What a module of `imaging/readers` says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ReaderSpec:
    """A file format.

    Parameters
    ----------
    id, name : str
        For the registry and for people.
    sniff : callable
        Tells from the first 4096 bytes of a file whether the reader is the one for it.
    order : int
        Readers are asked in this order.
    """

    id: str
    name: str
    sniff: Callable[[bytes], bool]
    order: int = 0
