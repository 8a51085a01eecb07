"""All DICOM objects of an image in one archive, that belong to one study."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "dicom-set",
    "DICOM objects, all (zip)",
    (".zip",),
    Takes.SCENE,
    Group.DICOM,
    order=35,
    note="Overlay, heatmap, outputs and contours: one object each.",
)


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write all of `export.dicom.objects.Kind` that there are, and the image where they refer to a copy."""
    from cxrviewer.export.dicom.library import check_library

    check_library()
    from cxrviewer.export.dicom.write import write_archive

    write_archive(scene, path, options)
