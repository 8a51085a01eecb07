"""The page of one case: where its parts stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.options import ExportOptions, without
from cxrviewer.export.overlay import Scene, color_bar
from cxrviewer.export.picture import seen
from cxrviewer.export.report import content
from cxrviewer.export.report.colors import ACCENT, CAUTION, LINE, MUTED
from cxrviewer.export.report.column import Column, text_width
from cxrviewer.export.report.page import Page
from cxrviewer.imaging.viewport import resized

_MARGIN = 42.0
_GAP = 18.0
_HEADER, _FOOTER = 30.0, 44.0
_TALLEST, _SMALLEST = 300.0, 140.0
_SHORTEST_TABLE = 6
_MORE_NOTES = 16.0
"""Height of the line that tells of notes for which there is no room."""
_PIXELS = 600, 1200
"""Least and most along the longer side of a picture: up to some 300 an inch on paper."""
_SCREEN_PIXEL = 0.54
"""Points: letters of 12 pixels on a screen are of 6.5 points on paper."""


def case_page(scene: Scene, options: ExportOptions, number: int, count: int) -> Page:
    """Return the page of one case.

    Parameters
    ----------
    scene : Scene
        What is reported.
    options : ExportOptions
        Whether the patient is named, and the disclaimer written; marks, scale bar, paper.
    number, count : int
        Which of how many pages it is, from 1.
    """
    page = Page(options.paper, scene.moment)
    half = (page.width - 2 * _MARGIN - _GAP) / 2
    left, right = _MARGIN, _MARGIN + half + _GAP
    head, details = _head(scene, options, page), _details(scene, page)
    under_image = _caption(content.window_words(scene), left, half)
    under_overlay = _scale(scene, options, right, half)
    captions = max(under_image.height, under_overlay.height)
    pictures_top = _HEADER + 18.0 + head.height + 8.0
    details_top = page.height - _FOOTER - details.height
    words = _words(scene, right, half, details_top - pictures_top - captions - _SMALLEST - 34.0)
    rows = content.outputs(scene)
    needed = max(words.height, content.table_height(min(len(rows), _SHORTEST_TABLE)))
    free = details_top - pictures_top - captions - needed - 34.0
    shape = _shape_on_paper(scene)
    tallest = min(_TALLEST, half * shape[0] / shape[1])
    height = max(_SMALLEST, min(free, tallest))
    image, overlay = _pictures(scene, options, shape, max(shape[0] / height, shape[1] / half))
    tables_top = pictures_top + height + captions + 18.0

    _header(page)
    head.draw(page, _HEADER + 18.0)
    for x, pixels in ((left, image), (right, overlay)):
        column = Column(x, half)
        column.picture(pixels, half, height)
        column.draw(page, pictures_top)
    under_image.draw(page, pictures_top + height + 5.0)
    under_overlay.draw(page, pictures_top + height + 5.0)
    table = content.table(rows, left, half, details_top - tables_top - 10.0)
    table.draw(page, tables_top)
    words.draw(page, tables_top)
    details.draw(page, min(details_top, tables_top + max(table.height, words.height) + 16.0))
    _footer(page, options, number, count)
    return page


def empty_page(reason: str, options: ExportOptions, number: int, count: int) -> Page:
    """Return the page of an image that could not be analysed: why not, and nothing of its file.

    Parameters
    ----------
    reason : str
        In a sentence.
    options : ExportOptions
        Paper and disclaimer.
    number, count : int
        As for `case_page`.
    """
    page = Page(options.paper)
    column = Column(_MARGIN, page.width - 2 * _MARGIN)
    column.text(f"Image {number} of {count} is left out", size=20.0, bold=True)
    column.space(6.0)
    column.note(reason, CAUTION)
    _header(page)
    column.draw(page, _HEADER + 18.0)
    _footer(page, options, number, count)
    return page


def _head(scene: Scene, options: ExportOptions, page: Page) -> Column:
    title, verdict, positive = content.title(scene)
    column = Column(_MARGIN, page.width - 2 * _MARGIN)
    column.text(title, size=20.0, bold=True)
    column.text(verdict, size=11.0, color=ACCENT if positive else MUTED)
    column.space(3.0)
    column.text(content.identity(scene, options), color=MUTED)
    return column


def _words(scene: Scene, left: float, width: float, room: float) -> Column:
    """Return how the heatmap was made, and of the notes as many as there is room for."""
    column = Column(left, width)
    column.heading("How the heatmap was made")
    for sentence in content.method_sentences(scene):
        column.text(sentence)
        column.space(2.0)
    notes = content.notes(scene)
    if notes:
        column.space(6.0)
        column.heading("To be kept in mind")
        for number, note in enumerate(notes):
            needed = Column(left, width)
            needed.note(note, CAUTION)
            if column.height + needed.height > room - _MORE_NOTES:
                column.note(f"{len(notes) - number} more: see the image in the viewer.", CAUTION)
                break
            column.note(note, CAUTION)
    return column


def _details(scene: Scene, page: Page) -> Column:
    column = Column(_MARGIN, page.width - 2 * _MARGIN)
    column.heading("Provenance")
    column.pairs(content.provenance_rows(scene))
    return column


def _caption(text: str, left: float, width: float) -> Column:
    column = Column(left, width)
    column.text(text, size=7.0, color=MUTED)
    return column


def _scale(scene: Scene, options: ExportOptions, left: float, width: float) -> Column:
    bar = color_bar(scene)
    column = Column(left, width)
    if bar is not None:
        column.color_bar(bar.colors, bar.ticks, bar.caption)
    else:
        column.text(content.state_words(scene), size=7.0, color=MUTED)
    if options.lungs and scene.lungs is not None and scene.lungs.found:
        column.text(f"The lungs are outlined by {scene.lungs.segmenter}.", size=7.0, color=MUTED)
    return column


def _shape_on_paper(scene: Scene) -> tuple[int, int]:
    rows, columns = scene.viewport.shape
    least, most = (side / max(rows, columns) for side in _PIXELS)
    scale = min(max(1.0, least), most)
    return max(1, round(rows * scale)), max(1, round(columns * scale))


def _pictures(
    scene: Scene, options: ExportOptions, shape: tuple[int, int], a_point: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return image and overlay in so many rows and columns, and so many pixels a point of paper."""
    unit = _SCREEN_PIXEL * a_point
    # Who the patient is stands above both pictures.
    options = replace(options, identity=False)
    overlay = replace(scene, viewport=resized(scene.viewport, shape))
    image = replace(overlay, style=replace(scene.style, visible=False))
    return seen(image, without(options, ("marks", "lungs")), unit), seen(overlay, options, unit)


def _header(page: Page) -> None:
    width = page.width - 2 * _MARGIN
    page.text(f"CXR Viewer {__version__}", _MARGIN, _HEADER, 8.0, ACCENT, True)
    when = "Not analysed" if page.moment is None else f"Analysed {page.moment:%Y-%m-%d %H:%M %z}"
    page.text(when, _MARGIN + width - text_width(when, 8.0), _HEADER, 8.0, MUTED)
    page.box(_MARGIN, _HEADER + 6.0, width, 1.2, ACCENT)


def _footer(page: Page, options: ExportOptions, number: int, count: int) -> None:
    width, base = page.width - 2 * _MARGIN, page.height - 22.0
    page.box(_MARGIN, base - 12.0, width, 0.6, LINE)
    if options.disclaimer:
        page.text(DISCLAIMER, _MARGIN, base, 8.0, CAUTION, True)
    place = f"{number} / {count}"
    page.text(place, _MARGIN + width - text_width(place, 8.0), base, 8.0, MUTED)
