"""Draw the teaching phantom as DICOM and PNG: ``python packaging/draw_phantom.py resources/samples``.

The files are the same at every run: fixed identifiers, no dates.
"""

from __future__ import annotations

import sys
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGLosslessSV1, SecondaryCaptureImageStorage, generate_uid

from cxrviewer.imaging.phantom import BITS, Opacity, draw_phantom

WINDOW = (1930, 2740)
"""Center and width that show lungs and mediastinum alike."""

PHANTOMS = {
    "phantom-normal": ("Synthetic chest phantom, normal", None),
    "phantom-opacity": ("Synthetic chest phantom, opacity in the right lung", Opacity()),
}


def write_dicom(path: Path, pixels: NDArray[np.uint16], description: str) -> None:
    """Write a Secondary Capture image (PS3.3 A.8.1) that says that nobody was examined.

    Parameters
    ----------
    path : Path
        The file; its name gives the identifiers.
    pixels : (H, W) uint16 array
        12-bit stored values, MONOCHROME2.
    description : str
        Series description.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = _uid("instance", path.stem)
    meta.TransferSyntaxUID = JPEGLosslessSV1
    meta.ImplementationClassUID = _uid("implementation")
    meta.ImplementationVersionName = "CXRVIEWER"
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.SyntheticData = "YES"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.ConversionType = "SYN"
    dataset.Modality = "OT"
    dataset.BodyPartExamined = "CHEST"
    dataset.PatientName = "SYNTHETIC^PHANTOM"
    dataset.PatientID = "PHANTOM"
    for empty in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
                  "ReferringPhysicianName", "StudyID"):  # fmt: skip
        setattr(dataset, empty, "")
    dataset.StudyInstanceUID = _uid("study")
    dataset.SeriesInstanceUID = _uid("series", path.stem)
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.SeriesDescription = description
    dataset.DerivationDescription = "Drawn by a program; no patient, no measurement"
    dataset.PatientOrientation = ["L", "F"]
    dataset.BurnedInAnnotation = "NO"
    _set_pixels(dataset, pixels)
    dataset.save_as(path, enforce_file_format=True)


def _set_pixels(dataset: FileDataset, pixels: NDArray[np.uint16]) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated = 16
    dataset.BitsStored = BITS
    dataset.HighBit = BITS - 1
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = WINDOW
    dataset.WindowCenterWidthExplanation = "CHEST"
    dataset.LossyImageCompression = "00"
    stream = imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=BITS, predictor=1)
    dataset.PixelData = encapsulate([bytes(stream)])
    dataset["PixelData"].VR = "OB"


def write_png(path: Path, pixels: NDArray[np.uint16], *, smallest: bool) -> None:
    """Write a 16-bit PNG; the 12-bit values fill the range, for programs that show all of it."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Source", "synthetic")
    text.add_text("Description", "Drawn chest phantom: no patient, no measurement")
    Image.fromarray(pixels << (16 - BITS)).save(path, pnginfo=text, optimize=smallest, compress_level=1)


def _uid(*parts: str) -> UID:
    return generate_uid(entropy_srcs=["cxrviewer", "phantom", *parts])


def main(folder: Path, *, smallest: bool = True) -> None:
    """Write all phantoms to a folder; the smallest files take long."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (description, opacity) in PHANTOMS.items():
        pixels = draw_phantom(opacity)
        write_dicom(folder / f"{name}.dcm", pixels, description)
        write_png(folder / f"{name}.png", pixels, smallest=smallest)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
