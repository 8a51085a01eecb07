"""PNG: lossless, opened by everything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.png_file import png_file
from cxrviewer.export.writer_spec import WriterSpec

SPEC = WriterSpec("png", "PNG image", (".png",))


def write(picture: NDArray[np.uint8], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a picture.

    Parameters
    ----------
    picture : (H, W, 3) or (H, W) uint8 array
        Red, green, blue; or shades of gray, 0 black.
    path : Path
        The file.
    metadata : mapping of str to str
        Text chunks by keyword (PNG specification, 11.3.3).

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full.
    """
    path.write_bytes(png_file(picture, metadata))
