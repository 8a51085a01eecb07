"""DICOM objects to files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from pydicom.dataset import Dataset

from cxrviewer.export.dicom.kinds import Kind, kinds_of
from cxrviewer.export.dicom.objects import dicom_object, dicom_objects
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene

_EARLIEST = (1980, 1, 1, 0, 0, 0)


def write_object(scene: Scene, kind: Kind, path: Path, options: ExportOptions) -> None:
    """Write a scene as one DICOM object; raises as `objects.dicom_object`, and `OSError`."""
    write_dataset(dicom_object(scene, kind, options), path)


def write_dataset(dataset: Dataset, path: Path) -> None:
    """Write a data set as a DICOM file with preamble and meta information (PS3.10 7).

    Raises
    ------
    OSError
        The file cannot be written.
    """
    dataset.save_as(path, enforce_file_format=True)


def write_archive(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write all objects of a scene to a zip archive; raises as `objects.dicom_object`, and `OSError`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, dataset in dicom_objects(scene, kinds_of(scene), options).items():
            content = io.BytesIO()
            dataset.save_as(content, enforce_file_format=True)
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content.getvalue(), zipfile.ZIP_DEFLATED)
