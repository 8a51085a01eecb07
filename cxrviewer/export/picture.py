"""The picture of an export: what is seen of each scene, with what is written about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cxrviewer.export.annotated import AnnotatedPicture, annotate
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene, color_bar, describe, render


def export_picture(scenes: Sequence[Scene], options: ExportOptions) -> AnnotatedPicture:
    """Return what a picture file of an export shows.

    Parameters
    ----------
    scenes : sequence of Scene
        One at least.
    options : ExportOptions
        What goes into it.
    """
    scene = scenes[0]
    annotation = describe(scene)
    if not options.disclaimer:
        annotation = replace(annotation, disclaimer="")
    return annotate(render(scene), annotation, color_bar(scene) if options.color_bar else None)
