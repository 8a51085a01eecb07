"""DICOM presentation state: contours, window, displayed area."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import CONTENTS, ExportOptions, without
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec
from cxrviewer.imaging.compose import HeatmapView

SPEC = WriterSpec(
    "dicom-gsps",
    "DICOM contours (presentation state)",
    (".dcm",),
    Takes.SCENE,
    Group.DICOM,
    order=33,
    shows=("disclaimer", "identity"),
    note="Contours, window and words as data: a program that reads such files draws them in its own way.",
)


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write the object, as `export.dicom.objects.dicom_object`."""
    from cxrviewer.export.dicom.library import check_library

    check_library()
    from cxrviewer.export.dicom.kinds import Kind
    from cxrviewer.export.dicom.write import write_object

    write_object(scene, Kind.PRESENTATION, path, options)


def beside(scene: Scene, path: Path, options: ExportOptions) -> AbstractContextManager[tuple[Path, ...]]:
    """Write the image that the object refers to, as `export.dicom.companion.image_beside`."""
    from cxrviewer.export.dicom.companion import image_beside

    return image_beside(scene, path, options)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return the image with the contours, in the colours of the scene."""
    lines = replace(scenes[0].style, view=HeatmapView.CONTOURS, alpha=1.0)
    alone = without(options, set(CONTENTS).difference(SPEC.shows))
    return export_picture((replace(scenes[0], style=lines),), alone).pixels
