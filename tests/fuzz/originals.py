"""Small files of every kind that is opened, to be damaged."""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from dicom_encodings import ENCODINGS
from dicom_files import Case, cases, dicom_dataset
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset

CASES = 40
SYNTAXES = (
    uid.ExplicitVRLittleEndian,
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
)
_MULTIFRAME = ("SC_rgb_rle_2frame.dcm", "emri_small_jpeg_ls_lossless.dcm", "rtdose.dcm")
_SPECIAL = ("MR-SIEMENS-DICOM-WithOverlays.dcm", "examples_palette.dcm", "SC_ybr_full_422_uncompressed.dcm")


@dataclass(frozen=True)
class Original:
    """A whole file: how it ends, its bytes, and what is in it."""

    suffix: str
    content: bytes
    name: str


def originals(folder: Path) -> tuple[Original, ...]:
    """Return the files to be damaged, the same ones each time; DCMTK makes some of them.

    Parameters
    ----------
    folder : Path
        For files that are made on the way.
    """
    # There is but one archive: it is taken several times.
    return (*_dicom(folder), *_from_pydicom(), *_pictures(), *[_archive()] * 4)


def _dicom(folder: Path) -> list[Original]:
    chosen = random.Random(0).sample(list(cases()), CASES)
    made = [
        _original(_rich(case, syntax), f"{syntax.name} {case}")
        for case, syntax in zip(chosen, SYNTAXES * CASES, strict=False)
    ]
    for encoding in ENCODINGS:
        case = next(case for case in chosen if encoding.suits(case))
        plain, compressed = folder / "plain.dcm", folder / "compressed.dcm"
        _rich(case).save_as(plain, enforce_file_format=True)
        encoding.write(plain, compressed, case)
        made.append(Original(".dcm", compressed.read_bytes(), f"{encoding.name} {case}"))
    return made


def _rich(case: Case, syntax: str = uid.ExplicitVRLittleEndian) -> FileDataset:
    """Return a case with all that is read besides: overlay, spacing, sides, words."""
    dataset = case.dataset(syntax)
    dataset.PatientName, dataset.PatientID, dataset.StudyDate = "Fuzz^Test", "1", "20260102"
    dataset.ImagerPixelSpacing, dataset.PixelSpacing = [0.2, 0.1], [0.19, 0.095]
    dataset.PatientOrientation, dataset.ViewPosition = ["L", "F"], "PA"
    rows, columns = case.pixels().shape
    bits = np.packbits(case.pixels() > 20).tobytes()
    for element, kind, value in (
        (0x0010, "US", rows),
        (0x0011, "US", columns),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", bits),
    ):
        dataset.add_new((0x6000, element), kind, value)
    return dataset


def _original(dataset: FileDataset, name: str) -> Original:
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return Original(".dcm", stream.getvalue(), name)


def _from_pydicom() -> list[Original]:
    made = []
    for name in (*_MULTIFRAME, *_SPECIAL, "DICOMDIR"):
        path = get_testdata_file(name, download=False)
        if isinstance(path, str):
            made.append(Original("" if name == "DICOMDIR" else ".dcm", Path(path).read_bytes(), name))
    return made


def _pictures() -> list[Original]:
    ramp = np.add.outer(np.arange(50) * 5, np.arange(40)).astype(np.uint8)
    deep = ramp.astype(np.uint16) * 200
    colors = np.stack([ramp, ramp[::-1], 255 - ramp], axis=-1)
    made = [
        *(_by_opencv(".png", image) for image in (ramp, deep, colors)),
        *(_by_opencv(".jpg", image) for image in (ramp, colors)),
        _by_opencv(".jpg", ramp, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
        *(_by_opencv(suffix, ramp) for suffix in (".bmp", ".webp")),
    ]
    for options in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg"):
        made.append(_by_pillow(".tif", ramp, "TIFF", compression=options))
    made.append(_by_pillow(".tif", deep, "TIFF", compression="tiff_lzw"))
    made.append(_by_pillow(".tif", ramp > 100, "TIFF", compression="group4"))
    pages = [Image.fromarray(ramp), Image.fromarray(ramp[::-1])]
    made.append(_by_pillow(".tif", ramp, "TIFF", save_all=True, append_images=pages))
    palette = Image.fromarray(ramp).convert("P", palette=Image.Palette.ADAPTIVE)
    made.append(_saved(".png", palette, "PNG"))
    exif = Image.Exif()
    exif[0x0112] = 6
    made.append(_by_pillow(".jpg", ramp, "JPEG", exif=exif))
    return made


def _by_opencv(
    suffix: str, pixels: NDArray[np.integer], options: tuple[int, ...] | list[int] = ()
) -> Original:
    done, content = cv2.imencode(suffix, pixels, list(options))
    assert done
    return Original(suffix, content.tobytes(), f"{suffix} {pixels.dtype} {pixels.shape} {options}")


def _by_pillow(suffix: str, pixels: NDArray[np.generic], kind: str, **options: object) -> Original:
    return _saved(suffix, Image.fromarray(pixels), kind, **options)


def _saved(suffix: str, image: Image.Image, kind: str, **options: object) -> Original:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return Original(suffix, stream.getvalue(), f"{suffix} {image.mode} {sorted(options)}")


def _archive() -> Original:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
            content = io.BytesIO()
            dicom_dataset(np.full((20, 20), number, np.uint8)).save_as(content, enforce_file_format=True)
            archive.writestr(f"inner/{number}.dcm", content.getvalue(), number)
    return Original(".zip", stream.getvalue(), "zip of DICOM files")
