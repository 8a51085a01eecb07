"""Pages of paper as one PDF, each written when it is drawn: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import Name, PdfFile, PdfPages
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.report.page import Page

_SMALL = 64
"""Pixels along the shorter side under which a picture keeps every value: scales of colours."""
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
"""Colours at full resolution: those of heatmaps change from pixel to pixel."""


def write_pdf(pages: Iterable[Page], path: Path) -> None:
    """Write pages as one PDF, fonts within, so that the text can be selected and searched.

    Parameters
    ----------
    pages : iterable of Page
        In their order, one at least; the document is of the moment of the first that has one.
    path : Path
        Replaced where it exists.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    moment = None
    # Type 42 keeps whole TrueType outlines; type 3, the default, is refused by some publishers.
    with rc_context({"pdf.fonttype": 42}), path.open("wb") as stream:
        document = _Document(stream)
        for page in pages:
            moment = moment or page.moment
            document.savefig(page.figure)
            document.let_go()
        document.infodict()["CreationDate"] = moment
        # Not where a page fails: its error is told, not that of a document that is not whole.
        document.close()


class _Document(PdfPages):  # type: ignore[misc]
    """A PDF whose pictures are written with their page; of matplotlib's all stay in memory to the end.

    Parameters
    ----------
    stream : binary file
        Written to.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        texts = {
            "Title": "Report of an analysis",
            "Creator": f"CXR Viewer {__version__}",
            "Subject": DISCLAIMER,
            "CreationDate": None,
        }
        super().__init__(stream, metadata=texts)
        self._file: Any = _File(stream, metadata=texts)

    def let_go(self) -> None:
        """Write the pictures of the last page."""
        self._file.writeImages()


class _File(PdfFile):  # type: ignore[misc]
    """Keeps of pictures that are written only their names, by which the document finds them.

    Large ones are JPEG within: a fifth of the bytes, so that a report of hundreds of cases can be sent.
    """

    def writeImages(self) -> None:
        """Write those that are not written yet; called by matplotlib, too, at the end."""
        every = self._images  # type: ignore[has-type]
        self._images = {key: entry for key, entry in every.items() if entry[0] is not None}
        super().writeImages()
        # By numbers that no other picture has: by its place in memory, a later one would be taken for it.
        named = enumerate(every.values(), start=1)
        self._images = {-number: (None, name, place) for number, (_, name, place) in named}

    def _writeImg(self, data: NDArray[np.uint8], id: int, smask: object = None) -> None:
        """Write a picture, (H, W, 3) or (H, W, 1) uint8; called by matplotlib."""
        if smask is not None or min(data.shape[:2]) < _SMALL:
            super()._writeImg(data, id, smask)
            return
        gray = bool((data == data[..., :1]).all())
        content = {
            "Type": Name("XObject"),
            "Subtype": Name("Image"),
            "Width": data.shape[1],
            "Height": data.shape[0],
            "ColorSpace": Name("DeviceGray" if gray else "DeviceRGB"),
            "BitsPerComponent": 8,
            "Filter": Name("DCTDecode"),
        }
        _, jpeg = cv2.imencode(".jpg", data[..., 0] if gray else data[..., ::-1], _JPEG)
        # Else the stream is compressed once more, and said to be so alone.
        with rc_context({"pdf.compression": 0}):
            self.beginStream(id, self.reserveObject("length of image stream"), content)
            self.currentstream.write(jpeg.tobytes())
            self.endStream()
