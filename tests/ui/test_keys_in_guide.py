"""The documents name the keys that there are, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxrviewer.ui.actions.spec import ActionSpec, MenuSpec
from cxrviewer.ui.actions.table import MENUS

ROOT = Path(__file__).parents[2]
KEYS = {
    key
    for menu in MENUS
    for action in menu.actions()
    for key in action.shortcut.split(", ")
    if action.shortcut
}
MOUSE = {"Ctrl+wheel"}


def plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")


def entries(menu: MenuSpec, where: str) -> Iterator[tuple[str, ActionSpec]]:
    for entry in menu.entries:
        if isinstance(entry, ActionSpec):
            yield where, entry
        elif isinstance(entry, MenuSpec):
            yield from entries(entry, f"{where} > {plain(entry.title)}")


def test_the_table_of_keys_is_that_of_the_menus() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    section = guide[guide.index("\n## Keys\n") : guide.index("\n## Command line")]
    told = re.findall(r"^\| (.+?) \| (.+?) \| (`.+`) \|$", section, re.MULTILINE)
    expected = [
        (where, plain(action.text), " or ".join(f"`{key}`" for key in action.shortcut.split(", ")))
        for menu in MENUS
        for where, action in entries(menu, plain(menu.title))
        if action.shortcut
    ]
    assert told == expected


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_no_document_tells_of_a_key_that_there_is_not(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    told = set(re.findall(r"(?:(?:Ctrl|Alt|Shift)\+)+(?:F\d+|[A-Z][a-z]+|[A-Z\d]|wheel)\b", text))
    assert len(told) > 10
    assert told - KEYS - MOUSE == set()
    for menu, entry in re.findall(
        r"\*(File|Edit|View|Image|Heatmap|Marks|Tools|Help) > ([^*]+)\*", " ".join(text.split())
    ):
        names = {plain(title) for title in _titles(menu)} | {"Open recent", "Clear list", "Window drag"}
        assert set(entry.split(" > ")) <= names, entry


def _titles(menu: str) -> Iterator[str]:
    (found,) = (each for each in MENUS if plain(each.title) == menu)

    def inside(spec: MenuSpec) -> Iterator[str]:
        for entry in spec.entries:
            if isinstance(entry, ActionSpec):
                yield entry.text
            elif isinstance(entry, MenuSpec):
                yield entry.title
                yield from inside(entry)

    return inside(found)
