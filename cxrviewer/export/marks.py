"""The user's marks in an export: how they look in a view, and what is saved of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.ink import BLACK, darken, draw_shapes, words_size, write_lines
from cxrviewer.imaging.drawing import Box, Drawing, place_words
from cxrviewer.imaging.geometry import Affine
from cxrviewer.imaging.spacing import Spacing

COLOR = (255, 213, 74)
_HALO, _PAPER = 0.67, 0.65
"""Opacities of the dark edge of lines, and of the sheet under words."""
_WIDTH, _HALO_WIDTH, _LETTERS, _GAP, _PADDING, _MARGIN = 1.5, 4.0, 12.0, 9.0, 4.0, 6.0
"""Screen pixels."""


@dataclass(frozen=True, eq=False)
class SceneMarks:
    """Marks on the image of a scene.

    Parameters
    ----------
    draw : callable
        Returns a drawing for each mark that is to be seen, in points of a view, from the affine of stored
        points to points of the view, and the view's pixels a screen pixel, for which ticks and arrow heads
        are made.
    content : mapping
        As in a file with marks.
    calibration : Spacing, optional
        The size of a pixel as the user has calibrated it.
    """

    draw: Callable[[Affine, float], tuple[Drawing, ...]]
    content: Mapping[str, object]
    calibration: Spacing | None = None


def paint_marks(picture: NDArray[np.uint8], marks: SceneMarks, to_view: Affine, unit: float) -> None:
    """Draw marks with their words on a picture, in place, as the window does.

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
        Red, green, blue.
    marks : SceneMarks
        Of the image.
    to_view : (3, 3) float64 array
        Stored points to points of the picture.
    unit : float
        Pixels of the picture a screen pixel.
    """
    from PIL import Image, ImageDraw

    drawings = marks.draw(to_view, unit)
    shapes = [shape for drawing in drawings for shape in drawing.shapes]
    if shapes:
        draw_shapes(picture, shapes, BLACK, _HALO_WIDTH * unit, opacity=_HALO, solid=True)
        draw_shapes(picture, shapes, COLOR, _WIDTH * unit)
    size = round(_LETTERS * unit)
    boxes = _word_boxes(drawings, picture.shape[:2], size, unit)
    for _, box in boxes:
        darken(picture, box, _PAPER)
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    for drawing, box in boxes:
        write_lines(pen, (box.left + _PADDING * unit, box.top), drawing.lines, size, COLOR)
    picture[:] = np.asarray(image)


def _word_boxes(
    drawings: tuple[Drawing, ...], shape: tuple[int, ...], size: int, unit: float
) -> list[tuple[Drawing, Box]]:
    """Return where the words of each drawing stand, that has some."""
    lines = np.array([line for drawing in drawings for line in drawing.rough_lines()]).reshape(-1, 2, 2)
    area = Box(0, 0, shape[1], shape[0]).grown(-_MARGIN * unit)
    placed: list[tuple[Drawing, Box]] = []
    for drawing in drawings:
        if drawing.lines:
            width, height = words_size(drawing.lines, size)
            room = width + 2 * _PADDING * unit, height + _PADDING * unit
            taken = tuple(box for _, box in placed)
            placed.append((drawing, place_words(drawing, room, area, _GAP * unit, taken, lines)))
    return placed
