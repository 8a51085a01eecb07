"""The size that a compressed frame itself claims: decoders allocate by it, not by the DICOM header."""

from __future__ import annotations

from dataclasses import dataclass

_JPEG_START = b"\xff\xd8\xff"
_JPEG_2000_START = b"\xff\x4f\xff\x51"
_NO_FRAME_HEADER = (0xC4, 0xC8, 0xCC)
"""Markers between SOF0 and SOF15 that open tables: DHT, JPG, DAC (ITU-T T.81, table B.1)."""
_JPEG_LS_FRAME = 0xF7
_SCAN = 0xDA
_CODING_STYLE = b"\xff\x52"
_MAIN_HEADER = 1024
"""Bytes of a JPEG 2000 codestream within which its coding style stands."""


@dataclass(frozen=True)
class FrameHeader:
    """What a codestream claims of itself."""

    rows: int
    columns: int
    components: int
    bits: int


def frame_header(data: bytes) -> FrameHeader | None:
    """Return what the first JPEG, JPEG-LS or JPEG 2000 frame claims, None where none is found.

    Parameters
    ----------
    data : bytes
        Encapsulated pixel data, or a codestream alone.
    """
    jpeg, jpeg_2000 = data.find(_JPEG_START), data.find(_JPEG_2000_START)
    # Coded data of the one may look like the start of the other: the first one is it.
    if jpeg_2000 >= 0 and (jpeg < 0 or jpeg_2000 < jpeg):
        return _jpeg_2000_header(data[jpeg_2000 : jpeg_2000 + 43])
    return _jpeg_header(data, jpeg + 2) if jpeg >= 0 else None


def is_irreversible(data: bytes) -> bool:
    """Tell whether the first JPEG 2000 frame has irreversible wavelets (ITU-T T.800, A.6.1).

    Parameters
    ----------
    data : bytes
        Encapsulated pixel data, or a codestream alone.
    """
    start = data.find(_JPEG_2000_START)
    style = data.find(_CODING_STYLE, start, start + _MAIN_HEADER)
    return start >= 0 and style >= 0 and data[style + 13 : style + 14] == b"\0"


def _jpeg_2000_header(head: bytes) -> FrameHeader | None:
    """Read the SIZ marker segment (ITU-T T.800, A.5.1)."""
    if len(head) < 43:
        return None
    right, bottom, left, top = (int.from_bytes(head[at : at + 4], "big") for at in (8, 12, 16, 20))
    return FrameHeader(bottom - top, right - left, int.from_bytes(head[40:42], "big"), (head[42] & 0x7F) + 1)


def _jpeg_header(data: bytes, position: int) -> FrameHeader | None:
    """Walk the marker segments to the frame header (ITU-T T.81, B.2.2; T.87, C.2.2)."""
    while position + 10 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == _SCAN:
            return None
        if marker == _JPEG_LS_FRAME or (0xC0 <= marker <= 0xCF and marker not in _NO_FRAME_HEADER):
            rows = int.from_bytes(data[position + 5 : position + 7], "big")
            columns = int.from_bytes(data[position + 7 : position + 9], "big")
            return FrameHeader(rows, columns, data[position + 9], data[position + 4])
        # A fill byte FF may come before any marker.
        skipped = 1 if marker == 0xFF else 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        position += skipped
    return None
