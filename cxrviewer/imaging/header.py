"""What a viewer writes in the corners of an image, as text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Header:
    """The attributes of a DICOM image that people read; empty where a file does not have them.

    Dates are written 2004-01-19 and times 14:05. The first group identifies the patient, the people and the
    place; it is left out of the representation, so that no log or report carries it by accident.

    Parameters
    ----------
    patient_name : str
        As "Family, Given".
    frame_time : float, optional
        Seconds from one frame to the next of a recording.
    exposure : str
        In mAs.
    bits : str
        "12 of 16 bits", with "signed" where values may be negative.
    """

    patient_name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    accession_number: str = field(default="", repr=False)
    study_id: str = field(default="", repr=False)
    institution: str = field(default="", repr=False)
    referring_physician: str = field(default="", repr=False)
    operator: str = field(default="", repr=False)
    station: str = field(default="", repr=False)

    sex: str = ""
    age: str = ""
    study_date: str = ""
    study_time: str = ""
    acquisition_date: str = ""
    acquisition_time: str = ""
    modality: str = ""
    study_description: str = ""
    series_description: str = ""
    series_number: str = ""
    instance_number: str = ""
    body_part: str = ""
    view_position: str = ""
    laterality: str = ""
    kvp: str = ""
    exposure: str = ""
    exposure_index: str = ""
    deviation_index: str = ""
    manufacturer: str = ""
    model: str = ""
    sop_class: str = ""
    transfer_syntax: str = ""
    photometric: str = ""
    bits: str = ""
    compression: str = ""
    frame_time: float | None = None
