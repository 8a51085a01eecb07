"""TIFF: lossless, for publishers and image archives."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.exif import exif_of
from cxrviewer.export.writer_spec import WriterSpec

SPEC = WriterSpec("tiff", "TIFF image", (".tif", ".tiff"), order=2)


def write(picture: NDArray[np.uint8], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a picture; arguments and errors as of `png.write`, the texts as Exif."""
    from PIL import Image

    # In memory first: of a full disk, libtiff does not say that it is full.
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "TIFF", compression="tiff_adobe_deflate", exif=exif_of(metadata))
    path.write_bytes(stream.getbuffer())
