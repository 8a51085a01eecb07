"""The texts of a DICOM header that a viewer shows."""

from __future__ import annotations

from pydicom.uid import UID

from cxrviewer.imaging.dicom.compression import compression_words
from cxrviewer.imaging.dicom.pixel_format import PixelFormat
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.header import Header

_TEXTS = {
    "patient_id": "PatientID",
    "accession_number": "AccessionNumber",
    "study_id": "StudyID",
    "institution": "InstitutionName",
    "station": "StationName",
    "sex": "PatientSex",
    "age": "PatientAge",
    "modality": "Modality",
    "study_description": "StudyDescription",
    "series_description": "SeriesDescription",
    "series_number": "SeriesNumber",
    "instance_number": "InstanceNumber",
    "body_part": "BodyPartExamined",
    "view_position": "ViewPosition",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
}
_NUMBERS = {
    "kvp": "KVP",
    "exposure": "Exposure",
    "exposure_index": "ExposureIndex",
    "deviation_index": "DeviationIndex",
}


def read_header(tags: Tags, layout: PixelFormat, syntax: UID) -> Header:
    """Return the header of an image.

    Parameters
    ----------
    tags : Tags
        Of the image, or of one frame.
    layout : PixelFormat
        How its pixels are stored.
    syntax : UID
        Its transfer syntax.
    """
    signed = ", signed" if layout.signed else ""
    return Header(
        patient_name=_person(tags.text("PatientName")),
        birth_date=_date(tags.text("PatientBirthDate")),
        referring_physician=_person(tags.text("ReferringPhysicianName")),
        operator=_person(tags.text("OperatorsName")),
        study_date=_date(tags.text("StudyDate")),
        study_time=_time(tags.text("StudyTime")),
        acquisition_date=_date(tags.text("AcquisitionDate")),
        acquisition_time=_time(tags.text("AcquisitionTime")),
        laterality=_first_text(tags, "ImageLaterality", "FrameLaterality", "Laterality"),
        sop_class=UID(tags.text("SOPClassUID")).name,
        transfer_syntax=syntax.name,
        photometric=layout.photometric,
        bits=f"{layout.bits_stored} of {layout.bits_allocated} bits{signed}",
        compression=compression_words(tags, syntax),
        frame_time=_frame_time(tags),
        **{name: tags.text(keyword) for name, keyword in _TEXTS.items()},
        **{name: _number(tags, keyword) for name, keyword in _NUMBERS.items()},
    )


def _first_text(tags: Tags, *keywords: str) -> str:
    return next((text for keyword in keywords if (text := tags.text(keyword))), "")


def _number(tags: Tags, keyword: str) -> str:
    value = tags.number(keyword)
    return "" if value is None else f"{value:.6g}"


def _person(name: str) -> str:
    """Return a person name (PS3.5 6.2.1), "Family^Given^Middle^Prefix", as "Family, Given Middle"."""
    family, *given = name.partition("=")[0].split("^")
    return ", ".join(part for part in (family.strip(), " ".join(given[:2]).strip()) if part)


def _date(text: str) -> str:
    digits = text.replace(".", "")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else text


def _time(text: str) -> str:
    digits = text.replace(":", "")
    return f"{digits[:2]}:{digits[2:4]}" if len(digits) >= 4 and digits[:4].isdigit() else text


def _frame_time(tags: Tags) -> float | None:
    """Return Frame Time (PS3.3 C.7.6.5), which is in milliseconds, else what the rate for display gives."""
    milliseconds = tags.number("FrameTime")
    if milliseconds and milliseconds > 0:
        return milliseconds / 1000
    rate = tags.number("RecommendedDisplayFrameRate") or tags.number("CineRate")
    return 1 / rate if rate and rate > 0 else None
