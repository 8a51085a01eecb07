"""Whether an image was compressed at the cost of its values, and how."""

from __future__ import annotations

from pydicom.uid import HTJ2K, JPEG2000, UID, JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless

from cxrviewer.imaging.dicom.codestream import is_irreversible
from cxrviewer.imaging.dicom.tags import Tags

_LOSSY_SYNTAXES = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless)
"""Those that are always lossy; JPEG 2000 and HTJ2K leave it to the attribute and the codestream."""
_EITHER = (JPEG2000, HTJ2K)

_METHODS = {
    "ISO_10918_1": "JPEG",
    "ISO_14495_1": "JPEG-LS",
    "ISO_15444_1": "JPEG 2000",
    "ISO_15444_15": "HTJ2K",
    "ISO_13818_2": "MPEG-2",
    "ISO_14496_10": "MPEG-4",
}


def compression_words(tags: Tags, syntax: UID) -> str:
    """Return "lossy", with method and ratio of each step where stated (PS3.3 C.7.6.1.1.5); empty if lossless.

    Parameters
    ----------
    tags : Tags
        The image's attributes.
    syntax : UID
        Its transfer syntax.
    """
    lossy = syntax in _LOSSY_SYNTAXES or (
        syntax in _EITHER and is_irreversible(tags.value("PixelData") or b"")
    )
    if tags.text("LossyImageCompression") != "01" and not lossy:
        return ""
    methods = [_METHODS.get(name, name) for name in tags.texts("LossyImageCompressionMethod")]
    ratios = tags.numbers("LossyImageCompressionRatio")
    steps = []
    for number in range(max(len(methods), len(ratios))):
        method = methods[number] if number < len(methods) else ""
        ratio = _ratio(ratios[number]) if number < len(ratios) else ""
        steps.append(" ".join(part for part in (method, ratio) if part))
    return " ".join(("lossy", " then ".join(step for step in steps if step))).strip()


def _ratio(value: float) -> str:
    """Return "2.5:1" or "15:1"; empty for what is no compression."""
    if not value > 1:
        return ""
    return f"{value:.0f}:1" if value >= 10 else f"{value:.2g}:1"
