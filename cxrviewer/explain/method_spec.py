"""What a method of attribution says about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MethodSpec:
    """Identity and limits of a method.

    Parameters
    ----------
    id : str
        Short name, stored in results and used on the command line.
    name : str
        As in the literature.
    summary : str
        What a map of it shows, one sentence.
    caution : str
        What a map of it does not show, one sentence.
    reference : str
        The paper.
    signed : bool
        Whether its maps have negative values where a region spoke against the target.
    order : int
        Position in menus.
    """

    id: str
    name: str
    summary: str
    caution: str
    reference: str
    signed: bool
    order: int
