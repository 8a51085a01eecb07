"""Where rows and columns of an image point in the patient."""

from __future__ import annotations

from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.patient_orientation import opposite

_LETTERS = set("LRAPHF")
_AXES = "LPH"
_LEAST_PART = 0.1
"""Part of a direction along an axis of the patient from which it is named."""


def read_directions(tags: Tags) -> tuple[str, str] | None:
    """Return Patient Orientation (PS3.3 C.7.6.1.1.1), else what Image Orientation (Patient) comes to.

    None where the file does not say; letters that are not of people (quadrupeds have others) are kept out.
    """
    stated = [text.upper() for text in tags.texts("PatientOrientation")]
    if len(stated) == 2 and any(stated):
        if all(set(text) <= _LETTERS for text in stated):
            return stated[0], stated[1]
        tags.note("PatientOrientation is not in letters of people; no sides are marked.")
        return None
    cosines = tags.numbers("ImageOrientationPatient")
    if len(cosines) != 6:
        return None
    return _named(cosines[:3]), _named(cosines[3:])


def _named(direction: list[float]) -> str:
    """Return the letters of a direction cosine (PS3.3 C.7.6.2.1.1), its largest part first."""
    parts = sorted(zip(_AXES, direction, strict=True), key=lambda part: -abs(part[1]))
    return "".join(
        letter if size > 0 else opposite(letter) for letter, size in parts if abs(size) >= _LEAST_PART
    )
