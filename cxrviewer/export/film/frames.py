"""The pictures of a film: each scene on the same canvas, with what changes beneath it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.column import BACKGROUND, CAUTION, MUTED, Color, Column
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene, color_bar
from cxrviewer.export.picture import seen
from cxrviewer.export.words import capitalised, method_name, percent, whole_percent

_LETTERS_ACROSS = 46
_SMALLEST_TEXT, _LARGEST_TEXT = 11, 18
_DONE: Color = (86, 156, 214)


def film_frames(scenes: Sequence[Scene], options: ExportOptions) -> Iterator[NDArray[np.uint8]]:
    """Give the pictures of a film, one a scene, all of one size with even sides; each is drawn when wanted.

    Parameters
    ----------
    scenes : sequence of Scene
        Of one image in one view.
    options : ExportOptions
        Marks, colour bar, disclaimer and the like.

    Yields
    ------
    (H, W, 3) uint8 array
    """
    width = scenes[0].viewport.shape[1]
    words = [_words(scene, scenes, options, width) for scene in scenes]
    height = max(column.bottom for columns in words for column in columns)
    for number, (scene, columns) in enumerate(zip(scenes, words, strict=True), start=1):
        yield _frame(seen(scene, options), columns, height, number / len(scenes))


def label(scene: Scene, scenes: Sequence[Scene]) -> str:
    """Return what tells a scene from the others of its film: its layer, its target or its opacity."""
    attribution = scene.result.attribution
    if len({each.result.attribution.layer for each in scenes}) > 1:
        rows, columns = attribution.values.shape
        return f"{attribution.layer} ({rows}×{columns})"
    targets = {each.result.attribution.target for each in scenes}
    # Of several targets some may be drawn fainter than others.
    if len(targets) == 1 and len({each.style.alpha for each in scenes}) > 1:
        return f"Opacity {whole_percent(scene.style.alpha)}"
    return _finding(scene)


def _finding(scene: Scene) -> str:
    target = scene.result.attribution.target
    probability = target_probability(target, scene.card, scene.result.prediction)
    name = capitalised(target_name(target, scene.card))
    return name if probability is None else f"{name} {percent(probability)}"


def _words(scene: Scene, scenes: Sequence[Scene], options: ExportOptions, width: int) -> list[Column]:
    """Return what stands beneath the picture, as if the picture had no height."""
    size = int(np.clip(width / _LETTERS_ACROSS, _SMALLEST_TEXT, _LARGEST_TEXT))
    half = (width - 3 * size) // 2
    left, right = Column(size, size, half, size), Column(width - size - half, size, half, size)
    title = label(scene, scenes)
    left.text(title, scale=1.15, bold=True)
    if title != _finding(scene):
        left.text(_finding(scene))
    left.text(f"{method_name(scene.result.attribution.method)}, {scene.card.name}", color=MUTED, scale=0.9)
    bar = color_bar(scene) if options.color_bar else None
    if bar is not None:
        right.bar(bar)
    foot = Column(size, max(left.bottom, right.bottom), width - 2 * size, size)
    if options.disclaimer:
        foot.text(DISCLAIMER, color=CAUTION, scale=0.9)
    foot.space(0.5)
    return [left, right, foot]


def _frame(picture: NDArray[np.uint8], columns: list[Column], height: int, done: float) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    rows, width = picture.shape[:2]
    band = Image.new("RGB", (width, height), BACKGROUND)
    pen = ImageDraw.Draw(band)
    for column in columns:
        column.draw(band, pen)
    pen.rectangle((0, 0, round(width * done) - 1, 2), fill=_DONE)
    whole = np.vstack([picture, np.asarray(band)])
    # Half the colours of a film are kept for each second row and column: both must be even.
    return np.pad(whole, ((0, (rows + height) % 2), (0, width % 2), (0, 0)), mode="edge")
