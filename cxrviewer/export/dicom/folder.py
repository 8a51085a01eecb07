"""DICOM objects of a scene as files of a folder, each with its sidecar: all of them, or none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from cxrviewer.errors import ExportError
from cxrviewer.export.dicom.kinds import FILE_NAMES, IMAGE_NAME, Kind, kinds_of
from cxrviewer.export.dicom.library import check_library
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.provenance import check_sidecar, places, provenance, write_sidecar
from cxrviewer.export.save import check_destination, write_errors
from cxrviewer.export.together import check_folder, written_together

_WRITERS = {
    IMAGE_NAME: "dicom-image",
    **{name: f"dicom-{kind.value}" for kind, name in FILE_NAMES.items()},
}


def check_objects(folder: Path, source: Path) -> None:
    """Refuse a folder that cannot take objects.

    Raises
    ------
    ExportError
        It cannot be written to or made, DICOM objects cannot be written at all, or the image itself is in it
        by the name of one of the objects.
    """
    check_library()
    check_folder(folder)
    if folder.exists():
        for name in _WRITERS:
            check_destination(folder / name, (".dcm",), source)


def export_folder(
    scene: Scene, folder: Path, options: ExportOptions, kinds: Collection[Kind] = ()
) -> tuple[Path, ...]:
    """Write objects of a scene, and the image where they refer to a copy of it; return their files.

    Parameters
    ----------
    scene : Scene
        What is exported.
    folder : Path
        Is made where it does not exist.
    options : ExportOptions
        Whether patient and study of the file are kept, and what is written on a picture.
    kinds : collection of Kind
        Which objects; all that there are where it is empty.

    Raises
    ------
    ExportError
        As `objects.dicom_object`, and `check_objects`; the disk is full. The folder is then as it was.
    """
    check_objects(folder, scene.radiograph.path)
    from cxrviewer.export.dicom.objects import dicom_objects
    from cxrviewer.export.dicom.write import write_dataset

    if options.sidecar:
        for name in _WRITERS:
            check_sidecar(folder / name)
    objects = dicom_objects(scene, kinds or kinds_of(scene), options)
    try:
        with write_errors(folder), written_together(folder) as temporary:
            for name, dataset in objects.items():
                file = temporary / name
                with places(file, sidecar=options.sidecar) as (part, note):
                    write_dataset(dataset, part)
                    if note is not None:
                        made = provenance(scene, replace(options, writer=_WRITERS[name]))
                        write_sidecar(made, file, part, note)
    except ExportError as error:
        raise ExportError(error.message, error.hint, folder) from error
    return tuple(folder / name for name in objects)
