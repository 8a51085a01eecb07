"""DICOM objects to files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from pathlib import Path

from pydicom.dataset import Dataset

from cxrviewer.explain.display import MapState
from cxrviewer.export.dicom.objects import FILE_NAMES, IMAGE_NAME, Kind, dicom_object, dicom_objects
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.save import check_destination, write_errors
from cxrviewer.paths import atomic_path

_WITHOUT_MAP = (Kind.CAPTURE, Kind.REPORT)
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


def kinds_of(scene: Scene) -> tuple[Kind, ...]:
    """Return which objects a scene has: without a heatmap there are neither segmentation nor contours."""
    return tuple(Kind) if scene.display.state is MapState.SHOWN else _WITHOUT_MAP


def write_archive(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write all objects of a scene to a zip archive; raises as `objects.dicom_object`, and `OSError`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, dataset in dicom_objects(scene, kinds_of(scene), options).items():
            content = io.BytesIO()
            dataset.save_as(content, enforce_file_format=True)
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content.getvalue(), zipfile.ZIP_DEFLATED)


def write_folder(
    scene: Scene, folder: Path, kinds: Collection[Kind], options: ExportOptions
) -> tuple[Path, ...]:
    """Write objects of a scene into a folder, each atomically, and return their files.

    All are made before the first is written, so that none is left without the others.

    Raises
    ------
    ExportError
        As `objects.dicom_object`; a file cannot be written, or would be written over the image.
    """
    paths = {name: folder / name for name in (IMAGE_NAME, *FILE_NAMES.values())}
    for path in paths.values():
        check_destination(path, (".dcm",), scene.radiograph.path)
    made = dicom_objects(scene, kinds, options)
    for name, dataset in made.items():
        with write_errors(paths[name]), atomic_path(paths[name]) as temporary:
            write_dataset(dataset, temporary)
    return tuple(paths[name] for name in made)
