"""One line of what a file says about itself."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Element:
    """A data element of a DICOM file, an item of a sequence, or a fact about another picture.

    Parameters
    ----------
    name : str
        For people: "Modality", "Item 1".
    value : str
        As text; data in bulk are only named with their size. Left out of the representation: it may identify
        the patient.
    meaning : str
        What a code in the value stands for: the name of a registered UID.
    tag : str
        "(0008,0060)"; empty for a fact.
    keyword : str
        "Modality"; empty for private elements and items.
    vr : str
        Value representation (PS3.5 6.2).
    length : int, optional
        Bytes of the value; None where it is not known or delimited.
    identifying : bool
        Whether the value may tell who the patient is, or who made the image where.
    children : tuple of Element
        Items of a sequence, elements of an item.
    """

    name: str
    value: str = field(default="", repr=False)
    meaning: str = ""
    tag: str = ""
    keyword: str = ""
    vr: str = ""
    length: int | None = None
    identifying: bool = False
    children: tuple[Element, ...] = ()


_CHUNK = 250
"""Elements that are unpickled at once: while that lasts, no other thread runs."""


def packed(elements: Iterable[Element]) -> tuple[bytes, ...]:
    """Return elements for the way to another process, whose threads are not held up by unpacking them."""
    rows = list(_rows(elements, 0))
    return tuple(pickle.dumps(rows[start : start + _CHUNK]) for start in range(0, len(rows), _CHUNK))


def unpacked(chunks: Iterable[bytes]) -> tuple[Element, ...]:
    """Return what `packed` was given."""
    rows = [row for chunk in chunks for row in pickle.loads(chunk)]
    waiting: dict[int, list[Element]] = {}
    for depth, values in reversed(rows):
        children = tuple(reversed(waiting.pop(depth + 1, ())))
        waiting.setdefault(depth, []).append(Element(*(*values, children)))
    return tuple(reversed(waiting.get(0, ())))


def _rows(elements: Iterable[Element], depth: int) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Return depth and values of each element, before those of its children."""
    for element in elements:
        yield depth, tuple(getattr(element, name) for name in _VALUES)
        yield from _rows(element.children, depth + 1)


_VALUES = tuple(each.name for each in fields(Element) if each.name != "children")
