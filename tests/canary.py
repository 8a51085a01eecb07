"""A DICOM file with a mark in all that tells who the patient is, and the search for the mark in any file.

The mark is looked for in the bytes of a file, in what is packed inside them (zip members, PNG and PDF
streams, gzip, pictures in pages), in tables of Parquet and SQLite, and in the codes that texts take on their
way: UTF-16, hexadecimal digits, Base64.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import shutil
import sqlite3
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

MARK = "ZQCANARY"
BIRTH = "19310711"
UID_ROOT = "1.2.826.0.1.3680043.10.7077077"
FILE_MARK = "QXFILENAME"
"""In the name of the file: of no use to tell one export from another but by what the user calls them."""

MARKS = (MARK, BIRTH, "1931-07-11", "1931.07.11", UID_ROOT)

_TEXTS = frozenset({"AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
"""Value representations (PS3.5 6.2) that may say anything; names of people, PN, besides."""
_META = 0x0002
"""Group of the file's own header."""


def write_marked(
    path: Path, pixels: NDArray[np.uint16] | None = None, *, mark: str = MARK, damaged: bool = False
) -> Path:
    """Write a radiograph with a mark in every element that can hold one, nested and private ones included.

    Parameters
    ----------
    path : Path
        File to be written.
    pixels : (H, W) uint16 array, optional
        12 bits; a smooth image when left out.
    mark : str
        Of as many letters as `MARK`; another one makes the same image of somebody else.
    damaged : bool
        Whether most of the pixels are missing.
    """
    if pixels is None:
        rows, columns = np.indices((240, 200))
        pixels = (2000 + 1500 * np.sin(rows / 31) * np.cos(columns / 23)).astype(np.uint16)
    dataset = FileDataset(None, Dataset(), file_meta=FileMetaDataset(), preamble=mark.encode().ljust(128))
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.SourceApplicationEntityTitle = mark
    _describe_image(dataset, pixels)
    _identify(dataset, mark)
    if damaged:
        dataset.PixelData = dataset.PixelData[: len(dataset.PixelData) // 3]
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_marked_picture(path: Path, mark: str = MARK) -> Path:
    """Write a PNG, JPEG or TIFF file with a mark in its texts, its EXIF and its XMP."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    picture = Image.fromarray((np.indices((200, 180)).sum(axis=0) % 256).astype(np.uint8))
    exif, packet = Image.Exif(), f"<x:xmpmeta>{mark}</x:xmpmeta>"
    exif.update(dict.fromkeys((0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x013C, 0x8298), mark))
    exif[0x9C9B] = mark.encode("utf-16-le")
    if path.suffix == ".png":
        texts = PngInfo()
        texts.add_text("Title", mark)
        texts.add_text("Comment", mark, zip=True)
        texts.add_itxt("XML:com.adobe.xmp", packet)
        picture.save(path, pnginfo=texts, exif=exif)
    elif path.suffix == ".jpg":
        picture.save(path, comment=mark.encode(), exif=exif, xmp=packet.encode())
    else:
        picture.save(path, tiffinfo=exif)
    return path


def _describe_image(dataset: Dataset, pixels: NDArray[np.uint16]) -> None:
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.Modality, dataset.BodyPartExamined = "DX", "CHEST"
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = "20200102"
    dataset.StudyTime = dataset.ContentTime = "101112"
    dataset.PatientSex, dataset.PatientAge = "F", "088Y"
    dataset.ViewPosition = "PA"
    dataset.PatientOrientation = ["L", "F"]
    dataset.ImagerPixelSpacing = [0.2, 0.2]
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = 2000, 3000
    dataset.BurnedInAnnotation = "NO"
    dataset.PixelData = pixels.astype("<u2").tobytes()


def _identify(dataset: Dataset, mark: str) -> None:
    for number, (tag, (kind, *_)) in enumerate(sorted(DicomDictionary.items())):
        if tag >> 16 > _META and tag not in dataset:
            if kind in _TEXTS:
                dataset.add_new(tag, kind, f"{mark}{number:04}")
            elif kind == "PN":
                dataset.add_new(tag, kind, f"{mark}{number:04}^{mark}")
    dataset.PatientBirthDate = BIRTH
    dataset.OtherPatientIDs = [f"{mark}A", f"{mark}B"]
    dataset.StudyDescription = f"Chest {mark}00"
    dataset.SeriesDescription = f"{mark}00 p.a."
    for number, keyword in enumerate(
        ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
    ):
        setattr(dataset, keyword, f"{UID_ROOT}.{number}")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    order = Dataset()
    order.RequestedProcedureID = f"{mark}C"
    order.ScheduledProcedureStepDescription = f"{mark}D"
    order.RequestedProcedureDescription = f"Chest of {mark}"
    dataset.RequestAttributesSequence = Sequence([order])
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = f"{mark}E", f"{mark}F"
    dataset.OtherPatientIDsSequence = Sequence([other])
    _draw_over(dataset, mark)
    private = dataset.private_block(0x0011, "VENDOR", create=True)
    private.add_new(0x01, "LO", f"{mark}G")
    private.add_new(0x02, "UN", f"{mark}H".encode())
    dataset.add_new(0xFFFCFFFC, "OB", f"{mark}TRAILING".encode())


def _draw_over(dataset: Dataset, mark: str) -> None:
    """Add an overlay plane (PS3.3 C.9.2) whose texts are marked: a bar of 8 pixels."""
    bits = np.zeros((dataset.Rows, dataset.Columns), np.uint8)
    bits[100, 40:48] = 1
    packed = np.packbits(bits, bitorder="little").tobytes()
    for element, kind, value in (
        (0x0010, "US", dataset.Rows),
        (0x0011, "US", dataset.Columns),
        (0x0022, "LO", f"{mark}I"),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x1500, "LO", f"{mark}J"),
        (0x3000, "OW", packed),
    ):
        dataset.add_new(0x60000000 | element, kind, value)


def found_in(folder: Path, marks: tuple[str, ...] = MARKS, keep: tuple[Path, ...] = ()) -> list[str]:
    """Return where a folder holds a mark, in names and contents of all files below; `keep` are left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path in keep:
            continue
        name = str(path.relative_to(folder))
        found += [f"{name}: its name" for mark in marks if mark.casefold() in name.casefold()]
        if path.is_file():
            found += [f"{name}: {where}" for where in found_in_bytes(path.read_bytes(), marks)]
    return found


def found_in_bytes(content: bytes, marks: tuple[str, ...] = MARKS) -> list[str]:
    """Return what of a file holds a mark."""
    coded = [(mark, form) for mark in marks for form in _forms(mark)]
    return [
        f"{mark} in {where}"
        for where, blob in _layers(content, "its bytes", 0)
        for mark, form in coded
        if form in blob.lower() or form in blob
    ]


def _forms(mark: str) -> set[bytes]:
    """Return how a text may be written; compared in small letters, too."""
    low = mark.casefold()
    forms = {low.encode(), low.encode("utf-16-le"), low.encode("utf-16-be"), low.encode().hex().encode()}
    forms.add(mark.encode().hex().encode())
    for lead in range(3):
        # Of Base64, the part that does not depend on what stands before and after.
        code = base64.b64encode(b"\0" * lead + mark.encode())
        forms.add(code[(lead * 8 + 5) // 6 : len(code) // 4 * 4 - 4])
    return forms


def _layers(content: bytes, where: str, depth: int) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes and all that is packed in them."""
    yield where, content
    if depth > 3:
        return
    inner: list[tuple[str, bytes]] = []
    if content.startswith(b"\x89PNG"):
        inner += [(f"chunk {kind}", data) for kind, data in _png_texts(content)]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inner += [(name, archive.read(name)) for name in archive.namelist()]
    if content.startswith(b"\x1f\x8b"):
        inner.append(("gzip", gzip.decompress(content)))
    if content.startswith(b"%PDF"):
        inner += list(_pdf_streams(content))
    if content.startswith(b"PAR1"):
        inner.append(("its table", _parquet_text(content)))
    if content.startswith(b"SQLite format 3"):
        inner.append(("its tables", _sqlite_text(content)))
    for number, match in enumerate(re.finditer(rb"data:[a-z/+-]+;base64,([A-Za-z0-9+/=]+)", content)):
        inner.append((f"embedded file {number}", base64.b64decode(match[1])))
    for name, data in inner:
        yield from _layers(data, f"{where}, {name}", depth + 1)


def _png_texts(content: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        data = content[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iCCP", b"iTXt"):
            for start in range(len(data)):
                with_header = zlib.decompressobj()
                try:
                    yield kind.decode(), with_header.decompress(data[start:])
                    break
                except zlib.error:
                    continue
        at += length + 12


def _pdf_streams(content: bytes) -> Iterator[tuple[str, bytes]]:
    for number, match in enumerate(re.finditer(rb"stream\r?\n", content)):
        try:
            yield f"stream {number}", zlib.decompressobj().decompress(content[match.end() :])
        except zlib.error:
            continue
    tool = shutil.which("pdftotext")
    if tool is not None:
        done = subprocess.run([tool, "-", "-"], input=content, capture_output=True, check=True)
        yield "text on the pages", done.stdout


def _parquet_text(content: bytes) -> bytes:
    import pyarrow.parquet

    return repr(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()).encode()


def _sqlite_text(content: bytes) -> bytes:
    connection = sqlite3.connect(":memory:")
    # Without its write-ahead log, which is a file of its own (SQLite file format, 1.3.3).
    connection.deserialize(content[:18] + b"\1\1" + content[20:])
    return "\n".join(connection.iterdump()).encode()
