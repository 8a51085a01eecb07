"""Fonts for text inside exported pictures."""

from __future__ import annotations

import importlib.util
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_KEPT = 1024
"""Texts that are kept as measured and drawn, as most stand in every picture of many."""


@cache
def font(size: int, *, bold: bool = False) -> FreeTypeFont:
    """Return a font of `size` pixels, the same on every system.

    DejaVu Sans comes with matplotlib, which is installed for figures, and has Latin, Greek and Cyrillic
    letters; finding its folder imports nothing. Pillow's own font, Latin and regular only, stands in where
    it is absent.
    """
    from PIL import ImageFont

    folder = _dejavu_folder()
    if folder is None:
        fallback = ImageFont.load_default(size)
        if not isinstance(fallback, ImageFont.FreeTypeFont):
            raise RuntimeError("Pillow was built without FreeType")
        return fallback
    return ImageFont.truetype(folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size)


def _dejavu_folder() -> Path | None:
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder if (folder / "DejaVuSans.ttf").is_file() else None


@lru_cache(_KEPT)
def length(text: str, size: int, *, bold: bool = False) -> float:
    """Return how long a line of text is, pixels."""
    return font(size, bold=bold).getlength(text)


@lru_cache(_KEPT)
def letters(text: str, size: int, *, bold: bool = False) -> tuple[Image, tuple[int, int]]:
    """Return a line of text as a mask, 8-bit gray, and the place of its corner when it is set at (0, 0)."""
    from PIL import Image, ImageDraw

    face = font(size, bold=bold)
    left, top, right, bottom = map(round, face.getbbox(text))
    mask = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=face)
    return mask, (left, top)


@lru_cache(_KEPT)
def wrapped(text: str, face: FreeTypeFont, width: int) -> tuple[str, ...]:
    """Break a text into lines of at most `width` pixels, between words where possible.

    A word that is wider than a line (the path of a layer in a nested model, say) is broken inside.

    Returns
    -------
    tuple of str
        At least one line.
    """
    lines = [""]
    # Not at no-break spaces, which hold a number and its unit together.
    for word in re.split(r"[ \t\r\n]+", text.strip()):
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and face.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return tuple(lines)
