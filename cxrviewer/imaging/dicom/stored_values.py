"""Allocated bits of a decoded frame to stored values (PS3.5 8.1.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.dicom.pixel_format import PixelFormat
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.radiograph import Rescale

_MOST_BITS = 16


@dataclass(frozen=True, eq=False)
class DecodedFrame:
    """One frame of stored values.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) array of 8 or 16 bits
        Read-only.
    bits_stored : int
        Bits that they use.
    photometric : str
        What they are after decoding, which may undo a change of colours.
    words : array, optional
        The pixels with all allocated bits, where the encoding keeps those beside the image.
    reduced : Rescale
        From `pixels` to the stored values of the file: those of more than 16 bits are brought to 16.
    """

    pixels: NDArray[np.integer]
    bits_stored: int
    photometric: str
    words: NDArray[np.integer] | None = None
    reduced: Rescale = field(default_factory=Rescale)


def stored_values(
    words: NDArray[np.integer], layout: PixelFormat, photometric: str, tags: Tags, *, whole_words: bool
) -> DecodedFrame:
    """Return the values without the bits that are not image, in the smallest type that holds them.

    Parameters
    ----------
    words : array
        As decoded.
    layout : PixelFormat
        Says which bits are image.
    photometric : str
        As decoded.
    tags : Tags
        Takes notes.
    whole_words : bool
        Whether the encoding keeps all allocated bits, of which some may be an overlay or rubbish, which are
        cut. Otherwise a value beyond Bits Stored means that the attribute is wrong.
    """
    values, bits = _used_bits(words, layout, tags, whole_words)
    reduced = Rescale()
    if bits > _MOST_BITS:
        values, reduced = _of_colors(values, bits) if layout.samples > 1 else _reduced(values)
        bits = _MOST_BITS
        if reduced.slope != 1:
            tags.note(f"Values of {layout.bits_stored} bits are shown in {1 << _MOST_BITS} steps.")
    kind = "i" if values.dtype.kind == "i" else "u"
    pixels = np.ascontiguousarray(values, dtype=np.dtype(f"{kind}{1 if bits <= 8 else 2}"))
    pixels.flags.writeable = False
    return DecodedFrame(pixels, bits, photometric, words if whole_words else None, reduced)


def _used_bits(
    words: NDArray[np.integer], layout: PixelFormat, tags: Tags, whole_words: bool
) -> tuple[NDArray[np.integer], int]:
    bits = layout.bits_stored
    shift = layout.high_bit + 1 - bits
    values = words
    if whole_words and shift:
        values = (words.view(f"u{words.itemsize}") >> shift).view(words.dtype)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if layout.signed else (0, (1 << bits) - 1)
    smallest, largest = int(values.min()), int(values.max())
    if low <= smallest and largest <= high:
        return values, bits
    if layout.signed:
        unused = 8 * values.itemsize - bits
        return (values << unused) >> unused, bits
    if whole_words:
        return values & values.dtype.type(high), bits
    found = largest.bit_length()
    tags.note(f"The compressed pixels have {found} bits, not {bits} as the header says.")
    return values, found


def _reduced(values: NDArray[np.integer]) -> tuple[NDArray[np.uint16], Rescale]:
    """Return values of more than 16 bits in 16, and the way back; exact where they are close together."""
    low, high = int(values.min()), int(values.max())
    most = (1 << _MOST_BITS) - 1
    step = max(1.0, (high - low) / most)
    steps = np.rint((values.astype(np.float64) - low) / step)
    return steps.astype(np.uint16), Rescale(step, float(low))


def _of_colors(values: NDArray[np.integer], bits: int) -> tuple[NDArray[np.uint16], Rescale]:
    """Return the highest 16 bits of shades of colours."""
    cut = bits - _MOST_BITS
    return (values.view(f"u{values.itemsize}") >> cut).astype(np.uint16), Rescale(float(1 << cut))
