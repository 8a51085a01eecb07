"""The size of a pixel as a DICOM file states it (PS3.3 10.7.1)."""

from __future__ import annotations

import math

from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.spacing import LengthUnit, Spacing

_SQUARE = 0.005
"""Deviation from square pixels that nobody sees, but that would cost a resampling at 1:1."""
_STATEMENTS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_CALIBRATIONS = {"GEOMETRY": LengthUnit.ESTIMATED, "FIDUCIAL": LengthUnit.CALIBRATED}
_LARGEST_MAGNIFICATION = 10.0


def read_spacing(tags: Tags) -> Spacing | None:
    """Return the size of a pixel with what it is the size of; None where the file does not say.

    A calibrated Pixel Spacing comes before one at the detector, which is brought into the patient where the
    file has a magnification (PS3.3 C.8.11.4, C.8.19.6.3).
    """
    pixel, imager, scanned = (_pair(tags, keyword) for keyword in _STATEMENTS)
    if pixel is not None:
        return Spacing(*pixel, _pixel_spacing_unit(tags, pixel, imager))
    if imager is not None:
        magnification = _magnification(tags)
        if magnification is None:
            return Spacing(*imager, LengthUnit.DETECTOR)
        return Spacing(imager[0] / magnification, imager[1] / magnification, LengthUnit.ESTIMATED)
    return Spacing(*scanned, LengthUnit.SCANNER) if scanned is not None else None


def read_aspect(tags: Tags, spacing: Spacing | None) -> float:
    """Return the height of a pixel over its width, exactly 1 where nobody sees the difference."""
    ratio = _pair(tags, "PixelAspectRatio")
    pair = (spacing.row, spacing.column) if spacing is not None else ratio
    if pair is None:
        return 1.0
    aspect = pair[0] / pair[1]
    return 1.0 if abs(aspect - 1) < _SQUARE else aspect


def _pair(tags: Tags, keyword: str) -> tuple[float, float] | None:
    """Return a vertical and a horizontal distance; None, noted, where that is no pixel."""
    values = tags.numbers(keyword)
    if len(values) == 0 or (len(values) == 2 and values == [0, 0]):
        return None
    if len(values) != 2 or not all(value > 0 for value in values) or not 0.1 <= values[0] / values[1] <= 10:
        tags.malformed(keyword)
        return None
    return values[0], values[1]


def _pixel_spacing_unit(
    tags: Tags, pixel: tuple[float, float], imager: tuple[float, float] | None
) -> LengthUnit:
    calibration = tags.text("PixelSpacingCalibrationType").upper()
    if calibration in _CALIBRATIONS:
        return _CALIBRATIONS[calibration]
    if imager is not None and not all(map(_is_close, pixel, imager)):
        # Other than at the detector, so corrected, though the file does not say how.
        return LengthUnit.ESTIMATED
    in_space = len(tags.numbers("ImageOrientationPatient")) == 6
    return LengthUnit.PATIENT if in_space and imager is None else LengthUnit.PERHAPS_DETECTOR


def _magnification(tags: Tags) -> float | None:
    """Return how much larger the patient is at the detector, as stated or by the distances of the source."""
    stated = tags.number("EstimatedRadiographicMagnificationFactor")
    if stated is None:
        to_detector = tags.number("DistanceSourceToDetector")
        to_patient = tags.number("DistanceSourceToPatient")
        if not to_detector or not to_patient:
            return None
        stated = to_detector / to_patient
    return stated if 1 <= stated <= _LARGEST_MAGNIFICATION else None


def _is_close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-3)
