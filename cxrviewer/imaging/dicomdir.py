"""The index of a disc, DICOMDIR (PS3.3 F): which images it holds, without touching them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.errors import ImageReadError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from cxrviewer.imaging.dicom.tags import Tags
    from cxrviewer.imaging.summary import Summary

NAME = "DICOMDIR"
MAX_BYTES = 128 * 1024**2
MAX_RECORDS = 500_000

_FIRST = "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity"
_LEVELS = ("PATIENT", "STUDY", "SERIES")
_CLASS = b"1.2.840.10008.1.3.10"


@dataclass(frozen=True)
class IndexedImage:
    """An image record: where its file is, and what the records above it say."""

    path: Path
    summary: Summary


def is_directory(head: bytes) -> bool:
    """Tell a DICOMDIR by the first bytes of the file."""
    return head[128:132] == b"DICM" and _CLASS in head[:4096]


def read_directory(path: Path) -> tuple[IndexedImage, ...]:
    """Return the images that a DICOMDIR lists, in its order.

    Parameters
    ----------
    path : Path
        The DICOMDIR file.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no DICOMDIR, or is damaged.
    """
    dataset = _parsed(path)
    resolve = _Files(path.parent)
    found = []
    try:
        records = list(_images(dataset)) or list(_images_in_order(dataset))
        for image, above in records:
            file = resolve(image.texts("ReferencedFileID"))
            if file is not None:
                found.append(IndexedImage(file, _merged(image, above)))
    # A damaged record makes pydicom fail in any way.
    except Exception as error:
        raise _damaged(path) from error
    if not records and dataset.get(_FIRST):
        raise _damaged(path)
    return tuple(found)


def _parsed(path: Path) -> Dataset:
    from pydicom import dcmread

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ImageReadError(
            f"The index of the disc cannot be read ({error.strerror}).", "Check the disc.", path
        ) from error
    if not is_directory(head):
        raise ImageReadError("This is not a DICOMDIR.", "Open the folder that it lies in.", path)
    if size > MAX_BYTES:
        raise ImageReadError("The index of the disc is too large.", "Open its folders one by one.", path)
    try:
        dataset = dcmread(path)
        records = dataset.DirectoryRecordSequence
    except Exception as error:
        raise _damaged(path) from error
    if len(records) > MAX_RECORDS:
        raise ImageReadError("The index of the disc is too large.", "Open its folders one by one.", path)
    return dataset


def _damaged(path: Path) -> ImageReadError:
    return ImageReadError("The index of the disc (DICOMDIR) is damaged.", "Open its folders instead.", path)


def _images(dataset: Dataset) -> Iterator[tuple[Tags, dict[str, Tags]]]:
    """Walk the records by their offsets (PS3.3 F.3.2.2) and yield each image with the records above it."""
    from cxrviewer.imaging.dicom.tags import Tags

    by_offset = {int(record.seq_item_tell): record for record in dataset.DirectoryRecordSequence}
    first = Tags(dataset).integer(_FIRST) or 0
    waiting: list[tuple[int, dict[str, Tags]]] = [(first, {})]
    while waiting:
        offset, above = waiting.pop()
        # Taken out, so that records that lead back to themselves end.
        record = by_offset.pop(offset, None)
        if record is None:
            continue
        tags = Tags(record)
        kind = tags.text("DirectoryRecordType")
        waiting.append((tags.integer("OffsetOfTheNextDirectoryRecord") or 0, above))
        if kind == "IMAGE":
            yield tags, above
        else:
            lower = tags.integer("OffsetOfReferencedLowerLevelDirectoryEntity") or 0
            waiting.append((lower, {**above, kind: tags}))


def _images_in_order(dataset: Dataset) -> Iterator[tuple[Tags, dict[str, Tags]]]:
    """Yield as `_images` where the offsets lead nowhere: records stand below those before them as a rule."""
    from cxrviewer.imaging.dicom.tags import Tags

    above: dict[str, Tags] = {}
    for record in dataset.DirectoryRecordSequence:
        tags = Tags(record)
        kind = tags.text("DirectoryRecordType")
        if kind == "IMAGE":
            yield tags, dict(above)
        elif kind in _LEVELS:
            lower = _LEVELS[_LEVELS.index(kind) :]
            above = {level: found for level, found in above.items() if level not in lower} | {kind: tags}


def _merged(image: Tags, above: dict[str, Tags]) -> Summary:
    """Return the summary of an image, from its record and those above it."""
    from pydicom.dataset import Dataset

    from cxrviewer.imaging.summary import summary_of

    merged = Dataset()
    for each in (*(above[kind] for kind in _LEVELS if kind in above), image):
        merged.update(each.dataset)
    return summary_of(merged)


class _Files:
    """Finds the files that records name, below one folder, also where the disc was copied in small letters.

    Only the names in the folders are looked at. None is returned for a name that leads elsewhere.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[Path, dict[str, str]] = {}

    def __call__(self, parts: list[str]) -> Path | None:
        path = self._root
        for part in parts:
            if part in ("", ".", "..") or "/" in part or "\\" in part or ":" in part:
                return None
            path = path / self._names_in(path).get(part.casefold(), part)
        return path if parts else None

    def _names_in(self, folder: Path) -> dict[str, str]:
        if folder not in self._names:
            try:
                names = [entry.name for entry in folder.iterdir()]
            except OSError:
                names = []
            known: dict[str, str] = {}
            for name in names:
                # As ISO 9660 and some programs write them: "IM0001.DCM", "IM0001.;1".
                for called in (name, name.partition(";")[0], name.partition(".")[0]):
                    known.setdefault(called.casefold(), name)
            # A name itself goes before what it is short for.
            known.update({name.casefold(): name for name in names})
            self._names[folder] = known
        return self._names[folder]
