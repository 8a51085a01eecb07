"""The picture of an export: what is seen of each scene, with what is written about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.annotated import AnnotatedPicture, Annotation, annotate
from cxrviewer.export.column import ON_SCREEN, Palette
from cxrviewer.export.in_image import paint_identity, paint_orientation
from cxrviewer.export.lungs import MADE_FOR, paint_lungs
from cxrviewer.export.marks import paint_marks
from cxrviewer.export.options import ExportOptions, PictureKind
from cxrviewer.export.overlay import Scene, color_bar, describe
from cxrviewer.export.sheet import in_grid, side_by_side
from cxrviewer.imaging.compose import HeatmapView

_SCREEN = 400, 640
"""Pixels along the shorter side of small and large views on a screen: letters are made for those."""
_LEAST = 0.75
"""Of the size that lines and letters have on a screen: smaller ones cannot be read."""


def export_picture(
    scenes: Sequence[Scene], options: ExportOptions, palette: Palette = ON_SCREEN
) -> AnnotatedPicture:
    """Return what a picture file of an export shows.

    Parameters
    ----------
    scenes : sequence of Scene
        One at least. Several stand in a grid, each with its own words.
    options : ExportOptions
        What goes into it.
    palette : Palette
        Colours of what is written about a scene.
    """
    if len(scenes) == 1:
        return _annotated(scenes[0], options, palette)
    plain = replace(options, disclaimer=False)
    cells = [_annotated(scene, plain, palette).pixels for scene in scenes]
    annotation = Annotation("", "", ())
    return annotate(in_grid(cells, options.columns), _with_disclaimer(annotation, options), palette=palette)


def seen(scene: Scene, options: ExportOptions, unit: float | None = None) -> NDArray[np.uint8]:
    """Return the overlay with what is drawn on the image itself, (H, W, 3) uint8.

    Parameters
    ----------
    scene : Scene
        What is shown.
    options : ExportOptions
        What of it.
    unit : float, optional
        Pixels of the picture a screen pixel, for which lines and letters are made; else by its size.
    """
    picture = scene.overlay.copy()
    if unit is None:
        small, large = (min(picture.shape[:2]) / side for side in _SCREEN)
        unit = max(_LEAST, min(small, 1.0), large)
    if options.lungs and scene.lungs is not None and scene.lungs.found:
        paint_lungs(picture, scene.lungs, scene.viewport.stored_to_view, unit)
    if options.scale_bar:
        paint_orientation(picture, scene, unit)
    if options.identity:
        paint_identity(picture, scene, unit)
    if options.marks and scene.marks is not None:
        paint_marks(picture, scene.marks, scene.viewport.stored_to_view, unit)
    return picture


def _annotated(scene: Scene, options: ExportOptions, palette: Palette) -> AnnotatedPicture:
    picture = _triple(scene, options) if options.kind is PictureKind.TRIPLE else seen(scene, options)
    annotation = describe(scene)
    words = lung_words(scene, options)
    if words:
        row = ("Lungs", words)
        annotation = replace(annotation, rows=(*annotation.rows, row))
    if not options.caption:
        annotation = replace(annotation, title="", headline="", rows=())
    bar = color_bar(scene) if options.color_bar else None
    return annotate(picture, _with_disclaimer(annotation, options), bar, palette)


def lung_words(scene: Scene, options: ExportOptions) -> str:
    """Return what is said of the lungs beneath a picture; "" where nothing is known or drawn of them."""
    if scene.lungs is None:
        return ""
    if not scene.lungs.found:
        return f"none found: {MADE_FOR}"
    return f"outlined by {scene.lungs.segmenter}" if options.lungs else ""


def _with_disclaimer(annotation: Annotation, options: ExportOptions) -> Annotation:
    return annotation if options.disclaimer else replace(annotation, disclaimer="")


def _triple(scene: Scene, options: ExportOptions) -> NDArray[np.uint8]:
    """Return image, heatmap and overlay side by side; marks and outlines are on the last one."""
    image = replace(scene, style=replace(scene.style, visible=False))
    plain = replace(options, marks=False, lungs=False)
    return side_by_side(
        (
            ("Original", seen(image, plain)),
            ("Heatmap", _heatmap_alone(scene)),
            ("Overlay", seen(scene, replace(options, identity=False))),
        )
    )


def _heatmap_alone(scene: Scene) -> NDArray[np.uint8]:
    """Return the heatmap on black, opaque where it is strong, as its colour bar has it."""
    view = scene.style.view
    style = replace(scene.style, alpha=1.0, view=HeatmapView.SMOOTH if view is HeatmapView.CONTOURS else view)
    return replace(scene, table=np.zeros_like(scene.table), style=style).overlay
