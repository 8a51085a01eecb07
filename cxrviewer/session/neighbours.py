"""Which images are likely to be looked at next: pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REACH = 2
"""How far ahead an image is still worth reading."""

Place = tuple[Path, int]
"""A file, and one of its frames from 0."""


@dataclass(frozen=True)
class Surroundings:
    """The files on both sides of one in a list, the nearest first."""

    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()


def likely_next(
    here: Place, frames: int, around: Surroundings, former: Place | None = None
) -> tuple[Place, ...]:
    """Return what is likely to be looked at after an image, the likeliest first.

    Parameters
    ----------
    here : Place
        What is on screen.
    frames : int
        How many frames its file has; the others come before other files.
    around : Surroundings
        Of its file.
    former : Place, optional
        What was on screen before. Whoever came from there goes on in that direction, to the next but one; who
        came from elsewhere may go either way.
    """
    path, frame = here
    earlier = [(path, number) for number in range(frame - 1, max(frame - 1 - REACH, -1), -1)]
    later = [(path, number) for number in range(frame + 1, min(frame + 1 + REACH, frames))]
    before, after = ([(each, 0) for each in side] for side in (around.before, around.after))
    return (*_in_order(earlier, later, former), *_in_order(before, after, former))


def _in_order(before: list[Place], after: list[Place], former: Place | None) -> tuple[Place, ...]:
    if former in before:
        return (*after[:REACH], *before[:1])
    if former in after:
        return (*before[:REACH], *after[:1])
    return (*after[:1], *before[:1])
