"""A radiograph as read from a file: stored pixels and what the file says about their meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.header import Header
from cxrviewer.imaging.planes import OverlayPlane
from cxrviewer.imaging.spacing import Spacing

_IN_NOTEBOOK = 640
"""Pixels of the longer side of what a notebook shows."""


class VoiFunction(StrEnum):
    """VOI LUT Function (PS3.3 C.11.2.1.3)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """A window on modality values (PS3.3 C.11.2.1.2).

    Parameters
    ----------
    center, width : float
        In modality values. `width` is at least 1 for LINEAR and above 0 otherwise.
    function : VoiFunction
        How values inside the window map to presentation values.
    explanation : str
        The file's name for the window, "LUNG" say; may be empty.
    """

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = ""


@dataclass(frozen=True, eq=False)
class LookupTable:
    """A Modality or VOI lookup table (PS3.3 C.11.1.1.1, C.11.2.1.1).

    Parameters
    ----------
    first_mapped : int
        Input value that `values[0]` stands for; inputs outside the table clamp to its ends.
    values : (N,) uint8 or uint16 array
        Output values, read-only.
    bits : int
        Bits of an output value: the output range is 0 to ``2**bits - 1``.
    explanation : str
        The file's name for the table; may be empty.
    """

    first_mapped: int
    values: NDArray[np.unsignedinteger]
    bits: int
    explanation: str = ""


@dataclass(frozen=True)
class Rescale:
    """Rescale slope and intercept: modality = stored * slope + intercept (PS3.3 C.11.1.1.2)."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, eq=False)
class GrayscaleInfo:
    """What a file says about how its stored values are to be shown.

    Parameters
    ----------
    bits_stored : int
        Bits of a stored value that carry the image, 1 to 16.
    signed : bool
        Whether stored values are two's complement.
    inverted : bool
        Whether low values are white: MONOCHROME1 or Presentation LUT Shape INVERSE, counted once.
    modality : Rescale or LookupTable
        Stored value to modality value.
    windows : tuple of Window
        The file's windows, valid ones only, in the file's order.
    voi_luts : tuple of LookupTable
        The file's VOI LUTs, valid ones only, in the file's order.
    padding : tuple of (int, int), optional
        Inclusive range of stored values that are not image (Pixel Padding Value and Range Limit).
    full_range_default : bool
        Whether the display starts with the full stored range (8-bit pictures) where the file has
        neither window nor VOI LUT; otherwise it starts with an automatic window.
    """

    bits_stored: int
    signed: bool = False
    inverted: bool = False
    modality: Rescale | LookupTable = field(default_factory=Rescale)
    windows: tuple[Window, ...] = ()
    voi_luts: tuple[LookupTable, ...] = ()
    padding: tuple[int, int] | None = None
    full_range_default: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Radiograph:
    """One image, immutable.

    Parameters
    ----------
    pixels : (H, W) uint8, uint16, int8 or int16 array
        Stored values, C-contiguous and read-only.
    grayscale : GrayscaleInfo
        How to show them.
    path : Path
        The file that it was read from.
    file_format : str
        "DICOM", "PNG", "JPEG", "TIFF", ...
    digest : str
        SHA-256 of the file, hexadecimal.
    aspect : float
        Height of a pixel over its width; 1 for square pixels.
    notes : tuple of str
        What a user should know about the file: "Colour image shown as luminance", a malformed tag.
    badges : tuple of str
        Short marks such as "lossy", "for processing", "synthetic".
    frame, frames : int
        Which of how many images of the file it is, counted from 0.
    spacing : Spacing, optional
        Size of a pixel; None where the file does not say.
    directions : tuple of (str, str), optional
        Where rows and columns point in the patient (Patient Orientation, PS3.3 C.7.6.1.1.1).
    shutter : (H, W) bool array, optional
        What the file wants covered (Display Shutter, PS3.3 C.7.6.11), True where covered; read-only.
    shutter_value : int
        Presentation value of what is covered, 0 (black) to 255.
    planes : tuple of OverlayPlane
        The file's drawings, which belong over the image.
    header : Header, optional
        What is written in the corners; None for pictures that are not DICOM.
    """

    pixels: NDArray[np.integer]
    grayscale: GrayscaleInfo
    path: Path
    file_format: str
    digest: str
    aspect: float = 1.0
    notes: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    frame: int = 0
    frames: int = 1
    spacing: Spacing | None = None
    directions: tuple[str, str] | None = None
    shutter: NDArray[np.bool_] | None = None
    shutter_value: int = 0
    planes: tuple[OverlayPlane, ...] = ()
    header: Header | None = None

    @property
    def key(self) -> str:
        """What tells this image from all others: the file's digest, and the frame after the first one."""
        return f"{self.digest}#{self.frame}" if self.frame else self.digest

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the stored pixels."""
        rows, columns = self.pixels.shape
        return int(rows), int(columns)

    def __repr__(self) -> str:
        # Neither the file's name nor its header: they tell who the patient is.
        rows, columns = self.shape
        one_of = f", frame {self.frame + 1} of {self.frames}" if self.frames > 1 else ""
        return f"<Radiograph of {rows} rows × {columns} columns, {self.file_format}{one_of}>"

    def _repr_png_(self) -> bytes:
        """Return what a notebook shows: the image with its default window, reduced."""
        import cv2

        from cxrviewer.imaging.grayscale import default_voi, presentation_table
        from cxrviewer.imaging.render import Renderer
        from cxrviewer.imaging.viewport import fitted

        view = fitted(self.shape, _IN_NOTEBOOK, self.aspect)
        gray = Renderer(self).gray(view, presentation_table(self, default_voi(self)))
        return cv2.imencode(".png", gray)[1].tobytes()
