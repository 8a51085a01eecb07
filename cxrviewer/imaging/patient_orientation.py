"""Which side of the patient lies at which edge of the view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxrviewer.imaging.viewport import Orientation

_OPPOSITE = str.maketrans("LRAPHF", "RLPAFH")


@dataclass(frozen=True)
class EdgeLetters:
    """Letters of PS3.3 C.7.6.1.1.1 at the edges of the view, "L" for the patient's left; may be empty."""

    left: str = ""
    top: str = ""
    right: str = ""
    bottom: str = ""


def edge_letters(directions: tuple[str, str] | None, orientation: Orientation) -> EdgeLetters:
    """Return what is written at the edges of an image that the user has turned.

    Parameters
    ----------
    directions : tuple of str, optional
        Where the rows and where the columns point, as in Patient Orientation (0020,0020); None, or empty
        texts, where the file does not say.
    orientation : Orientation
        The user's flip and turns.
    """
    if directions is None:
        return EdgeLetters()
    to_stored = np.rint(orientation.matrix()[:2, :2].T).astype(int)

    def letters(x: int, y: int) -> str:
        across, down = to_stored @ (x, y)
        direction = directions[0] if across else directions[1]
        return direction if across + down > 0 else opposite(direction)

    return EdgeLetters(letters(-1, 0), letters(0, -1), letters(1, 0), letters(0, 1))


def opposite(direction: str) -> str:
    """Return the opposite of a direction: "LF" for "RH"."""
    return direction.translate(_OPPOSITE)
