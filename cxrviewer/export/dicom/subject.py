"""Which image the DICOM objects of an export belong to: the file that was opened, or a copy of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID, SecondaryCaptureImageStorage

from cxrviewer.errors import ExportError, ImageReadError
from cxrviewer.export.dicom.equipment import UTF_8, limited
from cxrviewer.export.dicom.identifiers import export_uids
from cxrviewer.export.dicom.image_copy import image_copy
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.digest import Digest
from cxrviewer.imaging.radiograph import Radiograph

_NEEDED = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_MAY_BE_EMPTY = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
_REFERENCES = frozenset({"ReferencedImageSequence", "SourceImageSequence"})
_NOT_FOR_DIAGNOSIS = "not for diagnosis"
"""The end of `annotated.DISCLAIMER`, where there is no room for the whole."""
_GIVE_UP_IDENTITY = "Export without the patient's identity, or export the image again from its source."


@dataclass(frozen=True, eq=False)
class Subject:
    """What objects refer to.

    Parameters
    ----------
    image : Dataset
        The image's header, with patient and study; one frame of it.
    frame : int, optional
        Which of its frames is meant, counted from 1; None where it has only one.
    copied : bool
        Whether it is a copy without identity, which is to be exported with what refers to it.
    new_uid : callable
        From `identifiers.export_uids`.
    clean_pixels : bool
        Whether the file says that nothing in its pixels tells who the patient is.
    sop_class : UID, optional
        What the image is, where `image` is made to look like another kind of object.
    """

    image: Dataset
    frame: int | None
    copied: bool
    new_uid: Callable[[str], UID]
    clean_pixels: bool = False
    sop_class: UID | None = None

    def new_series(self, number: int, description: str, disclaimer: bool = True) -> dict[str, Any]:
        """Return the arguments of highdicom's objects for a series of its own with one instance.

        Parameters
        ----------
        number : int
            Of the series; far from those of the examination, which begin with 1.
        description : str
            For people; cut to what fits in 64 characters (PS3.5 6.2, LO).
        disclaimer : bool
            Whether it says what the result is not for.
        """
        after = f" - {_NOT_FOR_DIAGNOSIS}" if disclaimer else ""
        return {
            "series_instance_uid": self.new_uid(f"series {number}"),
            "series_number": number,
            "sop_instance_uid": self.new_uid(f"instance {number}"),
            "instance_number": 1,
            "series_description": limited(description, 64 - len(after)) + after,
        }

    def settle_references(self, dataset: Dataset) -> None:
        """Say in each reference to the image what it is, and which of its frames is meant."""

        def each(item: Dataset, element: DataElement) -> None:
            if element.keyword == "ReferencedSOPClassUID" and self._is_meant(item) and self.sop_class:
                element.value = self.sop_class
            if element.keyword in _REFERENCES and self.frame is not None:
                for reference in filter(self._is_meant, element.value):
                    reference.ReferencedFrameNumber = self.frame

        dataset.walk(each)

    def _is_meant(self, item: Dataset) -> bool:
        return bool(item.get("ReferencedSOPInstanceUID") == self.image.SOPInstanceUID)

    @property
    def frames(self) -> list[int] | None:
        """The frame as highdicom wants it."""
        return None if self.frame is None else [self.frame]


def is_copied(scene: Scene, options: ExportOptions) -> bool:
    """Return whether objects of a scene refer to a copy of the image, and not to the file itself."""
    return not options.identity or scene.radiograph.file_format != "DICOM"


def subject_of(scene: Scene, options: ExportOptions) -> Subject:
    """Return what objects of a scene refer to.

    With identity that is the file that was opened, so that an archive files them in its study. Without it,
    and for files that are not DICOM, it is `image_copy`, with patient, study and identifiers of its own: an
    identifier of the source could be looked up, and names the patient as surely as a number does.

    Parameters
    ----------
    scene : Scene
        What is exported.
    options : ExportOptions
        Whether patient and study of the file are kept.

    Raises
    ------
    ExportError
        The file is no longer what was opened, or does not say which study it belongs to.
    """
    radiograph, new_uid = scene.radiograph, export_uids(scene, options)
    if is_copied(scene, options):
        return Subject(image_copy(radiograph), None, True, new_uid, _says_clean(radiograph))
    frame = radiograph.frame + 1 if radiograph.frames > 1 else None
    header = _source(radiograph)
    sop_class = header.SOPClassUID
    _make_single(header)
    return Subject(header, frame, False, new_uid, sop_class=sop_class)


def malformed(image: Dataset) -> str:
    """Return which attributes of patient and study are not as they must be, in brackets; "" for none."""
    from pydicom.config import RAISE
    from pydicom.valuerep import validate_value

    found = []
    for element in (image[keyword] for keyword in (*_NEEDED, *_MAY_BE_EMPTY) if keyword in image):
        try:
            validate_value(element.VR, str(element.value), RAISE)
        except ValueError:
            found.append(element.keyword)
    return f" ({', '.join(found)})" if found else ""


def _says_clean(radiograph: Radiograph) -> bool:
    """Return whether the file says that its pixels do not tell who the patient is."""
    if radiograph.file_format != "DICOM":
        return False
    try:
        return bool(_header(radiograph).get("BurnedInAnnotation") == "NO")
    except ExportError:
        return False


def _source(radiograph: Radiograph) -> Dataset:
    """Return the header of the file, completed by what must be there, if only empty."""
    header = _header(radiograph)
    # Names in any letters, in the encoding of the objects; highdicom does not know all that there are.
    header.decode()
    header.SpecificCharacterSet = UTF_8
    missing = [keyword for keyword in _NEEDED if not header.get(keyword)]
    if missing:
        raise ExportError(f"The file does not say its {missing[0]}.", _GIVE_UP_IDENTITY, radiograph.path)
    for keyword in _MAY_BE_EMPTY:
        if keyword not in header:
            setattr(header, keyword, None)
    for keyword in ("Modality", "PatientOrientation"):
        if keyword not in header:
            setattr(header, keyword, "OT" if keyword == "Modality" else None)
    if radiograph.spacing is None and "PixelSpacing" in header:
        # Of 0 mm, say: `radiograph` has a note of it.
        del header.PixelSpacing
    return header


def _make_single(header: Dataset) -> None:
    """Make a header one of an image that cannot have several frames.

    For highdicom those that can have functional groups, which older kinds of objects do not have. References
    to the image are set right after (`Subject.settle_references`).
    """
    if "NumberOfFrames" in header:
        del header.NumberOfFrames
        header.SOPClassUID = SecondaryCaptureImageStorage


def _header(radiograph: Radiograph) -> Dataset:
    """Return the header of the file that an image was read from."""
    from pydicom import dcmread

    from cxrviewer.imaging.open import opened

    path = radiograph.path
    try:
        with opened(path) as (_, file):
            same = Digest(file.read()).text() == radiograph.digest
            file.seek(0)
            header = dcmread(file, stop_before_pixels=True, force=True)
    except ImageReadError as error:
        raise ExportError(error.message, error.hint, path) from error
    if not same:
        raise ExportError("The file has changed since it was opened.", "Open it again, then export.", path)
    return header


def patient_arguments(image: Dataset) -> dict[str, Any]:
    """Return the arguments of highdicom's Secondary Capture for patient and study of an image."""
    return {
        "study_instance_uid": image.StudyInstanceUID,
        "patient_id": image.PatientID,
        "patient_name": image.PatientName,
        "patient_birth_date": image.PatientBirthDate,
        "patient_sex": image.PatientSex or None,
        "accession_number": image.AccessionNumber,
        "study_id": image.StudyID,
        "study_date": image.StudyDate,
        "study_time": image.StudyTime,
        "referring_physician_name": image.get("ReferringPhysicianName"),
        "specific_character_set": image.get("SpecificCharacterSet"),
    }
