"""A picture with what it shows written outside of it: its own pixels stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.column import ON_SCREEN, ColorBar, Column, Palette

DISCLAIMER = "Research and teaching: not for diagnosis"

_BENEATH_FROM = 480
"""Width of a picture, pixels, from which two columns of readable text fit beneath it."""

_SIDE_PANEL = 300
_SMALLEST_TEXT = 12
_LETTERS_ACROSS = 64
"""Letter sizes that make up the width of a picture, so that text shrinks and grows with it."""
_LETTERS_DOWN = 30
"""And its height: text must not be larger than the panels of a row."""


@dataclass(frozen=True)
class Annotation:
    """What is written.

    Parameters
    ----------
    title : str
        The finding; may be empty, as all others may.
    headline : str
        Its probability.
    rows : tuple of (str, str)
        Names and values.
    message : str
        Stands where the colour bar would: why there is no heatmap, say. May be empty.
    disclaimer : str
        Last line; left out where empty.
    """

    title: str
    headline: str
    rows: tuple[tuple[str, str], ...]
    message: str = ""
    disclaimer: str = DISCLAIMER


_NOTHING = Annotation("", "", (), "", "")


@dataclass(frozen=True, eq=False)
class AnnotatedPicture:
    """A picture and its surroundings.

    Parameters
    ----------
    pixels : (H, W, 3) uint8 array
        Red, green, blue.
    rectangle : tuple of int
        Left, top, right, bottom (ends excluded) of the picture itself inside `pixels`.
    """

    pixels: NDArray[np.uint8]
    rectangle: tuple[int, int, int, int]


def annotate(
    picture: NDArray[np.uint8],
    annotation: Annotation,
    color_bar: ColorBar | None = None,
    palette: Palette = ON_SCREEN,
) -> AnnotatedPicture:
    """Write an annotation beneath a picture, or beside one that is too narrow for text beneath it.

    Where there is nothing to write, the picture is all.

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
        Red, green, blue.
    annotation : Annotation
        Lines are wrapped, never cut off.
    color_bar : ColorBar, optional
        The scale of the heatmap.
    palette : Palette
        Colours of what is written.
    """
    height, width = picture.shape[:2]
    if color_bar is None and annotation == _NOTHING:
        return AnnotatedPicture(picture, (0, 0, width, height))
    if width >= _BENEATH_FROM:
        columns = _beneath(width, height, annotation, color_bar, palette)
        pixels = np.vstack((picture, _drawn(columns, width, 0, palette)))
    else:
        words = _drawn([_beside(annotation, color_bar, palette)], _SIDE_PANEL, height, palette)
        longer = np.empty((len(words), width, 3), np.uint8)
        longer[:height], longer[height:] = picture, palette.ground
        pixels = np.hstack((longer, words))
    return AnnotatedPicture(pixels, (0, 0, width, height))


def _drawn(columns: Sequence[Column], width: int, least: int, palette: Palette) -> NDArray[np.uint8]:
    """Return columns on their ground, (H, `width`, 3) uint8 with H of `least` or more."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width, max(least, *(column.bottom for column in columns))), palette.ground)
    pen = ImageDraw.Draw(image)
    for column in columns:
        column.draw(image, pen)
    return np.asarray(image)


def _beneath(
    width: int, height: int, annotation: Annotation, color_bar: ColorBar | None, palette: Palette
) -> list[Column]:
    size = max(_SMALLEST_TEXT, round(min(width / _LETTERS_ACROSS, height / _LETTERS_DOWN)))
    if not (annotation.title or annotation.headline or annotation.rows):
        only = Column(size, round(size * 0.6), width - 2 * size, size, palette)
        _scale(only, annotation, color_bar)
        _foot(only, annotation, ruled=bool(annotation.message) or color_bar is not None)
        return [only]
    half = (width - 4 * size) // 2
    left, right = (Column(x, size, half, size, palette) for x in (size, width - size - half))
    _head(left, annotation)
    _scale(right, annotation, color_bar)
    left.bottom = right.bottom = max(left.bottom, right.bottom) + round(size * 0.6)
    middle = (len(annotation.rows) + 1) // 2
    left.pairs(annotation.rows[:middle])
    right.pairs(annotation.rows[middle:])
    foot = Column(size, max(left.bottom, right.bottom), width - 2 * size, size, palette)
    _foot(foot, annotation)
    return [left, right, foot]


def _beside(annotation: Annotation, color_bar: ColorBar | None, palette: Palette) -> Column:
    size = _SMALLEST_TEXT
    panel = Column(size, size, _SIDE_PANEL - 2 * size, size, palette)
    _head(panel, annotation)
    panel.space(0.6)
    _scale(panel, annotation, color_bar)
    panel.space(0.6)
    panel.pairs(annotation.rows)
    _foot(panel, annotation)
    return panel


def _head(column: Column, annotation: Annotation) -> None:
    if annotation.title:
        column.text(annotation.title, scale=1.5, bold=True)
    if annotation.headline:
        column.text(annotation.headline, scale=1.1)


def _scale(column: Column, annotation: Annotation, color_bar: ColorBar | None) -> None:
    if annotation.message:
        column.text(annotation.message, color=column.palette.muted)
    if color_bar is not None:
        column.bar(color_bar)


def _foot(column: Column, annotation: Annotation, *, ruled: bool = True) -> None:
    if annotation.disclaimer:
        if ruled:
            column.space(0.6)
            column.line()
            column.space(0.4)
        column.text(annotation.disclaimer, color=column.palette.caution)
    column.space(0.6)
