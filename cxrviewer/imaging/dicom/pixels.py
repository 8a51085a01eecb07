"""Pixel data of a DICOM file to stored values (PS3.5 8.1, PS3.3 C.7.6.3.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.decoders.base import Decoder, get_decoder
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from cxrviewer.errors import DecoderMissingError, ImageReadError
from cxrviewer.imaging.dicom.claims import check_claims, extended_offsets
from cxrviewer.imaging.dicom.codestream import frame_header
from cxrviewer.imaging.dicom.decoders import is_video, packages_for, preferred_plugin
from cxrviewer.imaging.dicom.packed import is_packed, unpacked_frame
from cxrviewer.imaging.dicom.pixel_format import PixelFormat
from cxrviewer.imaging.dicom.stored_values import DecodedFrame, stored_values
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.limits import can_allocate

_MEMORY_OF_DECODERS = 4
"""Most memory that a decoder takes for itself and its result, in frames: JPEG 2000 with 32 bits a sample."""
_LOSSLESS = (
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEG2000Lossless,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
)
_DAMAGED = "Export it again from its source."


def transfer_syntax(dataset: FileDataset) -> UID:
    """Return how the pixels are encoded; a bare data set is uncompressed."""
    found = Tags(getattr(dataset, "file_meta", Dataset())).text("TransferSyntaxUID")
    if found:
        return UID(found)
    return ImplicitVRLittleEndian if dataset.original_encoding[0] else ExplicitVRLittleEndian


def is_little_endian(dataset: FileDataset) -> bool:
    """Tell the byte order of a file; a data set that does not know it is little-endian."""
    return dataset.original_encoding[1] is not False


def decode_frame(
    path: Path, dataset: FileDataset, tags: Tags, layout: PixelFormat, frame: int = 0
) -> DecodedFrame:
    """Return the stored values of one frame; the others are not decoded.

    Parameters
    ----------
    path : Path
        For messages.
    dataset : FileDataset
        With Pixel Data.
    tags : Tags
        Takes notes.
    layout : PixelFormat
        From `pixel_format`.
    frame : int
        Counted from 0, less than `layout.frames`.

    Raises
    ------
    DecoderMissingError
        Nothing installed decodes the transfer syntax.
    ImageReadError
        The pixels are truncated or damaged.
    """
    syntax = transfer_syntax(dataset)
    decoder = _decoder(path, syntax)
    check_claims(path, dataset, syntax, layout, frame)
    if is_packed(layout):
        words = unpacked_frame(dataset.PixelData, layout, frame, is_little_endian(dataset))
        return stored_values(words, layout, layout.photometric, tags, whole_words=True)
    try:
        words, properties = decoder.as_array(
            dataset.PixelData,
            index=frame,
            validate=True,
            raw=True,
            decoding_plugin=preferred_plugin(decoder),
            **_options(dataset, layout),
        )
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    # Every decoder has its own exceptions; one in Rust that panics leaves with none that is an Exception.
    except BaseException as error:
        if not can_allocate(_MEMORY_OF_DECODERS * layout.frame_bytes):
            raise MemoryError from error
        raise ImageReadError(
            f"The pixels could not be decoded ({syntax.name}): they are damaged or truncated.", _DAMAGED, path
        ) from error
    photometric = str(properties.get("photometric_interpretation", layout.photometric))
    whole_words = _keeps_words(dataset, syntax, layout)
    return stored_values(words, layout, photometric, tags, whole_words=whole_words)


def _keeps_words(dataset: FileDataset, syntax: UID, layout: PixelFormat) -> bool:
    """Tell whether decoding gives back all allocated bits, those beside the image too (PS3.5 8.2).

    A lossless codestream does where it is as deep as the words that were written: DCMTK compresses so.
    """
    if not syntax.is_encapsulated or syntax == RLELossless:
        return True
    found = frame_header(dataset.PixelData) if syntax in _LOSSLESS else None
    return found is not None and found.bits == layout.bits_allocated


def _options(dataset: FileDataset, layout: PixelFormat) -> dict[str, Any]:
    return {
        "rows": layout.rows,
        "columns": layout.columns,
        "samples_per_pixel": layout.samples,
        "photometric_interpretation": layout.photometric,
        "bits_allocated": layout.bits_allocated,
        "bits_stored": layout.bits_stored,
        "pixel_representation": int(layout.signed),
        "planar_configuration": layout.planar,
        "number_of_frames": layout.frames,
        "extended_offsets": extended_offsets(dataset),
        "pixel_keyword": "PixelData",
        "pixel_vr": dataset["PixelData"].VR,
        "view_only": True,
        "correct_unused_bits": False,
        "apply_j2k_sign_correction": True,
        "apply_jls_sign_correction": True,
    }


def _decoder(path: Path, syntax: UID) -> Decoder:
    if is_video(syntax):
        raise DecoderMissingError(
            f"The DICOM file holds a video ({syntax.name}), not a radiograph.",
            "Export one of its pictures, uncompressed or as JPEG 2000.",
            path,
        )
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise DecoderMissingError(
            f"The transfer syntax {syntax.name} ({syntax}) is not supported.",
            "Export the image uncompressed, or as JPEG 2000 or JPEG lossless.",
            path,
        ) from error
    if decoder.is_available:
        return decoder
    raise DecoderMissingError(
        f"No decoder is installed for the transfer syntax {syntax.name} ({syntax}).",
        f"Install one with: pip install {packages_for(syntax) or 'python-gdcm'}",
        path,
    )
