"""WebP: lossless here, and smaller than PNG, for web pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.exif import exif_of
from cxrviewer.export.writer_spec import WriterSpec

SPEC = WriterSpec("webp", "WebP image", (".webp",), order=3)

_EFFORT = 2
"""Of 0 to 6: more takes seconds for a radiograph and saves little."""


def write(picture: NDArray[np.uint8], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a picture; arguments and errors as of `png.write`, the texts as Exif."""
    from PIL import Image

    with path.open("wb") as stream:
        Image.fromarray(picture).save(stream, "WEBP", lossless=True, method=_EFFORT, exif=exif_of(metadata))
