"""What the table of actions is made of."""

from __future__ import annotations

from collections.abc import Iterator
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


@dataclass(frozen=True)
class MenuSpec:
    """One menu.

    Parameters
    ----------
    title : str
        With its access key.
    entries : tuple
        Actions, menus and separators; another text is the id of a menu that follows from what is open.
    """

    title: str
    entries: tuple[ActionSpec | MenuSpec | str, ...]

    def actions(self) -> Iterator[ActionSpec]:
        """Go through the actions in this menu and those inside it."""
        for entry in self.entries:
            if isinstance(entry, ActionSpec):
                yield entry
            elif isinstance(entry, MenuSpec):
                yield from entry.actions()
