"""The grayscale pipeline computed pixel by pixel from what a case says: slow, plain, apart from the program.

It stands in where DCMTK 3.6.7 cannot: it rounds modality values to integers (a slope of 0.5), and has no
percentile window that leaves out padding.
"""

from __future__ import annotations

import dicom_files
import numpy as np
from dicom_files import INTERCEPT, Case
from numpy.typing import NDArray

_PERCENTILES = (0.005, 0.995)
_BORDER = dicom_files.SIDE // 20


def visible(case: Case) -> NDArray[np.bool_]:
    """Return which pixels are image, neither padding nor under the shutter (its edges left out of it)."""
    pixels = case.pixels()
    image = np.ones(pixels.shape, np.bool_)
    if case.padding is not None:
        image &= (pixels < case.padding[0]) | (pixels > case.padding[1])
    if case.surround == "shutter":
        upper, lower, left, right = dicom_files.SHUTTER
        rows, columns = (np.arange(1, side + 1) for side in pixels.shape)
        image &= np.outer((rows > upper) & (rows < lower), (columns > left) & (columns < right))
    return image


def start_window(case: Case, covered: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the smallest and largest modality value shown where the file has no VOI.

    Parameters
    ----------
    case : Case
        The file.
    covered : (H, W) bool array
        Pixels that are no image.
    """
    if case.bits == 8:
        return case.modality_range
    inner = np.zeros(covered.shape, np.bool_)
    inner[_BORDER:-_BORDER, _BORDER:-_BORDER] = True
    values = np.sort(case.pixels()[inner & ~covered].astype(np.float64))
    ends = [values[int(np.ceil(share * len(values))) - 1] * case.slope + INTERCEPT for share in _PERCENTILES]
    return min(ends), max(ends)


def modality(case: Case) -> NDArray[np.float64]:
    """Return the modality values, (H, W) (PS3.3 C.11.1.1.2)."""
    return case.pixels().astype(np.float64) * case.slope + INTERCEPT


def through_window(case: Case, center: float, width: float) -> NDArray[np.float64]:
    """Return presentation values of a window of the file, 0 to 255 (PS3.3 C.11.2.1.2.1, C.11.2.1.3.1)."""
    x = modality(case)
    if case.voi == "sigmoid":
        shades = 255 / (1 + np.exp(-4 * (x - center) / width))
    else:
        low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        shades = np.where(
            x <= low, 0, np.where(x > high, 255, ((x - (center - 0.5)) / (width - 1) + 0.5) * 255)
        )
    return _polar(case, shades)


def between(case: Case, low: float, high: float) -> NDArray[np.float64]:
    """Return presentation values where `low` is black and `high` white, before polarity."""
    return _polar(case, np.clip((modality(case) - low) / (high - low), 0, 1) * 255)


def through_table(case: Case) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the presentation values of the entries below and above each modality value (C.11.2.1.1)."""
    item = case.dataset().VOILUTSequence[0]
    entries, first, bits = item.LUTDescriptor
    values = np.frombuffer(item.LUTData, np.uint8 if bits == 8 else "<u2").astype(np.float64)
    x = modality(case) - first
    ends = (np.clip(edge(x), 0, entries - 1).astype(int) for edge in (np.floor, np.ceil))
    low, high = (_polar(case, values[end] * 255 / ((1 << bits) - 1)) for end in ends)
    return np.minimum(low, high), np.maximum(low, high)


def _polar(case: Case, shades: NDArray[np.float64]) -> NDArray[np.float64]:
    return 255 - shades if case.photometric == "MONOCHROME1" else shades
