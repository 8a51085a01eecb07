"""The tiles of a comparison sheet: the image with each map, with its number and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.display import STATE_TEXT, MapState
from cxrviewer.explain.target import is_under_threshold
from cxrviewer.export.column import MUTED, TEXT, Color, Column
from cxrviewer.export.comparison_sheet import Sheet, SheetMap, name_of, names, output_text
from cxrviewer.export.fonts import font, wrapped
from cxrviewer.export.sheet_differences import Differences
from cxrviewer.export.words import number
from cxrviewer.imaging import compose
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Viewport, resized

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

GAP = 24
BADGE: Color = (76, 155, 232)

_ROW_TITLE = 300
_WIDEST, _HIGHEST = 640, 620
_FEW = 2
"""Tiles that are drawn larger, where there are no others."""
_LOW = 300
"""Most pixels that a difference is high, where there are more."""
_DIFFERENCES = 6
"""In a row."""
_LETTERS = 16
"""Letter sizes across a tile: its title is as large as it may be."""


class Tiles:
    """Draws tiles into a picture.

    Parameters
    ----------
    sheet : Sheet
        Its maps.
    image, pen : Image, ImageDraw
        Drawn into.
    """

    def __init__(self, sheet: Sheet, image: Image, pen: ImageDraw) -> None:
        self._sheet = sheet
        self.image, self.pen = image, pen
        self._renderer = Renderer(sheet.maps[0].scene.radiograph)
        self._viewports: dict[int, Viewport] = {}

    def maps(self, left: int, top: int, width: int) -> int:
        """Draw all maps, with the names of rows and columns; return where they end."""
        sheet = self._sheet
        indent = _ROW_TITLE if sheet.row_axes else 0
        tile = self._tile_width(sheet.columns, width - indent, larger=len(sheet.maps) <= _FEW)
        size = _letter_size(tile)
        for row in range(max(each.row for each in sheet.maps) + 1):
            placed = [(at, each) for at, each in enumerate(sheet.maps) if each.row == row]
            if indent:
                title = Column(left, top + 2, indent - GAP, min(24, size))
                title.text(names(sheet, placed[0][0], sheet.row_axes), bold=True)
                title.draw(self.image, self.pen)
            axes = [axis for axis in sheet.varied if axis not in sheet.row_axes]
            titles = [names(sheet, at, axes) for at, _ in placed]
            picture_top = top + self._title_height(titles, tile, size)
            bottom = picture_top
            for (at, each), title_text in zip(placed, titles, strict=True):
                x = left + indent + each.column * (tile + GAP)
                self._title(at, title_text, x, top, tile, size)
                end = self._picture(each.scene.heatmap, each.scene.style, x, picture_top, tile)
                note = Column(x, end + 6, tile, max(18, round(size * 0.8)))
                note.text(self._note(each), color=MUTED)
                note.draw(self.image, self.pen)
                bottom = max(bottom, note.bottom)
            top = bottom + GAP
        return top - GAP

    def differences(self, found: Differences, style: OverlayStyle, left: int, top: int, width: int) -> int:
        """Draw the differences; return where they end."""
        places = [at for at in range(len(self._sheet.maps)) if at != found.reference]
        rows = -(-len(places) // _DIFFERENCES)
        columns = -(-len(places) // rows)
        tile = self._tile_width(columns, width, _LOW if len(places) > _FEW else _HIGHEST)
        size = _letter_size(tile)
        for start in range(0, len(places), columns):
            row = places[start : start + columns]
            titles = [names(self._sheet, at) for at in row]
            picture_top = top + self._title_height(titles, tile, size)
            end = picture_top
            for number_in_row, (at, title) in enumerate(zip(row, titles, strict=True)):
                x = left + number_in_row * (tile + GAP)
                self._title(at, title, x, top, tile, size)
                end = self._picture(found.heatmaps[at], style, x, picture_top, tile)
            top = end + GAP
        return top - GAP

    def _tile_width(self, columns: int, width: int, highest: int = _HIGHEST, *, larger: bool = False) -> int:
        rows_seen, columns_seen = self._sheet.maps[0].scene.viewport.shape
        factor = 1.5 if larger else 1.0
        tile = min((width - (columns - 1) * GAP) // columns, round(factor * _WIDEST))
        return min(tile, round(factor * highest * columns_seen / rows_seen))

    def _title_height(self, titles: list[str], tile: int, size: int) -> int:
        face = font(size, bold=True)
        lines = max(len(wrapped(text, face, tile - _badge_width(size))) for text in titles)
        return round(lines * size * 1.3) + 10

    def _title(self, place: int, text: str, x: int, top: int, tile: int, size: int) -> None:
        badge = _badge_width(size)
        side = round(size * 1.35)
        self.pen.rounded_rectangle((x, top, x + badge - 9, top + side), radius=5, fill=BADGE)
        middle = (x + (badge - 9) / 2, top + side / 2)
        self.pen.text(
            middle, str(place + 1), fill=(255, 255, 255), font=font(round(size * 0.9), bold=True), anchor="mm"
        )
        column = Column(x + badge, top + 1, tile - badge, size)
        column.text(text, bold=True, color=TEXT)
        column.draw(self.image, self.pen)

    def _picture(self, heatmap: Heatmap | None, style: OverlayStyle, x: int, top: int, tile: int) -> int:
        from PIL import Image as Images

        pixels = self._rendered(heatmap, style, tile)
        self.image.paste(Images.fromarray(pixels), (x, top))
        return top + len(pixels)

    def _rendered(self, heatmap: Heatmap | None, style: OverlayStyle, tile: int) -> NDArray[np.uint8]:
        scene = self._sheet.maps[0].scene
        picture = self._renderer.picture(self._viewport(tile), scene.table, heatmap, style)
        return compose.to_rgb(picture)

    def _viewport(self, tile: int) -> Viewport:
        """Return the view of the whole image, so many pixels wide."""
        if tile not in self._viewports:
            full = self._sheet.maps[0].scene.viewport
            shape = (max(1, round(full.shape[0] * tile / full.shape[1])), tile)
            self._viewports[tile] = resized(full, shape)
        return self._viewports[tile]

    def _note(self, each: SheetMap) -> str:
        scene, parts = each.scene, []
        if "targets" in self._sheet.varied or "models" in self._sheet.varied:
            under = is_under_threshold(each.attribution.target, scene.card, scene.result.prediction)
            target = "" if "targets" in self._sheet.varied else f"{name_of('targets', scene)} "
            parts.append(f"{target}{output_text(scene)}{', under the operating threshold' if under else ''}")
        if scene.display.state is not MapState.SHOWN:
            parts.append(STATE_TEXT[scene.display.state])
        elif self._sheet.one_scale:
            factor = each.attribution.logit_factor or 1.0
            parts.append(f"greatest {number(float(each.evidence.values.max()) * factor)} logits")
        else:
            unit = " logits" if scene.display.unit else ""
            parts.append(f"full scale {number(scene.display.maximum)}{unit}")
        return "; ".join(parts)


def _letter_size(tile: int) -> int:
    return min(30, max(18, tile // _LETTERS))


def _badge_width(size: int) -> int:
    return round(size * 1.6) + 9
