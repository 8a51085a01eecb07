"""What the table of actions is made of."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = ""


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Parameters
    ----------
    id : str
        Key of its handler.
    text : str
        In menus.
    shortcut : str
        May name several, separated by ", ".
    tip : str
        What it does; the text if left out.
    icon : str
        Name of an icon; actions with one may stand in the toolbar.
    checkable : bool
        Whether it stays pressed.
    needs_image : bool
        Whether it makes sense without an image.
    """

    id: str
    text: str
    shortcut: str = ""
    tip: str = ""
    icon: str = ""
    checkable: bool = False
    needs_image: bool = False
