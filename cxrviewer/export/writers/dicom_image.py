"""DICOM Secondary Capture of the image alone: what objects without identity refer to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.plain import presentation_values
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec
from cxrviewer.imaging.grayscale import default_voi

SPEC = WriterSpec(
    "dicom-image",
    "DICOM image, de-identified",
    (".dcm",),
    Takes.SCENE,
    Group.DICOM,
    order=34,
    shows=(),
    sized=False,
)


def write(scene: Scene, path: Path, _options: ExportOptions) -> None:
    """Write the copy; with identity, too, it has none: the file itself has it."""
    from cxrviewer.export.dicom.library import check_library

    check_library()
    from cxrviewer.export.dicom.image_copy import image_copy
    from cxrviewer.export.dicom.write import write_dataset

    write_dataset(image_copy(scene.radiograph), path)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return what the image looks like."""
    del options
    image = scenes[0].radiograph
    gray = presentation_values(image, default_voi(image), planes=False)
    return np.repeat(gray[..., None], 3, axis=2)
