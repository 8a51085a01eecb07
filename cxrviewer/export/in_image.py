"""What an export writes on the image itself: a bar of known length, the patient's sides, the identity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.column import TEXT
from cxrviewer.export.ink import BLACK, draw_shapes, words_size, write_lines
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.drawing import Path
from cxrviewer.imaging.header import Header
from cxrviewer.imaging.length_bar import length_bar
from cxrviewer.imaging.patient_orientation import EdgeLetters, edge_letters
from cxrviewer.imaging.viewport import orientation_of

_LETTERS, _SIDES, _MARGIN, _TICK = 12.0, 17.0, 10.0, 4.0
_WIDTH, _HALO_WIDTH = 1.6, 4.0
_LONGEST, _SHARE = 190.0, 0.35
"""Screen pixels; share of the picture's width."""


def paint_orientation(picture: NDArray[np.uint8], scene: Scene, unit: float) -> None:
    """Draw a bar of known length and the letters of the patient's sides, in place, where the file tells them.

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
        Red, green, blue.
    scene : Scene
        Gives view and spacing.
    unit : float
        Pixels of the picture a screen pixel.
    """
    _bar(picture, scene, unit)
    letters = edge_letters(scene.radiograph.directions, orientation_of(scene.viewport))
    _sides(picture, letters, unit)


def paint_identity(picture: NDArray[np.uint8], scene: Scene, unit: float) -> None:
    """Write who the patient is, in place; nothing where the file does not say."""
    lines = identity_lines(scene.radiograph.header or Header())
    _write(picture, (_MARGIN * unit, _MARGIN * unit), lines, _LETTERS * unit, unit)


def identity_lines(header: Header) -> tuple[str, ...]:
    """Return the lines that say who the patient is: name, number, date of birth, sex, date of the study."""
    birth = f"Born {header.birth_date}" if header.birth_date else ""
    study = f"Study {header.study_date}" if header.study_date else ""
    last = "  ".join(part for part in (birth, header.sex) if part)
    return tuple(line for line in (header.patient_name, header.patient_id, last, study) if line)


def _bar(picture: NDArray[np.uint8], scene: Scene, unit: float) -> None:
    rows, columns = picture.shape[:2]
    if scene.spacing is None:
        return
    bar = length_bar(scene.viewport, scene.spacing, min(_LONGEST * unit, _SHARE * columns))
    if bar is None:
        return
    left, bottom, tick = _MARGIN * unit, rows - 1 - _MARGIN * unit, _TICK * unit
    right = left + bar.pixels
    shapes = [
        Path(((left, bottom), (right, bottom))),
        *(Path(((x, bottom - tick), (x, bottom))) for x in (left, right)),
    ]
    draw_shapes(picture, shapes, BLACK, _HALO_WIDTH * unit, opacity=0.8)
    draw_shapes(picture, shapes, TEXT, _WIDTH * unit)
    _, height = words_size((bar.text,), round(_LETTERS * unit))
    _write(picture, (left, bottom - tick - 3 * unit - height), (bar.text,), _LETTERS * unit, unit)


def _sides(picture: NDArray[np.uint8], letters: EdgeLetters, unit: float) -> None:
    rows, columns = picture.shape[:2]
    margin = _MARGIN * unit
    for text, across, down in (
        (letters.left, 0.0, 0.5),
        (letters.right, 1.0, 0.5),
        (letters.top, 0.5, 0.0),
        (letters.bottom, 0.5, 1.0),
    ):
        if text:
            width, height = words_size((text,), round(_SIDES * unit))
            left = margin + across * (columns - 2 * margin - width)
            top = margin + down * (rows - 2 * margin - height)
            _write(picture, (left, top), (text,), _SIDES * unit, unit)


def _write(
    picture: NDArray[np.uint8], place: tuple[float, float], lines: tuple[str, ...], size: float, unit: float
) -> None:
    from PIL import Image, ImageDraw

    image = Image.fromarray(picture)
    edge = max(1, round(unit))
    write_lines(ImageDraw.Draw(image), place, lines, round(size), TEXT, edge)
    picture[:] = np.asarray(image)
