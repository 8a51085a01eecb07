"""The Image Pixel module of a DICOM file (PS3.3 C.7.6.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.limits import check_size

_WHOLE_BYTES = (8, 16, 32)


@dataclass(frozen=True)
class PixelFormat:
    """The Image Pixel module of one frame; names as in PS3.3 C.7.6.3."""

    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: int
    frames: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame, uncompressed."""
        return ceil(self.rows * self.columns * self.samples * self.bits_allocated / 8)


def pixel_format(path: Path, tags: Tags) -> PixelFormat:
    """Return the format of the pixels; malformed optional parts take their usual value.

    Raises
    ------
    ImageReadError
        The format is unknown, impossible or too large.
    """
    allocated = tags.integer("BitsAllocated") or 16
    stored = tags.integer("BitsStored") or allocated
    high = tags.integer("HighBit")
    found = PixelFormat(
        rows=tags.integer("Rows") or 0,
        columns=tags.integer("Columns") or 0,
        samples=tags.integer("SamplesPerPixel") or 1,
        photometric=tags.text("PhotometricInterpretation").upper() or "MONOCHROME2",
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high is None else high,
        signed=tags.integer("PixelRepresentation") == 1,
        planar=tags.integer("PlanarConfiguration") or 0,
        frames=max(tags.integer("NumberOfFrames") or 1, 1),
    )
    known = allocated in _WHOLE_BYTES or (allocated <= 16 and found.samples == 1)
    if not known or found.samples not in (1, 3) or not 1 <= stored <= allocated:
        raise ImageReadError(
            f"Pixels of {found.samples} sample(s) with {stored} of {allocated} bits cannot be shown.",
            "Export the image with 8 to 16 bits a pixel.",
            path,
        )
    if not stored - 1 <= found.high_bit < allocated:
        tags.malformed("HighBit")
        found = replace(found, high_bit=stored - 1)
    check_size(path, found.rows, found.columns, found.samples * ceil(allocated / 8))
    return found
