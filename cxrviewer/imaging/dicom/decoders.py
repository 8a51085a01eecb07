"""A pydicom decoder plug-in for the JPEG processes that its permissively licensed plug-ins lack.

JPEG Lossless (the commonest compression of CR and DX) and 12-bit JPEG are decoded by imagecodecs. pydicom
finds `is_available`, `DECODER_DEPENDENCIES` and `decode_frame` by their names.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from functools import cache

import numpy as np
from pydicom import config, uid
from pydicom.pixels.decoders.base import Decoder, DecodeRunner, get_decoder

PLUGIN = "imagecodecs"

DECODER_DEPENDENCIES = {
    uid.JPEGExtended12Bit: ("numpy", "imagecodecs>=2024.12"),
    uid.JPEGLossless: ("numpy", "imagecodecs>=2024.12"),
    uid.JPEGLosslessSV1: ("numpy", "imagecodecs>=2024.12"),
}

_PREFERRED = {
    **dict.fromkeys(DECODER_DEPENDENCIES, PLUGIN),
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
    uid.RLELossless: "pylibjpeg",
}
"""Plug-ins by transfer syntax: of those that may be installed, not all are equally fast or exact."""

_INSTALL = {
    "pillow": "pillow",
    "pyjpegls": "pyjpegls",
    "pylibjpeg": "pylibjpeg pylibjpeg-openjpeg pylibjpeg-rle",
    PLUGIN: "imagecodecs",
}


def is_available(transfer_syntax: str) -> bool:
    """Tell whether frames of a transfer syntax can be decoded here."""
    return transfer_syntax in DECODER_DEPENDENCIES and importlib.util.find_spec("imagecodecs") is not None


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Return the little-endian samples of one JPEG frame.

    Parameters
    ----------
    source : bytes
        The codestream.
    runner : DecodeRunner
        Told the size of a sample, which need not be the one of the header.
    """
    import imagecodecs

    pixels = np.asarray(imagecodecs.jpeg8_decode(source))
    runner.set_option("bits_allocated", 8 * pixels.itemsize)
    return pixels.tobytes()


@cache
def prepare_pydicom() -> None:
    """Register the plug-in, and let malformed values pass: they are noted where they are used."""
    for syntax in DECODER_DEPENDENCIES:
        get_decoder(syntax).add_plugin(PLUGIN, (__name__, decode_frame.__name__))
    config.settings.reading_validation_mode = config.IGNORE
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"pydicom(\.|$)")


def preferred_plugin(decoder: Decoder) -> str:
    """Return the plug-in to decode with, or an empty string where any will do."""
    name = _PREFERRED.get(decoder.UID, "")
    return name if name in decoder.available_plugins else ""


def packages_for(transfer_syntax: uid.UID) -> str:
    """Return the names of the packages that decode a transfer syntax, or an empty string."""
    name = _PREFERRED.get(transfer_syntax)
    return _INSTALL[name] if name is not None else ""


def is_video(transfer_syntax: uid.UID) -> bool:
    """Tell whether a transfer syntax is of moving pictures: MPEG-2, MPEG-4 or HEVC (PS3.5 A.4.5 to A.4.8)."""
    return "MPEG" in transfer_syntax.name or "HEVC" in transfer_syntax.name
