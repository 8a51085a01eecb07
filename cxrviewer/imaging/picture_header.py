"""The header of a picture in a format of everyday, read by Pillow and checked before anything is decoded."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.limits import MAX_IMAGE_BYTES, check_frame
from cxrviewer.imaging.picture_claims import check_claims

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


@dataclass(frozen=True)
class PictureHeader:
    """What is known of a picture before it is decoded.

    Parameters
    ----------
    file_format : str
        As `picture_format`.
    rows, columns, channels : int
        As stored: not yet turned upright.
    bits : int
        Of a channel.
    mode : str
        Pillow's name for the kind of pixel.
    orientation : int
        1 to 8, as EXIF 2.32, 4.6.4, tag 0x0112.
    photometric : int, optional
        TIFF 6.0, tag 262.
    pages : int
        Of a TIFF; else 1.
    synthetic : bool
        Whether the file says that it was drawn.
    """

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


def picture_format(head: bytes) -> str | None:
    """Return the name of the format that the first bytes of a file are of; None for others."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    # Two letters open many a text: a bitmap also has a header of a known size and a plausible offset.
    if head[:2] == b"BM" and head[15:18] != b"\0\0\0":
        return None
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


@cache
def _pillow() -> Any:
    """Return Pillow's Image module, which is told to keep its warnings: what matters is raised or noted."""
    from PIL import Image

    warnings.filterwarnings("ignore", module=r"PIL\.")
    Image.MAX_IMAGE_PIXELS = MAX_IMAGE_BYTES
    return Image


def opened_picture(path: Path, data: bytes) -> Image:
    """Return the picture with its header read and nothing decoded.

    Raises
    ------
    ImageReadError
        The header is damaged, or claims more than the file can hold.
    """
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
        raise damaged_picture(path, picture_format(data) or "picture") from error
    check_claims(path, image, len(data))
    return image


def read_header(path: Path, data: bytes, frame: int) -> PictureHeader:
    """Return the header of a picture; of several pages that of one, counted from 0.

    Raises
    ------
    ImageReadError
        It is damaged, claims more than the file can hold, or there is no such page.
    """
    with opened_picture(path, data) as image:
        pages = _pages(image)
        check_frame(path, frame, pages)
        _go_to(path, image, frame, len(data))
        try:
            orientation = int(image.getexif().get(_ORIENTATION_TAG, 1))
        # Metadata is optional, and any parser of it may stumble.
        except Exception:
            orientation = 1
        tiff_tags = getattr(image, "tag_v2", {})
        return PictureHeader(
            file_format=str(picture_format(data)),
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
        raise damaged_picture(path, "TIFF") from error
    check_claims(path, image, held)


def damaged_picture(path: Path, file_format: str) -> ImageReadError:
    """Return the error that a picture is damaged."""
    return ImageReadError(
        f"The {file_format} file is damaged or truncated.", "Copy it again from its source.", path
    )
