"""The size of a pixel, and what it is the size of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PIXELS = "px"
"""The unit of lengths in an image that does not say the size of its pixels."""


class LengthUnit(StrEnum):
    """Millimetres, and where: a projection magnifies what lies before the detector (PS3.3 10.7.1.3)."""

    PATIENT = "mm"
    CALIBRATED = "mm (calibrated)"
    ESTIMATED = "mm (estimated)"
    PERHAPS_DETECTOR = "mm (at detector?)"
    DETECTOR = "mm at the detector"
    SCANNER = "mm at the scanner"


_MEANINGS = {
    LengthUnit.PATIENT: "in the patient",
    LengthUnit.CALIBRATED: "calibrated by an object of known size in the image",
    LengthUnit.ESTIMATED: "corrected by an assumed or measured magnification",
    LengthUnit.PERHAPS_DETECTOR: "the file does not say whether at the detector or in the patient",
    LengthUnit.DETECTOR: "larger than in the patient",
    LengthUnit.SCANNER: "on the film that was scanned, larger than in the patient",
}


@dataclass(frozen=True)
class Spacing:
    """The distance between the centres of neighbouring pixels.

    Parameters
    ----------
    row : float
        Between rows, millimetres.
    column : float
        Between columns, millimetres.
    unit : str
        Millimetres with their qualifier: to be printed with every length.
    """

    row: float
    column: float
    unit: str = LengthUnit.PATIENT

    @property
    def meaning(self) -> str:
        """What the qualifier of the unit stands for, in words."""
        return _MEANINGS[LengthUnit(self.unit)] if self.unit in set(LengthUnit) else self.unit
