"""DICOM objects of a scene as files of a folder, each with its sidecar."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from cxrviewer.errors import ExportError
from cxrviewer.export.dicom.kinds import FILE_NAMES, IMAGE_NAME, Kind, kinds_of
from cxrviewer.export.dicom.library import check_library
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.save import check_destination, write_errors


def check_folder(folder: Path, source: Path) -> None:
    """Make a folder for objects where there is none, and refuse one that cannot take them.

    Raises
    ------
    ExportError
        It cannot be written to, DICOM objects cannot be written at all, or the image itself is in it by the
        name of one of the objects.
    """
    check_library()
    with write_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise ExportError("This is not a folder.", "Choose another name.", folder)
        folder.mkdir(parents=True, exist_ok=True)
    for name in (IMAGE_NAME, *FILE_NAMES.values()):
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
        As `export.export`; what was written before is whole.
    """
    check_folder(folder, scene.radiograph.path)
    copied = not options.identity or scene.radiograph.file_format != "DICOM"
    wanted = [kind for kind in Kind if kind in (kinds or kinds_of(scene))]
    files = {"image": IMAGE_NAME} if copied else {}
    files |= {kind.value: FILE_NAMES[kind] for kind in wanted}
    for writer, name in files.items():
        export((scene,), folder / name, replace(options, writer=f"dicom-{writer}"))
    return tuple(folder / name for name in files.values())
