"""What a file is, as far as its header tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cxrviewer.imaging.header import Header
from cxrviewer.imaging.presets import Preset
from cxrviewer.imaging.spacing import Spacing


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of an image without its pixels being decoded; names as in `Radiograph`.

    Parameters
    ----------
    path : Path
        The file.
    file_format : str
        "DICOM", "PNG", ...
    file_bytes : int
        Size of the file.
    rows, columns : int
        Of one frame, as stored; a picture with EXIF orientation as shown.
    bits : str
        Of a pixel, in words: "10 of 16 bits", "3 × 8 bits".
    photometric : str
        What the values stand for: a Photometric Interpretation (PS3.3 C.7.6.3.1.2), "grayscale", "RGB".
    presets : tuple of Preset
        The file's own VOI LUTs and windows.
    planes : int
        Overlay planes.
    shutter : str
        Shapes of what the file covers, "rectangular" say; empty where it covers nothing.
    """

    path: Path
    file_format: str
    file_bytes: int
    rows: int
    columns: int
    bits: str
    photometric: str
    frames: int = 1
    presets: tuple[Preset, ...] = ()
    spacing: Spacing | None = None
    aspect: float = 1.0
    directions: tuple[str, str] | None = None
    planes: int = 0
    shutter: str = ""
    badges: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    header: Header | None = None
