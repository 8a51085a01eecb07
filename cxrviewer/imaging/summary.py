"""What a folder view needs to know of an image: whose it is and of which study; from its header alone."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging import archive

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

HEADER_BYTES = 256 * 1024
"""How much of a file is read for its summary: patient, study and series stand at its beginning."""

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_KEYWORDS = (
    "SpecificCharacterSet",
    "SOPClassUID",
    "Modality",
    "StudyDate",
    "StudyDescription",
    "SeriesDescription",
    "PatientName",
    "PatientID",
    "BodyPartExamined",
    "ViewPosition",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "InstanceNumber",
    "ImageLaterality",
    "Laterality",
    "Rows",
    "NumberOfFrames",
)


@dataclass(frozen=True)
class Summary:
    """The place of a DICOM image in patient, study and series; empty or 0 where the file does not say.

    Parameters
    ----------
    patient_id, patient_name : str
        Identity; in no representation of the object.
    study, series : str
        Instance UIDs.
    study_date : str
        As in the file, YYYYMMDD.
    study_description, series_description, modality, body_part, view, laterality : str
        In words of the file.
    series_number, instance_number : int
        Places among their like.
    frames : int
        Frames of the image.
    """

    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)
    study: str = ""
    study_date: str = ""
    study_description: str = field(default="", repr=False)
    series: str = ""
    series_number: int = 0
    series_description: str = field(default="", repr=False)
    instance_number: int = 0
    modality: str = ""
    body_part: str = ""
    view: str = ""
    laterality: str = ""
    frames: int = 1


def read_summaries(paths: tuple[Path, ...]) -> tuple[Summary | None, ...]:
    """Return the summaries of files, None for those that are not DICOM or cannot be read."""
    return tuple(_summary(head) for head in _heads(paths))


def _heads(paths: tuple[Path, ...]) -> Iterator[bytes]:
    """Return the first bytes of files, nothing of one that cannot be read; an archive is opened once."""
    for where, group in groupby(((archive.split(path), path) for path in paths), key=_archive_of):
        if where is None:
            yield from (_head(path) for _, path in group)
            continue
        names = [inside[1] for inside, _ in group if inside is not None]
        try:
            yield from archive.read_heads(where, names, HEADER_BYTES)
        except ImageReadError:
            yield from (b"" for _ in names)


def _archive_of(place: tuple[tuple[Path, str] | None, Path]) -> Path | None:
    return place[0][0] if place[0] is not None else None


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEADER_BYTES)
    except OSError:
        return b""


def _summary(head: bytes) -> Summary | None:
    # A header may be damaged in any way; the reader says so when the image is opened.
    try:
        return summarize(head)
    except Exception:
        return None


def summarize(head: bytes) -> Summary | None:
    """Return the summary of a DICOM file from its first bytes, None for other files.

    Raises
    ------
    Exception
        What pydicom raises for a damaged header.
    """
    from pydicom import dcmread
    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset

    from cxrviewer.imaging.readers import dicom

    if not dicom.SPEC.sniff(head[:4096]):
        return None
    inflated = _inflated(head)
    if inflated is not None:
        tags = [tag_for_keyword(keyword) for keyword in _KEYWORDS]
        dataset = read_dataset(io.BytesIO(inflated), False, True, specific_tags=[tag for tag in tags if tag])
    else:
        dataset = dcmread(
            io.BytesIO(head), stop_before_pixels=True, force=True, specific_tags=list(_KEYWORDS)
        )
    return summary_of(dataset) if "SOPClassUID" in dataset else None


def _inflated(head: bytes) -> bytes | None:
    """Return the start of a deflated data set (PS3.5 A.5), which pydicom only inflates whole; else None."""
    # The group length (0002,0000) UL opens the meta information and tells where the data set begins.
    if head[132:136] != b"\x02\x00\x00\x00" or _DEFLATED not in head[:4096]:
        return None
    start = 144 + int.from_bytes(head[140:144], "little")
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(head[start:], HEADER_BYTES)


def summary_of(dataset: Dataset) -> Summary:
    """Return the summary that a data set holds, as far as it does."""
    from cxrviewer.imaging.dicom.tags import Tags

    tags = Tags(dataset)
    return Summary(
        patient_id=tags.text("PatientID"),
        patient_name=_spoken(tags.text("PatientName")),
        study=tags.text("StudyInstanceUID"),
        study_date=tags.text("StudyDate"),
        study_description=tags.text("StudyDescription"),
        series=tags.text("SeriesInstanceUID"),
        series_number=tags.integer("SeriesNumber") or 0,
        series_description=tags.text("SeriesDescription"),
        instance_number=tags.integer("InstanceNumber") or 0,
        modality=tags.text("Modality"),
        body_part=tags.text("BodyPartExamined"),
        view=tags.text("ViewPosition"),
        laterality=tags.text("ImageLaterality") or tags.text("Laterality"),
        frames=tags.integer("NumberOfFrames") or 1,
    )


def _spoken(name: str) -> str:
    """Return a person's name (PS3.5 6.2.1.2) as it is written in lists: "Family, Given Middle"."""
    alphabetic = next((group for group in name.split("=") if group.strip("^ ")), "")
    family, *given = (part.strip() for part in alphabetic.split("^"))
    rest = " ".join(part for part in given[:2] if part)
    return f"{family}, {rest}" if family and rest else family or rest
