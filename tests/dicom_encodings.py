"""Every compressed transfer syntax that can be written here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import dcmtk
import imagecodecs
import numpy as np
from dicom_files import Case
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate, generate_frames


@dataclass(frozen=True)
class Encoding:
    """A transfer syntax and how it is written.

    Parameters
    ----------
    syntax : UID
        The transfer syntax.
    write : callable
        Writes a compressed copy of an uncompressed file.
    suits : callable
        Tells the cases that it can hold.
    decode : callable, optional
        Another decoder, (file, folder) to stored values, of a lossy encoding; None for lossless ones.
    """

    syntax: uid.UID
    write: Callable[[Path, Path, Case], None]
    suits: Callable[[Case], bool] = lambda case: True
    decode: Callable[[Path, Path], NDArray[np.integer]] | None = None

    @property
    def name(self) -> str:
        """Return the last numbers of the transfer syntax, and whether it loses anything."""
        return f"{self.syntax.split('.4.')[-1]} {'lossy' if self.decode else 'lossless'}"


def _by_dcmtk(program: str, *options: str) -> Callable[[Path, Path, Case], None]:
    return lambda source, target, case: dcmtk.convert(program, source, target, *options)


def _by_imagecodecs(
    syntax: uid.UID, encode: Callable[..., bytes], *, own_bits: bool = False, **options: Any
) -> Callable[[Path, Path, Case], None]:
    def write(source: Path, target: Path, case: Case) -> None:
        dataset = dcmread(source)
        fitting = {"bitspersample": case.bits} if own_bits else {}
        dataset.PixelData = encapsulate([bytes(encode(case.pixels(), **options, **fitting))])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(target, implicit_vr=False, little_endian=True)

    return write


def _decoded_by_dcmtk(program: str) -> Callable[[Path, Path], NDArray[np.integer]]:
    def decode(source: Path, folder: Path) -> NDArray[np.integer]:
        raw = folder / "decoded.dcm"
        dcmtk.convert(program, source, raw)
        return dcmread(raw).pixel_array

    return decode


def _decoded_by_imagecodecs(
    decode: Callable[..., NDArray[np.integer]],
) -> Callable[[Path, Path], NDArray[np.integer]]:
    return lambda source, folder: decode(next(generate_frames(dcmread(source).PixelData)))


def _unsigned(case: Case) -> bool:
    return not case.signed


_jpeg_2000 = partial(imagecodecs.jpeg2k_encode, codecformat="j2k")
_jpeg_2000_decoded = _decoded_by_imagecodecs(imagecodecs.jpeg2k_decode)
_htj2k_lossless = partial(imagecodecs.htj2k_encode, reversible=True)

ENCODINGS = (
    Encoding(uid.RLELossless, _by_dcmtk("dcmcrle")),
    Encoding(uid.JPEGLossless, _by_dcmtk("dcmcjpeg", "+el")),
    Encoding(uid.JPEGLosslessSV1, _by_dcmtk("dcmcjpeg", "+e1")),
    Encoding(
        uid.JPEGBaseline8Bit,
        _by_imagecodecs(uid.JPEGBaseline8Bit, imagecodecs.jpeg8_encode, level=95),
        lambda case: case.bits == 8 and not case.signed,
        _decoded_by_dcmtk("dcmdjpeg"),
    ),
    Encoding(
        uid.JPEGExtended12Bit,
        _by_imagecodecs(uid.JPEGExtended12Bit, imagecodecs.jpeg8_encode, level=95, own_bits=True),
        lambda case: case.bits == 12 and not case.signed,
        _decoded_by_dcmtk("dcmdjpeg"),
    ),
    Encoding(uid.JPEGLSLossless, _by_dcmtk("dcmcjpls", "+el")),
    Encoding(uid.JPEGLSNearLossless, _by_dcmtk("dcmcjpls", "+en"), _unsigned, _decoded_by_dcmtk("dcmdjpls")),
    Encoding(uid.JPEG2000Lossless, _by_imagecodecs(uid.JPEG2000Lossless, _jpeg_2000, reversible=True)),
    Encoding(uid.JPEG2000, _by_imagecodecs(uid.JPEG2000, _jpeg_2000, reversible=True, own_bits=True)),
    Encoding(
        uid.JPEG2000,
        _by_imagecodecs(uid.JPEG2000, _jpeg_2000, reversible=False, level=50, own_bits=True),
        decode=_jpeg_2000_decoded,
    ),
    Encoding(uid.HTJ2KLossless, _by_imagecodecs(uid.HTJ2KLossless, _htj2k_lossless)),
    Encoding(uid.HTJ2KLosslessRPCL, _by_imagecodecs(uid.HTJ2KLosslessRPCL, _htj2k_lossless)),
    Encoding(
        uid.HTJ2K,
        _by_imagecodecs(uid.HTJ2K, imagecodecs.htj2k_encode, reversible=False, level=0.001),
        # The encoder takes all bits allocated as stored, and lossy values spill over those that are.
        lambda case: case.bits in (8, 16),
        _decoded_by_imagecodecs(imagecodecs.htj2k_decode),
    ),
)
