"""The picture of a comparison sheet: maps above, their agreement and differences beneath."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.display import MapState
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.column import BACKGROUND, CAUTION, MUTED, Column
from cxrviewer.export.comparison_sheet import (
    Sheet,
    cautions,
    name_of,
    names,
    output_text,
    scale_words,
)
from cxrviewer.export.scale_bar import scale_bar
from cxrviewer.export.sheet_differences import differences
from cxrviewer.export.sheet_tables import EXPLANATION, draw_tables
from cxrviewer.export.sheet_tiles import GAP, Tiles
from cxrviewer.imaging.colormap import DEFAULT_DIVERGING
from cxrviewer.imaging.compose import OverlayStyle

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH = 1920
"""Pixels of a sheet: a slide of full HD."""

_MARGIN = 48
_TALLEST = 12_000
_SIZE = 22
_BESIDE = 4
"""Maps up to which tables and differences stand side by side."""

_AXIS_WORDS = {"models": "models", "targets": "classes", "layers": "layers", "methods": "methods"}
_DIFFERENCE = OverlayStyle(colormap=DEFAULT_DIVERGING, alpha=0.85, signed=True)


def draw_sheet(sheet: Sheet, reference: int = 0, *, disclaimer: bool = True) -> NDArray[np.uint8]:
    """Return the picture of a sheet.

    Parameters
    ----------
    sheet : Sheet
        What is compared.
    reference : int
        The map that the others are subtracted from.
    disclaimer : bool
        Whether "Research and teaching: not for diagnosis" is written.

    Returns
    -------
    (H, 1920, 3) uint8 array
        Red, green, blue; as high as it needs to be.
    """
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, _TALLEST), BACKGROUND)
    pen = ImageDraw.Draw(image)
    bottom = _head(sheet, image, pen)
    tiles = Tiles(sheet, image, pen)
    bottom = tiles.maps(_MARGIN, bottom + GAP, WIDTH - 2 * _MARGIN)
    bottom = _bars(sheet, image, pen, bottom + GAP)
    bottom = _below(sheet, tiles, reference, bottom + 2 * GAP)
    foot = Column(_MARGIN, bottom + GAP, WIDTH - 2 * _MARGIN, round(_SIZE * 0.9))
    for caution in cautions(sheet):
        foot.text(caution, color=CAUTION)
    foot.text(EXPLANATION, color=MUTED)
    if disclaimer:
        foot.space(0.5)
        foot.text(DISCLAIMER, color=CAUTION, scale=1.1)
    foot.draw(image, pen)
    return np.asarray(image.crop((0, 0, WIDTH, min(foot.bottom + GAP, _TALLEST))))


def _head(sheet: Sheet, image: Image, pen: ImageDraw) -> int:
    """Write what is compared, and what all maps have in common."""
    head = Column(_MARGIN, 34, WIDTH - 2 * _MARGIN, _SIZE)
    varied = [_AXIS_WORDS[axis] for axis in sheet.varied]
    compared = " and ".join([", ".join(varied[:-1]), *varied[-1:]] if len(varied) > 1 else varied)
    fixed = [axis for axis in ("targets", "methods", "layers", "models") if axis not in sheet.varied]
    scenes = [each.scene for each in sheet.maps]
    same = []
    for axis in fixed:
        found = dict.fromkeys(name_of(axis, scene) for scene in scenes)
        if len(found) == 1:
            name = next(iter(found))
            outputs = {output_text(scene) for scene in scenes}
            known = axis == "targets" and len(outputs) == 1
            same.append(f"{name} {next(iter(outputs))}" if known else name)
    head.text(f"{compared or 'heatmaps'} compared".capitalize(), scale=1.9, bold=True)
    if same:
        head.text("  ·  ".join(same), scale=1.1)
    head.text(scale_words(sheet), color=MUTED, scale=1.1)
    head.draw(image, pen)
    return head.bottom


def _bars(sheet: Sheet, image: Image, pen: ImageDraw, top: int) -> int:
    """Set the colour bar that holds for all maps, where one does."""
    if not sheet.shown:
        return top
    display, style = sheet.shown[0].display, sheet.shown[0].style
    bar = scale_bar(display, style, "")
    caption = "Logits for the class, as if all of the image were like this place"
    if not sheet.one_scale:
        caption = "Share of the full scale of each map"
        ends = ("−1", "0", "+1") if display.signed else ("0", "0.5", "1")
        bar = replace(bar, ticks=tuple((at, end) for (at, _), end in zip(bar.ticks, ends, strict=True)))
    column = Column(_MARGIN, top, (WIDTH - 2 * _MARGIN - 2 * GAP) // 2, _SIZE)
    column.bar(replace(bar, caption=caption))
    column.draw(image, pen)
    return column.bottom


def _below(sheet: Sheet, tiles: Tiles, reference: int, top: int) -> int:
    """Draw tables and differences, beside one another where there is room."""
    whole = WIDTH - 2 * _MARGIN
    half = (whole - 2 * GAP) // 2
    beside = len(sheet.maps) <= _BESIDE
    at = (_MARGIN, half) if beside else (_MARGIN, whole)
    left = draw_tables(sheet, tiles.image, tiles.pen, at[0], top, at[1])
    start = (_MARGIN + half + 2 * GAP, top) if beside else (_MARGIN, left + 2 * GAP)
    found = differences(sheet, reference)
    title = f"Difference to {reference + 1}: {names(sheet, reference)}"
    column = Column(start[0], start[1], at[1], _SIZE)
    column.text(title, bold=True, scale=1.2)
    column.draw(tiles.image, tiles.pen)
    bottom = tiles.differences(found, _DIFFERENCE, start[0], column.bottom + GAP // 2, at[1])
    if found.display.state is MapState.SHOWN:
        bar = scale_bar(found.display, _DIFFERENCE, "")
        what = "logits" if found.display.unit else "shares of the full scale of each map"
        caption = f"Blue: less than there, red: more, in {what}"
        scale = Column(start[0], bottom + GAP // 2, at[1], _SIZE)
        scale.bar(replace(bar, caption=caption))
        scale.draw(tiles.image, tiles.pen)
        bottom = scale.bottom
    return max(left, bottom)
