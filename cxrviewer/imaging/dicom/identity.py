"""Which attributes identify a person or a place.

Those of the basic confidentiality profile (PS3.15 E.1) that name somebody or can be looked up; dates of the
study and descriptions of the examination, which the window shows, are not among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cxrviewer.imaging.header import Header

_PATIENT_GROUP = 0x0010
_HARMLESS_PATIENT = frozenset(
    {
        "PatientSex",
        "PatientAge",
        "PatientSize",
        "PatientWeight",
        "PatientSpeciesDescription",
        "PatientBreedDescription",
        "PregnancyStatus",
        "SmokingStatus",
        "PatientSexNeutered",
        "QualityControlSubject",
    }
)
_STANDARD_ROOT = "1.2.840.10008."
_PRODUCT_UIDS = ("ImplementationClassUID",)
_REPRESENTATIONS = frozenset({"PN", "AE"})
_NUMBERS = frozenset(
    {
        "AccessionNumber",
        "AdmissionID",
        "DeviceSerialNumber",
        "DetectorID",
        "FillerOrderNumberImagingServiceRequest",
        "GantryID",
        "PerformedProcedureStepID",
        "PlacerOrderNumberImagingServiceRequest",
        "PlateID",
        "RequestedProcedureID",
        "ScheduledProcedureStepID",
        "ServiceEpisodeID",
        "StudyID",
    }
)
_WORDS = re.compile(
    "Institution|Station|Physician|Operator|Performer|Author|Address|Telephone|Telecom|Hospital|Issuer"
    "|Location|Comment|History|Person|Department|RequestingService|Reviewer|Requester|ContactInformation"
)
_PART = re.compile(r"[^\W_]{3,}|[^\W\d_\x00-\x7f]{2,}")


def is_identifying(tag: int, keyword: str, vr: str, value: str) -> bool:
    """Tell whether an element may say who the patient is, or who made the image where.

    Parameters
    ----------
    tag : int
        Group and element number.
    keyword : str
        Empty for private elements.
    vr : str
        Value representation.
    value : str
        As text.
    """
    if tag >> 16 == _PATIENT_GROUP:
        return keyword not in _HARMLESS_PATIENT
    if vr == "UI":
        return keyword not in _PRODUCT_UIDS and not value.startswith(_STANDARD_ROOT)
    return vr in _REPRESENTATIONS or keyword in _NUMBERS or bool(_WORDS.search(keyword))


def name_parts(values: Iterable[str]) -> frozenset[str]:
    """Return the words of identifying texts, folded: from three letters or digits on, two beyond ASCII."""
    return frozenset(part.casefold() for value in values for part in _PART.findall(value))


def identity_parts(header: Header) -> frozenset[str]:
    """Return the words and numbers by which other texts of a file may name the patient."""
    return name_parts((header.patient_name, header.patient_id, header.accession_number))


def mentions(value: str, parts: frozenset[str]) -> bool:
    """Tell whether a text has one of the words, also as a part of a longer one."""
    folded = value.casefold()
    return any(part in folded for part in parts)
