"""Texts that come with files from anywhere, such as their names, made harmless for who reads them."""

from __future__ import annotations

import re
import unicodedata

_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Turn the direction of what follows, so that "exe.png" is read where "gnp.exe" stands (Unicode TR 36, 3)."""
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def printable(text: str) -> str:
    r"""Return a text of one line that can be written as UTF-8 and that a terminal takes for nothing else.

    Control characters, bytes of a file name that are no UTF-8, and what turns the direction of writing
    become escapes: ``\n``, ``\x1b``, ``\udcff``, ``\u202e``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) for letter in text)


def table_cell(text: str) -> str:
    """Return a text for a cell of a CSV file; behind an apostrophe where it would be a formula."""
    shown = printable(text)
    return f"'{shown}" if _FORMULA.match(text) else shown


def _escaped(letter: str) -> str:
    if unicodedata.category(letter) in _UNPRINTABLE or letter in _DIRECTION:
        return letter.encode("unicode_escape").decode("ascii")
    return letter
