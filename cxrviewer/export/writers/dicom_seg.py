"""DICOM Segmentation: the heatmap's values on the pixels of the image."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.raw import map_preview
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "dicom-seg",
    "DICOM heatmap (Segmentation)",
    (".dcm",),
    Takes.SCENE,
    Group.DICOM,
    order=31,
    shows=("disclaimer", "identity"),
    sized=False,
)


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write the object, as `export.dicom.objects.dicom_object`."""
    from cxrviewer.export.dicom.library import check_library

    check_library()
    from cxrviewer.export.dicom.kinds import Kind
    from cxrviewer.export.dicom.write import write_object

    write_object(scene, Kind.SEGMENTATION, path, options)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return what the heatmap looks like on the pixels of the image."""
    del options
    return map_preview(scenes[0])


def beside(scene: Scene, path: Path, options: ExportOptions) -> AbstractContextManager[tuple[Path, ...]]:
    """Write the image that the object refers to, as `export.dicom.companion.image_beside`."""
    from cxrviewer.export.dicom.companion import image_beside

    return image_beside(scene, path, options)
