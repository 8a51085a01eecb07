"""From a listing to the rows of the file list: grouped or flat, searched, folded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path

from cxrviewer.imaging.summary import Summary
from cxrviewer.session.folder import Listing
from cxrviewer.session.library import Branch, Key, Summaries, date_text

LONG = 300
"""Images from which on a grouped list begins folded."""


class Kind(Enum):
    """What a row is."""

    PLACE = "place"
    HEADING = "heading"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list.

    Parameters
    ----------
    kind : Kind
        What it is.
    text, detail : str
        Name of a file or folder, or title of a branch; what else there is to say.
    path : Path, optional
        Of a place or an image.
    level : int
        Branches above it.
    key : tuple of str
        Of a heading's branch.
    folded : bool
        Whether what is below a heading is hidden.
    """

    kind: Kind
    text: str = field(repr=False)
    detail: str = field(default="", repr=False)
    path: Path | None = None
    level: int = 0
    key: Key = field(default=(), repr=False)
    folded: bool = False


@dataclass(frozen=True)
class Layout:
    """The rows of a list, and its images in order, those in folded branches included.

    Parameters
    ----------
    rows : tuple of Row
        From top to bottom.
    images : tuple of Path
        What stepping goes through.
    grouped : bool
        Whether there are branches.
    """

    rows: tuple[Row, ...] = ()
    images: tuple[Path, ...] = ()
    grouped: bool = False

    @cached_property
    def places(self) -> dict[Path, int]:
        """Place of each image in the order."""
        return {path: place for place, path in enumerate(self.images)}

    @cached_property
    def row_of(self) -> dict[Path, int]:
        """Row of each path that has one."""
        return {row.path: place for place, row in enumerate(self.rows) if row.path is not None}

    @cached_property
    def others(self) -> tuple[int, ...]:
        """Rows that are no images."""
        return tuple(place for place, row in enumerate(self.rows) if row.kind is not Kind.IMAGE)

    def find(self, wanted: Row) -> int | None:
        """Return the row that stands for the same as one of another layout."""
        if wanted.path is not None:
            return self.row_of.get(wanted.path)
        return next((place for place in self.others if self.rows[place].key == wanted.key), None)

    def image_row(self, path: Path, level: int) -> Row:
        """Return the row of an image; the same object where this layout has it, which is quick to compare."""
        place = self.row_of.get(path)
        if place is not None and self.rows[place].level == level:
            return self.rows[place]
        return Row(Kind.IMAGE, path.name, path=path, level=level)


@dataclass(frozen=True)
class Folds:
    """Which branches the user has folded or unfolded, against what a long list begins with."""

    chosen: Mapping[Key, bool] = field(default_factory=dict)

    def is_folded(self, key: Key, level: int | None) -> bool:
        """Return whether a branch is folded, where those of a `level` are to begin with."""
        return self.chosen.get(key, level is not None and len(key) == level)

    def with_folded(self, key: Key, folded: bool) -> Folds:
        """Return these with one branch folded or unfolded."""
        return Folds({**self.chosen, key: folded})


def fold_level(branches: Sequence[Branch]) -> int | None:
    """Return the length of the keys of the branches that begin folded; None for a short list."""
    images = sum(_size(branch) for branch in branches)
    if images <= LONG:
        return None
    while len(branches) == 1:
        branches = branches[0].branches
    return len(branches[0].key) if branches else None


def _size(branch: Branch) -> int:
    return len(branch.files) + sum(_size(inner) for inner in branch.branches)


class Search:
    """Tells which images match the words of a search, all of which must occur.

    Parameters
    ----------
    query : str
        Words in any case.
    summaries : mapping of Path to Summary
        What is known of the images.
    identity : bool
        Whether names and numbers of patients may be found: only where they are shown.
    """

    def __init__(self, query: str, summaries: Summaries, *, identity: bool) -> None:
        self._words = query.casefold().split()
        self._summaries = summaries
        self._identity = identity

    def __bool__(self) -> bool:
        return bool(self._words)

    def matches(self, path: Path, above: str = "") -> bool:
        """Return whether an image matches, by its own words or those of the branches above it."""
        text = path.name.casefold()
        if all(word in text for word in self._words):
            return True
        summary = self._summaries.get(path)
        if summary is not None:
            text = f"{text}\n{self._words_of(summary).casefold()}"
        text = f"{text}\n{above.casefold()}"
        return all(word in text for word in self._words)

    def _words_of(self, summary: Summary) -> str:
        words = [
            summary.study_description,
            summary.series_description,
            summary.modality,
            summary.body_part,
            summary.view,
            summary.study_date,
            date_text(summary.study_date),
        ]
        if self._identity:
            words += [summary.patient_name, summary.patient_id]
        return "\n".join(words)


def lay_out(
    listing: Listing,
    branches: Sequence[Branch] | None,
    search: Search,
    is_folded: Callable[[Key], bool],
    former: Layout,
) -> Layout:
    """Return the rows of a listing.

    Parameters
    ----------
    listing : Listing
        Places and images.
    branches : sequence of Branch, optional
        Its images by patient, study and series; None for a flat list.
    search : Search
        Which of them are wanted.
    is_folded : callable
        Tells of a branch whether it is folded; while something is searched, none is.
    former : Layout
        Its rows are used again.
    """
    rows = [
        Row(Kind.PLACE, path.name, path=path)
        for path in listing.folders
        if not search or search.matches(path)
    ]
    if branches is None:
        images = tuple(path for path in listing.files if search.matches(path)) if search else listing.files
        rows += [former.image_row(path, 0) for path in images]
        return Layout(tuple(rows), images)
    found: list[Path] = []
    for branch in branches:
        branch_rows, branch_images = _below(branch, 0, "", search, is_folded, former)
        rows += branch_rows
        found += branch_images
    return Layout(tuple(rows), tuple(found), grouped=True)


def _below(
    branch: Branch,
    level: int,
    above: str,
    search: Search,
    is_folded: Callable[[Key], bool],
    former: Layout,
) -> tuple[list[Row], list[Path]]:
    """Return the rows of a branch with its heading, nothing where nothing in it matches; and its images."""
    words = f"{above}\n{branch.title}"
    images = [path for path in branch.files if not search or search.matches(path, words)]
    rows = [former.image_row(path, level + 1) for path in images]
    for inner in branch.branches:
        inner_rows, inner_images = _below(inner, level + 1, words, search, is_folded, former)
        rows += inner_rows
        images += inner_images
    if not images:
        return [], []
    folded = not search and is_folded(branch.key)
    heading = Row(Kind.HEADING, branch.title, branch.detail, level=level, key=branch.key, folded=folded)
    return [heading] if folded else [heading, *rows], images


def branch_of(branches: Sequence[Branch], path: Path) -> tuple[Key, ...]:
    """Return the keys of the branches that an image lies in, the highest first."""
    for branch in branches:
        if path in branch.files:
            return (branch.key,)
        below = branch_of(branch.branches, path)
        if below:
            return (branch.key, *below)
    return ()
