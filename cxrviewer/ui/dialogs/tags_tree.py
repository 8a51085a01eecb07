"""The elements of a file as a tree that can be searched; made outside the main thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cxrviewer.imaging.element import Element

HIDDEN = "hidden"
"""Stands for a value that may identify the patient."""

_NUMBER = re.compile(r"^\(?(?:0x)?([0-9a-f]{4}) ?,? ?([0-9a-f]{0,4})\)?$")


class Branch:
    """An element in its place in the tree.

    Parameters
    ----------
    element : Element
        What it shows.
    parent : Branch, optional
        None at the top.
    row : int
        Place among its siblings.
    """

    __slots__ = ("children", "element", "parent", "row")

    def __init__(self, element: Element, parent: Branch | None, row: int) -> None:
        self.element = element
        self.parent = parent
        self.row = row
        self.children: list[Branch] = []

    def path(self) -> tuple[int, ...]:
        """Return the rows that lead here from the top: in this order branches are seen."""
        return (*(self.parent.path() if self.parent is not None else ()), self.row)


def branches(
    elements: Sequence[Element], query: str = "", *, identity: bool, parent: Branch | None = None
) -> list[Branch]:
    """Return the tree of what a query finds, and of what leads there; an empty query finds all.

    Parameters
    ----------
    elements : sequence of Element
        Siblings.
    query : str
        Words that must all occur in name, keyword, number or value; or a number as "0008,0060",
        "(0008,0060)", "00080060" or "0x00080060", also its beginning.
    identity : bool
        Whether identifying values may be found; what is hidden must not be guessed by searching.
    parent : Branch, optional
        Of the result.
    """
    words = _words(query)
    found: list[Branch] = []
    for element in elements:
        branch = Branch(element, parent, len(found))
        if _is_found(element, words, identity):
            branch.children = branches(element.children, identity=identity, parent=branch)
        else:
            branch.children = branches(element.children, query, identity=identity, parent=branch)
            if not branch.children:
                continue
        found.append(branch)
    return found


@dataclass(frozen=True, eq=False)
class Tree:
    """Branches at the top, and how many there are at all levels."""

    top: list[Branch]
    total: int


def made_tree(elements: Sequence[Element], query: str, *, identity: bool) -> Tree:
    """Return the tree of what a query finds; as `branches`."""
    top = branches(elements, query, identity=identity)
    return Tree(top, _count(top))


def _count(branches: Sequence[Branch]) -> int:
    return sum(1 + _count(branch.children) for branch in branches)


def value_text(element: Element, *, identity: bool) -> str:
    """Return a value as it may be shown, on one line."""
    if element.identifying and element.value and not identity:
        return HIDDEN
    value = " ".join(element.value.split("\n")) if "\n" in element.value else element.value
    return f"{value}  ({element.meaning})" if element.meaning else value


def row_text(element: Element, *, identity: bool) -> str:
    """Return an element as a line of fields separated by tabs, for the clipboard."""
    length = "" if element.length is None else str(element.length)
    fields = element.tag, element.name, element.vr, length, value_text(element, identity=identity)
    return "\t".join(fields)


def _words(query: str) -> list[str]:
    folded = query.strip().casefold()
    number = _NUMBER.match(folded)
    if number is not None:
        group, element = number.groups()
        return [f"({group},{element}"]
    return folded.split()


def _is_found(element: Element, words: list[str], identity: bool) -> bool:
    if not words:
        return True
    texts = "\n".join(_texts(element, identity)).casefold()
    return all(word in texts for word in words)


def _texts(element: Element, identity: bool) -> Iterator[str]:
    yield from (element.tag, element.name, element.keyword)
    if identity or not element.identifying:
        yield from (element.value, element.meaning)
