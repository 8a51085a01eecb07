"""PNG, JPEG, TIFF, BMP and WebP pictures of 8 or 16 bits."""

from __future__ import annotations

import hashlib
import io
import warnings
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.limits import MAX_IMAGE_BYTES, check_frame
from cxrviewer.imaging.luminance import COLOR_NOTE, luminance
from cxrviewer.imaging.picture_claims import check_claims
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.reader_spec import ReaderSpec

if TYPE_CHECKING:
    from PIL.Image import Image

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
}
_ORIENTATION_TAG = 0x0112
_PHOTOMETRIC_TAG = 262
_BITS_TAG = 258
_LYING = (5, 6, 7, 8)
"""EXIF orientations that swap rows and columns."""
_MODES = {
    "1": "bilevel",
    "L": "grayscale",
    "I": "grayscale",
    "I;16": "grayscale",
    "LA": "grayscale with transparency",
    "P": "palette",
    "RGBA": "RGB with transparency",
}
"""Pillow's modes in words, where they are none."""
_MIN_IS_WHITE = 0
_MAX_IS_BLACK_OR_RGB = (0, 1, 2)


def _format(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    # Two letters open many a text: a bitmap also has a header of a known size and a plausible offset.
    if head[:2] == b"BM" and head[15:18] != b"\0\0\0":
        return None
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def _sniff(head: bytes) -> bool:
    return _format(head) is not None


SPEC = ReaderSpec("raster", "PNG, JPEG, TIFF, BMP, WebP", _sniff, order=1)


@dataclass(frozen=True)
class _Header:
    """What is known of a picture before it is decoded."""

    file_format: str
    rows: int
    columns: int
    channels: int
    bits: int
    mode: str
    orientation: int
    photometric: int | None
    pages: int
    synthetic: bool


def read(path: Path, data: bytes, frame: int = 0) -> Radiograph:
    """Read a picture; of several pages one.

    Parameters
    ----------
    path : Path
        Where the bytes come from.
    data : bytes
        The whole file.
    frame : int
        Page of a TIFF, counted from 0.

    Raises
    ------
    ImageReadError
        The picture is damaged, truncated, too large, or of more than 16 bits; it has no such page.
    """
    header = _read_header(path, data, frame)
    notes: list[str] = []
    gray = _to_gray(_decode(path, data, header, frame), notes)
    pixels = np.ascontiguousarray(_upright(gray, header.orientation))
    pixels.flags.writeable = False
    bits = 8 * pixels.itemsize
    return Radiograph(
        pixels=pixels,
        grayscale=GrayscaleInfo(
            bits_stored=bits,
            signed=pixels.dtype.kind == "i",
            inverted=header.photometric == _MIN_IS_WHITE,
            full_range_default=bits == 8,
        ),
        path=path,
        file_format=header.file_format,
        digest=hashlib.sha256(data).hexdigest(),
        notes=tuple(notes),
        badges=_badges(header),
        frame=frame,
        frames=header.pages,
    )


def read_facts(path: Path, file: BinaryIO) -> Facts:
    """Return what a picture is, from its header.

    Parameters
    ----------
    path : Path
        Where the file is.
    file : binary file
        At its beginning.

    Raises
    ------
    ImageReadError
        The picture is damaged or too large.
    """
    data = file.read()
    header = _read_header(path, data, 0)
    lying = header.orientation in _LYING
    return Facts(
        path=path,
        file_format=header.file_format,
        file_bytes=len(data),
        rows=header.columns if lying else header.rows,
        columns=header.rows if lying else header.columns,
        bits=f"{header.bits} bits" if header.channels == 1 else f"{header.channels} × {header.bits} bits",
        photometric=_MODES.get(header.mode, header.mode),
        frames=header.pages,
        badges=_badges(header),
    )


def _badges(header: _Header) -> tuple[str, ...]:
    said = (("synthetic", header.synthetic), ("lossy", header.file_format == "JPEG"))
    return tuple(badge for badge, holds in said if holds)


def read_preview(path: Path, data: bytes, size: int) -> NDArray[np.uint8] | None:
    """Return a reduced JPEG of at least `size` pixels on its longest side, None where there is no short cut.

    Raises
    ------
    ImageReadError
        The picture is damaged, truncated or too large.
    """
    if _format(data) != "JPEG":
        return None
    with _opened(path, data) as image:
        factor = max(image.size) // max(size, 1)
    flag = next((flag for least, flag in _REDUCED if factor >= least), None)
    if flag is None:
        return None
    reduced = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    if reduced is None:
        raise _damaged(path, "JPEG")
    return np.asarray(reduced, dtype=np.uint8)


_REDUCED = (
    (8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
    (4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    (2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
)


@cache
def _pillow() -> Any:
    """Return Pillow's Image module, which is told to keep its warnings: what matters is raised or noted."""
    from PIL import Image

    warnings.filterwarnings("ignore", module=r"PIL\.")
    Image.MAX_IMAGE_PIXELS = MAX_IMAGE_BYTES
    return Image


def _opened(path: Path, data: bytes) -> Image:
    """Return the picture with its header read and nothing decoded."""
    pillow = _pillow()
    try:
        image: Image = pillow.open(io.BytesIO(data))
    except pillow.DecompressionBombError as error:
        raise ImageReadError(
            f"The picture is too large ({error}).", "Reduce it and open it again.", path
        ) from error
    except MemoryError:
        raise
    # Each format's parser fails in its own way on damaged headers.
    except Exception as error:
        raise _damaged(path, _format(data) or "picture") from error
    check_claims(path, image, len(data))
    return image


def _read_header(path: Path, data: bytes, frame: int) -> _Header:
    with _opened(path, data) as image:
        pages = _pages(image)
        check_frame(path, frame, pages)
        _go_to(path, image, frame, len(data))
        try:
            orientation = int(image.getexif().get(_ORIENTATION_TAG, 1))
        # Metadata is optional, and any parser of it may stumble.
        except Exception:
            orientation = 1
        tiff_tags = getattr(image, "tag_v2", {})
        return _Header(
            file_format=str(_format(data)),
            rows=image.height,
            columns=image.width,
            channels=len(image.getbands()),
            bits=_depth(image, data),
            mode=image.mode,
            orientation=orientation,
            photometric=tiff_tags.get(_PHOTOMETRIC_TAG),
            pages=pages,
            synthetic=image.info.get("Source") == "synthetic",
        )


def _depth(image: Image, data: bytes) -> int:
    """Return the bits of a channel."""
    if image.format == "PNG":
        # The header chunk comes first (PNG specification, 11.2.2).
        return data[24]
    bits = getattr(image, "tag_v2", {}).get(_BITS_TAG, 1 if image.mode == "1" else 8)
    return int(bits[0] if isinstance(bits, tuple) else bits)


def _pages(image: Image) -> int:
    """Return the number of pages of a TIFF; previews and animations of other formats are no pages."""
    if image.format != "TIFF":
        return 1
    # The chain of pages may be damaged behind the first one.
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:
        return 1


def _go_to(path: Path, image: Image, frame: int, held: int) -> None:
    """Read the header of another page, whose size may differ."""
    if frame == 0:
        return
    try:
        image.seek(frame)
    # Each format's parser fails in its own way on damaged headers.
    except Exception as error:
        raise _damaged(path, "TIFF") from error
    check_claims(path, image, held)


def _decode(path: Path, data: bytes, header: _Header, frame: int) -> NDArray[Any]:
    """Return (H, W) or (H, W, C) values, red first; decoders that fill up truncated pictures are not used."""
    import imagecodecs

    try:
        match header.file_format:
            case "PNG":
                _check_png(data)
                decoded = imagecodecs.png_decode(data)
            case "TIFF" if header.photometric in _MAX_IS_BLACK_OR_RGB:
                decoded = imagecodecs.tiff_decode(data, index=frame)
            case "JPEG":
                decoded = _decode_jpeg(data)
            case _:
                with _opened(path, data) as image:
                    image.seek(frame)
                    wanted = "L" if header.mode in ("1", "L") else "RGB"
                    decoded = np.asarray(image.convert(wanted))
    except (ImageReadError, MemoryError):
        raise
    # Every decoder has its own exceptions.
    except Exception as error:
        raise _damaged(path, header.file_format) from error
    values = np.asarray(decoded)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * 255
    if values.dtype not in (np.uint8, np.uint16, np.int8, np.int16) or values.ndim not in (2, 3):
        raise ImageReadError(
            f"Pictures with values of type {values.dtype} cannot be shown.",
            "Save it with 8 or 16 bits a channel.",
            path,
        )
    return values


def _check_png(data: bytes) -> None:
    """Require whole chunks with the right sums up to the last one: decoders let some damage pass."""
    position, kind = 8, b""
    while kind != b"IEND":
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        body = memoryview(data)[position + 4 : position + 8 + length]
        found = int.from_bytes(data[position + 8 + length : position + 12 + length], "big")
        if len(body) < 4 + length or zlib.crc32(body) != found:
            raise ValueError("a chunk is incomplete or its sum is wrong")
        position += 12 + length


def _decode_jpeg(data: bytes) -> NDArray[np.uint8]:
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        raise ValueError("the JPEG decoder gave up")
    return np.asarray(decoded[..., ::-1] if decoded.ndim == 3 else decoded)


def _to_gray(values: NDArray[Any], notes: list[str]) -> NDArray[Any]:
    if values.ndim == 2:
        return values
    channels = values.shape[2]
    if channels in (2, 4) and values[..., -1].min() < np.iinfo(values.dtype).max:
        notes.append("The picture's transparency is not shown.")
    if channels < 3:
        return values[..., 0]
    gray, colored = luminance(values[..., :3])
    if colored:
        notes.append(COLOR_NOTE)
    return gray


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return a picture turned as its EXIF orientation says (EXIF 2.32, 4.6.4, tag 0x0112)."""
    if orientation in _LYING:
        pixels = pixels.T
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _damaged(path: Path, file_format: str) -> ImageReadError:
    return ImageReadError(
        f"The {file_format} file is damaged or truncated.", "Copy it again from its source.", path
    )
