"""Images that are arrays already: in notebooks and trainings, where no file is read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.limits import check_size
from cxrviewer.imaging.luminance import COLOR_NOTE, luminance
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph

_NAME = Path("array")
"""Stands for the file in messages."""
_HINT = "Give whole numbers of 8 or 16 bits, or fractions from 0 (black) to 1 (white)."
_WHITE = 65535


def radiograph_of(array: ArrayLike) -> Radiograph:
    """Return an array as a radiograph.

    Parameters
    ----------
    array : (H, W), (H, W, 1) or (H, W, 3) array
        Whole numbers that fit in 16 bits are stored values, with low ones black: 8 bits are shown over their
        full range, more by an automatic window. Fractions are 0 (black) to 1 (white). Red, green and blue
        become luminance.

    Raises
    ------
    ImageReadError
        It is no such array.
    """
    values = np.asarray(array)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] != 3):
        message = f"An array of the shape {values.shape} is no image."
        raise ImageReadError(message, "Give (rows, columns), or (rows, columns, 3) for colour.", _NAME)
    check_size(_NAME, values.shape[0], values.shape[1], 2)
    fractions = values.dtype.kind == "f"
    stored: NDArray[np.integer] = _of_fractions(values) if fractions else _of_integers(values)
    notes: tuple[str, ...] = ()
    if stored.ndim == 3:
        stored, colored = luminance(_unsigned(stored))
        notes = (COLOR_NOTE,) if colored else ()
    pixels = np.array(stored, order="C")
    pixels.flags.writeable = False
    bits = 8 * pixels.itemsize
    return Radiograph(
        pixels=pixels,
        grayscale=GrayscaleInfo(
            bits_stored=bits, signed=pixels.dtype.kind == "i", full_range_default=bits == 8 or fractions
        ),
        path=_NAME,
        file_format="array",
        digest=hashlib.sha256(f"{pixels.dtype}{pixels.shape}".encode() + pixels.tobytes()).hexdigest(),
        notes=notes,
    )


def _unsigned(values: NDArray[np.integer]) -> NDArray[np.unsignedinteger]:
    if values.min() < 0:
        raise ImageReadError("The colours have values below 0.", _HINT, _NAME)
    return np.asarray(values, np.uint8 if values.dtype.itemsize == 1 else np.uint16)


def _of_fractions(values: NDArray[np.floating]) -> NDArray[np.uint16]:
    # Written so that NaN, which is neither, is refused.
    if not (values.min() >= 0 and values.max() <= 1):
        raise ImageReadError("The array has values that are not from 0 to 1.", _HINT, _NAME)
    return np.asarray(np.round(values * _WHITE), np.uint16)


def _of_integers(values: NDArray[np.generic]) -> NDArray[np.integer]:
    if values.dtype.kind not in "iu":
        raise ImageReadError(f"An array of {values.dtype} is no image.", _HINT, _NAME)
    if values.dtype.itemsize <= 2:
        return np.asarray(values)
    low, high = int(values.min()), int(values.max())
    fitting = next(
        (kind for kind in (np.uint16, np.int16) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max),
        None,
    )
    if fitting is None:
        raise ImageReadError(f"The array has values from {low} to {high}.", _HINT, _NAME)
    return np.asarray(values, fitting)
