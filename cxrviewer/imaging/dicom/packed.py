"""Pixels whose allocated bits are no whole bytes: 12 bits without gaps, say (PS3.5 8.1.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.dicom.pixel_format import PixelFormat


def is_packed(layout: PixelFormat) -> bool:
    """Tell whether pixels cross the bounds of bytes; single bits are the decoder's own business."""
    return layout.bits_allocated > 1 and layout.bits_allocated % 8 != 0


def unpacked_frame(data: bytes, layout: PixelFormat, frame: int, little_endian: bool) -> NDArray[np.integer]:
    """Return the words of one frame, of which each begins at the lowest bit that is left.

    Parameters
    ----------
    data : bytes
        Pixel Data of all frames, not compressed; frames follow one another without gaps.
    layout : PixelFormat
        Of one sample a pixel.
    frame : int
        Counted from 0.
    little_endian : bool
        Byte order of the 16-bit words that the bits are packed in.

    Returns
    -------
    (H, W) uint16 or int16 array
    """
    size, bits = layout.rows * layout.columns, layout.bits_allocated
    if not little_endian:
        data = np.frombuffer(data[: len(data) // 2 * 2], ">u2").astype("<u2").tobytes()
    starts = np.arange(frame * size, (frame + 1) * size, dtype=np.int64) * bits
    first = int(starts[0]) // 8
    part = np.frombuffer(data[first : int(starts[-1] + bits + 7) // 8] + b"\0\0", np.uint8)
    at = starts // 8 - first
    # A word of up to 16 bits lies in three bytes at most.
    three = part[at].astype(np.uint32) | part[at + 1].astype(np.uint32) << 8
    three |= part[at + 2].astype(np.uint32) << 16
    words = ((three >> (starts % 8).astype(np.uint32)) & ((1 << bits) - 1)).astype(np.uint16)
    return words.reshape(layout.rows, layout.columns).view(np.int16 if layout.signed else np.uint16)
