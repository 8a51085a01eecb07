"""Items of Modality LUT and VOI LUT Sequences (PS3.3 C.11.1.1.1, C.11.2.1.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.radiograph import LookupTable


def read_lookup_table(item: Tags, signed_input: bool, little_endian: bool) -> LookupTable | None:
    """Return a table of a sequence's item, None where it is empty or unusable.

    Parameters
    ----------
    item : Tags
        With LUT Descriptor and LUT Data; what is wrong with them is noted.
    signed_input : bool
        Whether the table's input may be negative, and a first mapped value with the top bit set means that.
    little_endian : bool
        Byte order of the file, which LUT Data encoded as bytes (OW) keep.
    """
    descriptor = item.numbers("LUTDescriptor")
    data = item.value("LUTData")
    if not descriptor and data is None:
        return None
    if len(descriptor) != 3 or any(np.isnan(descriptor)) or data is None:
        item.malformed("LUTDescriptor" if data is not None else "LUTData")
        return None
    # The descriptor's own representation is ambiguous (US or SS), so each entry is taken modulo 2**16.
    entries, first, bits = (int(number) & 0xFFFF for number in descriptor)
    if signed_input and first >= 1 << 15:
        first -= 1 << 16
    entries = entries or 1 << 16
    values = _table_values(data, entries, bits, little_endian)
    if values is None or 2 * len(values) < entries:
        item.malformed("LUTData")
        return None
    if len(values) < entries:
        item.note("A lookup table is shorter than its descriptor says; its last value was repeated.")
    if not 8 <= bits <= 16:
        item.note("A lookup table's bit depth is not 8 to 16; it was taken from its values.")
        bits = 8
    bits = 8 if values.dtype == np.uint8 else max(bits, int(values.max()).bit_length())
    values.flags.writeable = False
    return LookupTable(first, values, bits, item.text("LUTExplanation"))


def _table_values(
    data: object, entries: int, bits: int, little_endian: bool
) -> NDArray[np.unsignedinteger] | None:
    """Return at most `entries` values of LUT Data, which is bytes or numbers; None where it is neither."""
    if isinstance(data, bytes | bytearray):
        if len(data) in (entries, entries + 1):
            return _unpacked(np.frombuffer(data, np.uint8), entries, not little_endian)
        words = np.frombuffer(data[: len(data) // 2 * 2], "<u2" if little_endian else ">u2")
        return words[:entries].astype(np.uint16)
    try:
        words = np.atleast_1d(np.asarray(data, dtype=np.int64)).astype(np.uint16)
    except (TypeError, ValueError, OverflowError):
        return None
    if bits <= 8 and len(words) in (entries // 2, (entries + 1) // 2) and entries > 1:
        return _unpacked(words.astype("<u2").view(np.uint8), entries, swapped=False)
    return words[:entries]


def _unpacked(packed: NDArray[np.uint8], entries: int, swapped: bool) -> NDArray[np.uint8]:
    """Return 8-bit entries that are packed two in a 16-bit word, the first in the low byte."""
    if swapped:
        packed = packed[: len(packed) // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
    return packed[:entries].copy()
