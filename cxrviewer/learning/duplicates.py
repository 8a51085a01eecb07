"""Images that are in a data set more than once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cxrviewer.learning.examples import Examples


@dataclass(frozen=True)
class Duplicates:
    """Names of the files that show the same image, one tuple an image, and how many of these disagree.

    Parameters
    ----------
    groups : tuple of tuple of str
        Each of two names or more.
    contradicting : int
        Groups whose files have different findings.
    """

    groups: tuple[tuple[str, ...], ...]
    contradicting: int

    def told(self) -> list[str]:
        """Return what a user should know, in words; nothing where there are none."""
        if not self.groups:
            return []
        copies = sum(len(group) - 1 for group in self.groups)
        first = ", ".join(self.groups[0])
        lines = [f"{copies} images are there more than once ({first} for one); copies stay in one part"]
        if self.contradicting:
            lines.append(f"{self.contradicting} of them are filed under different findings")
        return lines


def find_duplicates(contents: Sequence[str], examples: Examples) -> Duplicates:
    """Find images that are there more than once.

    Parameters
    ----------
    contents : sequence of str
        A digest of the pixels of each image.
    examples : Examples
        The same images.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, content in enumerate(contents):
        places[content].append(place)
    several = [group for group in places.values() if len(group) > 1]
    names = tuple(tuple(examples.paths[place].name for place in group) for group in several)
    differing = sum((examples.truth[group] != examples.truth[group[0]]).any() for group in several)
    return Duplicates(names, int(differing))
