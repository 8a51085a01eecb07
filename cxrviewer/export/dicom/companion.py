"""The image that goes along with one DICOM object that would be nothing without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxrviewer.export.dicom.library import check_library
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.save import check_destination
from cxrviewer.paths import atomic_path


@contextmanager
def image_beside(scene: Scene, path: Path, options: ExportOptions) -> Iterator[tuple[Path, ...]]:
    """Write the copy of the image beside an object that refers to it, when the block succeeds.

    Objects of one image that are exported to one folder share it: it is named by its identifier, which comes
    from the image. With identity, the image is the file itself, and nothing is written.

    Yields
    ------
    tuple of Path
        The file, if any.

    Raises
    ------
    ExportError
        DICOM objects cannot be written at all, or the image that was opened has that name.
    OSError
        It cannot be written.
    """
    check_library()
    from cxrviewer.export.dicom.subject import is_copied

    if not is_copied(scene, options):
        yield ()
        return
    from cxrviewer.export.dicom.image_copy import image_copy
    from cxrviewer.export.dicom.write import write_dataset

    image = image_copy(scene.radiograph)
    number = int(image.SOPInstanceUID.rpartition(".")[2]) % 10**12
    beside = path.with_name(f"image-{number:012d}.dcm")
    check_destination(beside, (".dcm",), scene.radiograph.path)
    with atomic_path(beside) as temporary:
        write_dataset(image, temporary)
        yield (beside,)
