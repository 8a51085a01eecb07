"""DICOM Secondary Capture: the annotated overlay, for any archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "dicom-sc", "DICOM overlay (Secondary Capture)", (".dcm",), Takes.SCENE, Group.DICOM, order=30
)


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write the object, as `export.dicom.objects.dicom_object`."""
    from cxrviewer.export.dicom.library import check_library

    check_library()
    from cxrviewer.export.dicom.kinds import Kind
    from cxrviewer.export.dicom.write import write_object

    write_object(scene, Kind.CAPTURE, path, options)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return the picture that the object holds."""
    return export_picture(scenes[:1], options).pixels
