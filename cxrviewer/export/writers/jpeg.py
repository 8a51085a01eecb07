"""JPEG: small, for slides and mail; not bit for bit what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.exif import exif_of
from cxrviewer.export.writer_spec import WriterSpec

SPEC = WriterSpec("jpeg", "JPEG image", (".jpg", ".jpeg"), order=1)

_QUALITY = 95
"""With colours at full resolution: edges of text and contours stay clean."""


def write(picture: NDArray[np.uint8], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a picture; arguments and errors as of `png.write`, the texts as Exif."""
    from PIL import Image

    with path.open("wb") as stream:
        Image.fromarray(picture).save(
            stream, "JPEG", quality=_QUALITY, subsampling="4:4:4", exif=exif_of(metadata)
        )
