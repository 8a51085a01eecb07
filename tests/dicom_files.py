"""DICOM radiographs made on the spot: every combination of what decides how a file is to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
)

SIDE = 64
INTERCEPT = 100
SHUTTER = (5, 60, 9, 56)
"""Upper, lower, left and right edge of the shutter, rows and columns from 1."""

PHOTOMETRIC = ("MONOCHROME1", "MONOCHROME2")
BITS = (8, 10, 12, 16)
SIGNED = (False, True)
SLOPES = (1.0, -1.0, -10.0, 0.5)
VOI = (
    "none",
    "one window",
    "several windows",
    "table of 8 bits",
    "table of 12 bits",
    "table of 16 bits",
    "sigmoid",
    "width 0",
    "width 0.5",
    "empty",
)
SURROUND = ("nothing", "padding", "shutter")


@dataclass(frozen=True)
class Case:
    """One combination.

    Parameters
    ----------
    photometric : str
        MONOCHROME1 or MONOCHROME2.
    bits : int
        Bits Stored; the least that hold them are allocated.
    signed : bool
        Pixel Representation.
    slope : float
        Rescale Slope.
    voi : str
        What the file says about the VOI, of `VOI`.
    surround : str
        What is no image, of `SURROUND`.
    """

    photometric: str
    bits: int
    signed: bool
    slope: float
    voi: str
    surround: str

    @property
    def lowest(self) -> int:
        """The smallest stored value."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def modality_range(self) -> tuple[float, float]:
        """The smallest and the largest modality value that the stored bits hold."""
        ends = (self.lowest, self.lowest + (1 << self.bits) - 1)
        low, high = sorted(end * self.slope + INTERCEPT for end in ends)
        return low, high

    @property
    def windows(self) -> tuple[tuple[float, float], ...]:
        """Centre and width of the windows of the file that can be used."""
        low, high = self.modality_range
        middle, width = (low + high) / 2, high - low
        match self.voi:
            case "one window" | "sigmoid":
                return ((round(middle), round(0.6 * width)),)
            case "several windows":
                narrow = max(2.0, round(0.1 * width))
                return ((round(middle), round(0.6 * width)), (middle + 0.25, narrow), (low, 2 * width))
        return ()

    @property
    def padding(self) -> tuple[int, int] | None:
        """Smallest and largest stored value that are padding."""
        return (self.lowest, self.lowest + (1 << self.bits) // 40) if self.surround == "padding" else None

    def pixels(self) -> NDArray[np.integer]:
        """Return stored values, (64, 64): a ramp over all of them, or over each 16th of 16 bits."""
        ramp = np.arange(SIDE * SIDE) * (1 << self.bits) // (SIDE * SIDE) + self.lowest
        kind = "i" if self.signed else "u"
        return ramp.reshape(SIDE, SIDE).astype(f"{kind}{1 if self.bits == 8 else 2}")

    def dataset(self, syntax: str = ExplicitVRLittleEndian) -> FileDataset:
        """Return the file, uncompressed, with a syntax of uncompressed pixels."""
        dataset = dicom_dataset(self.pixels(), syntax)
        dataset.PhotometricInterpretation = self.photometric
        if self.photometric == "MONOCHROME1":
            # In DX the two say the same thing: together they invert once.
            dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
            dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
            dataset.PresentationLUTShape = "INVERSE"
        dataset.BitsStored, dataset.HighBit = self.bits, self.bits - 1
        dataset.RescaleSlope, dataset.RescaleIntercept = self.slope, INTERCEPT
        self._describe_voi(dataset)
        self._describe_surround(dataset)
        return dataset

    def _describe_voi(self, dataset: Dataset) -> None:
        if self.windows:
            dataset.WindowCenter = [center for center, _ in self.windows]
            dataset.WindowWidth = [width for _, width in self.windows]
            dataset.WindowCenterWidthExplanation = [f"WINDOW {n}" for n in range(len(self.windows))]
        match self.voi:
            case "sigmoid":
                dataset.VOILUTFunction = "SIGMOID"
            case "width 0":
                dataset.WindowCenter, dataset.WindowWidth = 100, 0
            case "width 0.5":
                dataset.WindowCenter, dataset.WindowWidth = 100, 0.5
            case "empty":
                dataset.WindowCenter = dataset.WindowWidth = None
            case "table of 8 bits" | "table of 12 bits" | "table of 16 bits":
                dataset.VOILUTSequence = Sequence([self._voi_item(dataset)])

    def _voi_item(self, dataset: FileDataset) -> Dataset:
        """Return a table of a gamma curve over the middle of the modality values.

        Entries of 8 bits are packed, two in a word.
        """
        bits = int(self.voi.split()[2])
        low, high = self.modality_range
        entries = int(min(max(high - low, 16), 1024)) // 2 * 2
        first = int(np.clip((low + high - entries) / 2, -(1 << 15), (1 << 15) - 1))
        curve = np.linspace(0, 1, entries) ** 1.5
        values = np.round(curve * ((1 << bits) - 1)).astype(np.uint8 if bits == 8 else "<u2")
        item = Dataset()
        item.add_new("LUTDescriptor", "SS" if low < 0 else "US", [entries, first, bits])
        item.LUTExplanation = "TABLE"
        words = np.frombuffer(values.tobytes(), "<u2")
        order = "<" if dataset.original_encoding[1] else ">"
        item.add_new("LUTData", "OW", words.astype(f"{order}u2").tobytes())
        return item

    def _describe_surround(self, dataset: Dataset) -> None:
        if self.padding is not None:
            kind = "SS" if self.signed else "US"
            dataset.add_new("PixelPaddingValue", kind, self.padding[0])
            dataset.add_new("PixelPaddingRangeLimit", kind, self.padding[1])
        if self.surround == "shutter":
            dataset.ShutterShape = "RECTANGULAR"
            dataset.ShutterUpperHorizontalEdge, dataset.ShutterLowerHorizontalEdge = SHUTTER[:2]
            dataset.ShutterLeftVerticalEdge, dataset.ShutterRightVerticalEdge = SHUTTER[2:]


def cases() -> Iterator[Case]:
    """Give every combination."""
    for combination in product(PHOTOMETRIC, BITS, SIGNED, SLOPES, VOI, SURROUND):
        yield Case(*combination)


def dicom_dataset(pixels: NDArray[np.integer], syntax: str = ExplicitVRLittleEndian) -> FileDataset:
    """Return a minimal CR whose pixels fill their type."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = syntax
    encoding = meta.TransferSyntaxUID
    dataset = FileDataset(
        "",
        {},
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=encoding.is_implicit_VR,
        is_little_endian=encoding.is_little_endian,
    )
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    dataset.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    in_order = pixels.astype(pixels.dtype.newbyteorder("<" if encoding.is_little_endian else ">"))
    dataset.PixelData = in_order.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OW" if pixels.itemsize == 2 else "OB"
    return dataset
