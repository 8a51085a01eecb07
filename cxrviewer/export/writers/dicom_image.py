"""DICOM Secondary Capture of the image alone: what objects without identity refer to."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec("dicom-image", "DICOM image, de-identified", (".dcm",), Takes.SCENE, Group.DICOM, order=34)


def write(scene: Scene, path: Path, _options: ExportOptions) -> None:
    """Write the copy; with identity, too, it has none: the file itself has it."""
    from cxrviewer.export.dicom.library import check_library

    check_library()
    from cxrviewer.export.dicom.image_copy import image_copy
    from cxrviewer.export.dicom.write import write_dataset

    write_dataset(image_copy(scene.radiograph), path)
