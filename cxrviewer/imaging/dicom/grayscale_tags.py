"""What a DICOM file says about the display of its stored values."""

from __future__ import annotations

import math

import numpy as np

from cxrviewer.imaging.dicom.lookup import read_lookup_table
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.radiograph import GrayscaleInfo, LookupTable, Rescale, VoiFunction, Window

_AS_STORED = Rescale()


def read_grayscale(
    tags: Tags, bits_stored: int, signed: bool, little_endian: bool, reduced: Rescale = _AS_STORED
) -> GrayscaleInfo:
    """Return the grayscale attributes of a monochrome image; what is malformed is noted and left out.

    Parameters
    ----------
    tags : Tags
        The image's attributes.
    bits_stored : int
        Of the decoded values.
    signed : bool
        Whether they are two's complement.
    little_endian : bool
        Byte order of the file.
    reduced : Rescale
        From the decoded values to those of the file, where they had more than 16 bits.
    """
    modality = _modality(tags, signed, little_endian, reduced)
    signed_output = _lowest_modality_value(modality, bits_stored, signed) < 0
    return GrayscaleInfo(
        bits_stored=bits_stored,
        signed=signed,
        inverted=_inverted(tags),
        modality=modality,
        windows=_windows(tags),
        voi_luts=tuple(
            table
            for item in tags.items("VOILUTSequence")
            if (table := read_lookup_table(item, signed_output, little_endian)) is not None
        ),
        padding=_padding(tags, signed) if reduced == _AS_STORED else None,
        full_range_default=bits_stored <= 8,
    )


def _inverted(tags: Tags) -> bool:
    """Return the polarity: MONOCHROME1 and INVERSE are one statement made twice (PS3.3 C.8.11.3.1.2).

    Where both are there and contradict one another, the shape counts, as it does for DCMTK and dcm4che.
    """
    monochrome1 = tags.text("PhotometricInterpretation").upper() == "MONOCHROME1"
    shape = tags.text("PresentationLUTShape").upper()
    if shape not in ("IDENTITY", "INVERSE"):
        return monochrome1
    if monochrome1 and shape == "IDENTITY":
        tags.note("The file says both MONOCHROME1 and IDENTITY, which contradict; low values are dark.")
    return shape == "INVERSE"


def _modality(tags: Tags, signed: bool, little_endian: bool, reduced: Rescale) -> Rescale | LookupTable:
    # Tables are looked up by values of at most 16 bits.
    for item in tags.items("ModalityLUTSequence")[:1] if reduced == Rescale() else ():
        table = read_lookup_table(item, signed, little_endian)
        if table is not None:
            return table
    slope, intercept = tags.number("RescaleSlope"), tags.number("RescaleIntercept")
    if slope == 0:
        tags.malformed("RescaleSlope")
        slope = None
    slope = 1.0 if slope is None else slope
    return Rescale(slope * reduced.slope, slope * reduced.intercept + (intercept or 0.0))


def _lowest_modality_value(modality: Rescale | LookupTable, bits: int, signed: bool) -> float:
    if isinstance(modality, LookupTable):
        return 0.0
    lowest = -(1 << (bits - 1)) if signed else 0
    ends = np.array([lowest, lowest + (1 << bits) - 1])
    return float((ends * modality.slope + modality.intercept).min())


def _windows(tags: Tags) -> tuple[Window, ...]:
    centers, widths = tags.numbers("WindowCenter"), tags.numbers("WindowWidth")
    if len(centers) != len(widths):
        tags.note("WindowCenter and WindowWidth differ in number; only pairs are used.")
    explanations = tags.texts("WindowCenterWidthExplanation")
    function = _function(tags)
    windows = []
    for number, (center, width) in enumerate(zip(centers, widths, strict=False)):
        least = 1.0 if function is VoiFunction.LINEAR else math.ulp(0.0)
        if math.isnan(center) or math.isnan(width) or width < least:
            tags.note(f"Window {number + 1} of the file is invalid and was left out.")
            continue
        explanation = explanations[number] if number < len(explanations) else ""
        windows.append(Window(center, width, function, explanation))
    return tuple(windows)


def _function(tags: Tags) -> VoiFunction:
    name = tags.text("VOILUTFunction").upper()
    try:
        return VoiFunction(name or "LINEAR")
    except ValueError:
        tags.malformed("VOILUTFunction")
        return VoiFunction.LINEAR


def _padding(tags: Tags, signed: bool) -> tuple[int, int] | None:
    """Return the padded range (PS3.3 C.7.5.1.1.2); both attributes may be encoded as US or SS."""
    value = tags.integer("PixelPaddingValue")
    if value is None:
        return None
    limit = tags.integer("PixelPaddingRangeLimit")
    ends = sorted(_as_stored(end, signed) for end in (value, value if limit is None else limit))
    return ends[0], ends[1]


def _as_stored(value: int, signed: bool) -> int:
    value &= 0xFFFF
    return value - (1 << 16) if signed and value >= 1 << 15 else value
