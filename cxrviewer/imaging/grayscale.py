"""The grayscale pipeline of PS3.3 C.7.6.3 and PS3.4 N.2, composed into one table a radiograph.

stored value -> Modality LUT or rescale -> one VOI (window or lookup table) -> presentation (the file's
polarity, once) -> the user's inversion. Images are looked up through an unsigned index of their stored
values: ``cv2.LUT(index_image(radiograph), presentation_table(radiograph, voi))`` is what is displayed.

Padding is black whatever the polarity: it surrounds the image, where a white frame would dazzle the reader.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.radiograph import LookupTable, Radiograph, Rescale, VoiFunction, Window

Voi = Window | LookupTable
"""The one transformation of modality values that is applied."""

_PERCENTILES = (0.005, 0.995)
_BORDER = 0.05
"""Share of each side that the automatic window leaves out: collimator edges and burned-in text."""
_ALL = slice(None)
_automatic: WeakKeyDictionary[Radiograph, Window] = WeakKeyDictionary()


def index_offset(radiograph: Radiograph) -> int:
    """Return what turns an index into a stored value: ``stored = index + offset``."""
    return int(np.iinfo(radiograph.pixels.dtype).min)


def index_image(radiograph: Radiograph) -> NDArray[np.unsignedinteger]:
    """Return the stored values as an unsigned index that rises with them.

    Returns
    -------
    (H, W) uint8 or uint16 array
        As wide as the stored values; a view of them where they are unsigned, offset binary where signed.
    """
    pixels = radiograph.pixels
    unsigned = pixels.view(f"u{pixels.itemsize}")
    if pixels.dtype.kind == "u":
        return unsigned
    sign_bit = unsigned.dtype.type(1 << (8 * pixels.itemsize - 1))
    return np.asarray(np.bitwise_xor(unsigned, sign_bit))


def modality_value(radiograph: Radiograph, stored: float) -> float:
    """Return the modality value of a stored value (PS3.3 C.11.1)."""
    return float(modality_values(radiograph, np.array([stored], np.float64))[0])


def default_voi(radiograph: Radiograph) -> Voi:
    """Return what the display starts with: the file's first VOI LUT, its first window, or one made here."""
    grayscale = radiograph.grayscale
    if grayscale.voi_luts:
        return grayscale.voi_luts[0]
    if grayscale.windows:
        return grayscale.windows[0]
    return full_window(radiograph) if grayscale.full_range_default else auto_window(radiograph)


def full_window(radiograph: Radiograph) -> Window:
    """Return the window over everything that the stored bits can hold."""
    low, high = _stored_range(radiograph)
    values = modality_values(radiograph, np.arange(low, high + 1, dtype=np.float64))
    return _window_between(float(values.min()), float(values.max()), "Full range")


def auto_window(radiograph: Radiograph) -> Window:
    """Return the window from the 0.5th to the 99.5th percentile, without padding, shutter and 5 % border.

    It is found once an image: `Prepared.prepare` does, so that the window does not wait for it.
    """
    if radiograph not in _automatic:
        rows, columns = radiograph.shape
        top, left = int(rows * _BORDER), int(columns * _BORDER)
        counts = index_counts(radiograph, slice(top, rows - top), slice(left, columns - left))
        _automatic[radiograph] = _window_of(radiograph, counts, "Automatic") or full_window(radiograph)
    return _automatic[radiograph]


def region_window(radiograph: Radiograph, rows: slice, columns: slice) -> Window | None:
    """Return the window from the same percentiles of a rectangle; None where it has no pixel of the image."""
    return _window_of(radiograph, index_counts(radiograph, rows, columns), "Region")


def index_counts(radiograph: Radiograph, rows: slice = _ALL, columns: slice = _ALL) -> NDArray[np.int64]:
    """Return how many pixels have each index, without padding and what a shutter covers.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    rows, columns : slice
        The part of it that is counted.

    Returns
    -------
    (256,) or (65536,) int64 array
        Place i counts the index i.
    """
    index, bins = index_image(radiograph)[rows, columns], _table_size(radiograph)
    if index.size == 0:
        return np.zeros(bins, np.int64)
    seen = None if radiograph.shutter is None else (~radiograph.shutter[rows, columns]).view(np.uint8)
    counts = cv2.calcHist([index], [0], seen, [bins], [0, bins]).ravel().astype(np.int64)
    counts[_padding_mask(radiograph)] = 0
    return np.asarray(counts)


def _window_of(radiograph: Radiograph, counts: NDArray[np.int64], explanation: str) -> Window | None:
    """Return the window between two percentiles of pixels counted by index; None for no pixels."""
    cumulative = np.cumsum(counts)
    if cumulative[-1] == 0:
        return None
    found = np.searchsorted(cumulative, np.array(_PERCENTILES) * cumulative[-1])
    ends = modality_values(radiograph, found.astype(np.float64) + index_offset(radiograph))
    return _window_between(float(ends.min()), float(ends.max()), explanation)


def active_window(radiograph: Radiograph, voi: Voi) -> Window:
    """Return a VOI as a window: for a table, the input range over which its output changes.

    Parameters
    ----------
    radiograph : Radiograph
        The image that the VOI is used on; its value range bounds a table that never changes.
    voi : Window or LookupTable
        What is active now.
    """
    if isinstance(voi, Window):
        return voi
    changes = np.flatnonzero(np.diff(voi.values.astype(np.int64)))
    if not len(changes):
        return full_window(radiograph)
    low = voi.first_mapped + int(changes[0])
    high = voi.first_mapped + int(changes[-1]) + 1
    return _window_between(float(low), float(high), voi.explanation)


