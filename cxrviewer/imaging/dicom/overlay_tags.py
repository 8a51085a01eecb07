"""Overlay planes of a DICOM file (PS3.3 C.9.2, PS3.5 8.1.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.planes import OverlayPlane

GROUPS = range(0x6000, 0x6020, 2)
_FRAMES, _FRAME_ORIGIN, _DESCRIPTION, _LABEL = 0x0015, 0x0051, 0x0022, 0x1500
_ROWS, _COLUMNS, _TYPE, _ORIGIN = 0x0010, 0x0011, 0x0040, 0x0050
_BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0100, 0x0102, 0x3000
_MOST_BITS = 1 << 26
"""A plane of 8192 x 8192: unpacked, it takes eight times its room in the file."""
_FARTHEST = 1 << 15


def read_planes(
    tags: Tags, frame: int, words: NDArray[np.integer] | None, little_endian: bool
) -> tuple[OverlayPlane, ...]:
    """Return the planes that belong to a frame; those that are malformed are noted and left out.

    Parameters
    ----------
    tags : Tags
        The image's attributes.
    frame : int
        Counted from 0.
    words : (H, W) array, optional
        The frame's pixels with all allocated bits, of which some may be planes; None where the encoding keeps
        only the bits of the image.
    little_endian : bool
        Byte order of the file, in which words of Overlay Data (OW) are stored.
    """
    found = (_read_plane(tags, group, frame, words, little_endian) for group in GROUPS)
    return tuple(plane for plane in found if plane is not None)


def _read_plane(
    tags: Tags, group: int, frame: int, words: NDArray[np.integer] | None, little_endian: bool
) -> OverlayPlane | None:
    data = tags.value((group, _DATA))
    allocated = tags.integer((group, _BITS_ALLOCATED)) or 1
    position = tags.integer((group, _BIT_POSITION)) or 0
    if data is None and (words is None or allocated == 1):
        return None
    if data is None:
        assert words is not None
        bits = _embedded(words, position)
    else:
        bits = _unpacked(tags, group, data, frame, little_endian)
    if bits is None or not bits.any():
        return None
    bits.flags.writeable = False
    origin = tags.numbers((group, _ORIGIN))
    top, left = (int(origin[0]) - 1, int(origin[1]) - 1) if _are_usable(origin) else (0, 0)
    return OverlayPlane(
        bits,
        (top, left),
        group,
        tags.text((group, _TYPE)).upper() == "R",
        tags.text((group, _LABEL)),
        tags.text((group, _DESCRIPTION)),
    )


def _are_usable(origin: list[float]) -> bool:
    return len(origin) == 2 and all(abs(value) <= _FARTHEST for value in origin)


def _embedded(words: NDArray[np.integer], position: int) -> NDArray[np.bool_] | None:
    """Return one bit of every pixel; None where no bit of a pixel is meant."""
    if words.ndim != 2 or not 0 <= position < 8 * words.itemsize:
        return None
    unsigned = words.view(f"u{words.itemsize}")
    return np.asarray((unsigned >> unsigned.dtype.type(position)) & 1, np.bool_)


def _unpacked(
    tags: Tags, group: int, data: object, frame: int, little_endian: bool
) -> NDArray[np.bool_] | None:
    """Return the bits for a frame of the image, which are packed without gaps, the lowest bit first."""
    number = _overlay_frame(tags, group, frame)
    if number is None:
        return None
    rows, columns = tags.integer((group, _ROWS)) or 0, tags.integer((group, _COLUMNS)) or 0
    size = rows * columns
    start = number * size
    if not isinstance(data, bytes | bytearray) or not (
        rows > 0 and columns > 0 and size <= _MOST_BITS and 8 * len(data) >= start + size
    ):
        tags.malformed((group, _DATA))
        return None
    if not little_endian and tags.dataset[(group, _DATA)].VR == "OW":
        data = np.frombuffer(data[: len(data) // 2 * 2], ">u2").astype("<u2").tobytes()
    part = np.frombuffer(data, np.uint8)[start // 8 : (start + size + 7) // 8]
    bits = np.unpackbits(part, bitorder="little")[start % 8 :][:size]
    return bits.reshape(rows, columns).astype(np.bool_) if len(bits) == size else None


def _overlay_frame(tags: Tags, group: int, frame: int) -> int | None:
    """Return which frame of a plane lies on a frame of the image, None for none (PS3.3 C.9.2).

    A plane that does not count its frames lies on every frame.
    """
    frames = tags.integer((group, _FRAMES))
    if frames is None:
        return 0
    number = frame - (tags.integer((group, _FRAME_ORIGIN)) or 1) + 1
    return number if 0 <= number < frames else None