def presentation_table(radiograph: Radiograph, voi: Voi, inverted: bool = False) -> NDArray[np.uint8]:
    """Return the display value of every index.

    Parameters
    ----------
    radiograph : Radiograph
        Gives the modality transformation, polarity and padding.
    voi : Window or LookupTable
        What turns modality values into shades.
    inverted : bool
        The user's inversion, on top of the file's polarity.

    Returns
    -------
    (256,) or (65536,) uint8 array
        0 is black.
    """
    shades = _shades(radiograph, voi, inverted != radiograph.grayscale.inverted)
    return (shades * 255 + 0.5).astype(np.uint8)


def normalized(radiograph: Radiograph) -> NDArray[np.float32]:
    """Return the image as models are given it: default VOI and the file's polarity, not rounded to 8 bits.

    What a shutter of the file covers is black, like padding: neither is image, neither is seen by the user,
    and collections that models were trained on were exported with both covered.

    Returns
    -------
    (H, W) float32 array
        0 (black) to 1.
    """
    shades = _shades(radiograph, default_voi(radiograph), radiograph.grayscale.inverted)
    image = np.asarray(cv2.LUT(index_image(radiograph), shades.astype(np.float32)), dtype=np.float32)
    if radiograph.shutter is not None:
        image[radiograph.shutter] = 0
    return image


def _shades(radiograph: Radiograph, voi: Voi, inverted: bool) -> NDArray[np.float64]:
    """Return the shade of every index, 0 (black) to 1."""
    stored = np.arange(_table_size(radiograph), dtype=np.float64) + index_offset(radiograph)
    shades = shades_of(modality_values(radiograph, stored), voi)
    if inverted:
        shades = 1 - shades
    if radiograph.grayscale.padding is not None:
        shades[_padding_mask(radiograph)] = 0
    return shades


def shades_of(values: NDArray[np.float64], voi: Voi) -> NDArray[np.float64]:
    """Return what a VOI makes of modality values, 0 to 1, before polarity and inversion."""
    return _apply_window(values, voi) if isinstance(voi, Window) else _apply_lut(values, voi)


def _apply_window(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Return shades by PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT) or C.11.2.1.3.1 (SIGMOID)."""
    center, width = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        # Beyond +-500 the exponential overflows and the shade is 0 or 1 to the last bit.
        return np.asarray(1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -500, 500))))
    if window.function is VoiFunction.LINEAR_EXACT:
        return np.clip((values - center) / width + 0.5, 0, 1)
    if width <= 1:
        return np.asarray(values > center - 0.5, dtype=np.float64)
    return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1)


def _apply_lut(values: NDArray[np.float64], lut: LookupTable) -> NDArray[np.float64]:
    return _look_up(values, lut) / float((1 << lut.bits) - 1)


def _look_up(values: NDArray[np.float64], lut: LookupTable) -> NDArray[np.float64]:
    position = np.clip(np.round(values - lut.first_mapped), 0, len(lut.values) - 1)
    return lut.values[position.astype(np.intp)].astype(np.float64)


def modality_values(radiograph: Radiograph, stored: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the modality values of stored values, as float64 (PS3.3 C.11.1)."""
    modality = radiograph.grayscale.modality
    if isinstance(modality, Rescale):
        return stored * modality.slope + modality.intercept
    return _look_up(stored, modality)


def _table_size(radiograph: Radiograph) -> int:
    return 1 << (8 * radiograph.pixels.itemsize)


def _stored_range(radiograph: Radiograph) -> tuple[int, int]:
    bits = radiograph.grayscale.bits_stored
    if radiograph.grayscale.signed:
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def _padding_mask(radiograph: Radiograph) -> NDArray[np.bool_]:
    """Return which indices are padding."""
    mask = np.zeros(_table_size(radiograph), np.bool_)
    if radiograph.grayscale.padding is not None:
        offset = index_offset(radiograph)
        low, high = radiograph.grayscale.padding
        mask[max(low - offset, 0) : max(high - offset + 1, 0)] = True
    return mask


def padding_pixels(radiograph: Radiograph) -> NDArray[np.bool_] | None:
    """Return which pixels are padding, (H, W) bool; None where none is."""
    if radiograph.grayscale.padding is None:
        return None
    low, high = radiograph.grayscale.padding
    found = (radiograph.pixels >= low) & (radiograph.pixels <= high)
    return found if found.any() else None


def no_image(radiograph: Radiograph) -> NDArray[np.bool_] | None:
    """Return which pixels are padding or under a shutter, (H, W) bool; None where none is."""
    padding = padding_pixels(radiograph)
    if padding is None or radiograph.shutter is None:
        return padding if padding is not None else radiograph.shutter
    return padding | radiograph.shutter


def _window_between(low: float, high: float, explanation: str) -> Window:
    """Return the window that maps `low` to black and `high` to white, at least one stored step wide."""
    width = high - low
    if width <= 0:
        width = 1.0
    return Window((low + high) / 2, width, VoiFunction.LINEAR_EXACT, explanation)
