"""Colour images have the luminance of what DCMTK makes of them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import cv2
import dcmtk
import imagecodecs
import numpy as np
import pytest
from dicom_files import dicom_dataset
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.grayscale import default_voi, index_image, presentation_table
from cxrviewer.imaging.open import read_radiograph

SHAPE = (32, 40)
ROWS, COLUMNS = np.indices(SHAPE)
COLORS = np.dstack([ROWS * 8, COLUMNS * 6, (ROWS + COLUMNS) * 3 % 256]).astype(np.uint8)
NAMES = ("Red", "Green", "Blue")


def save(folder: Path, pixels: NDArray[Any], syntax: str | None = None, **attributes: Any) -> Path:
    dataset = dicom_dataset(pixels, syntax) if syntax else dicom_dataset(pixels)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    path = folder / "colors.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def shown(path: Path) -> NDArray[np.int64]:
    radiograph = read_radiograph(path)
    table = presentation_table(radiograph, default_voi(radiograph))
    return np.asarray(cv2.LUT(index_image(radiograph), table), np.int64)


def expected(path: Path) -> NDArray[np.float64]:
    done = subprocess.run(["dcmj2pnm", "--quiet", "+op", str(path)], check=True, capture_output=True)
    colors = cv2.imdecode(np.frombuffer(done.stdout, np.uint8), cv2.IMREAD_COLOR)
    assert colors is not None
    return luminance(colors[..., ::-1])


def luminance(colors: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(colors @ np.array([0.299, 0.587, 0.114]))


def palette(entries: int, first: int, bits: int, *, segmented: bool = False) -> dict[str, Any]:
    """Three ramps that rise, fall and wave."""
    ramp = np.linspace(0, 1, entries)
    tables = (ramp, 1 - ramp, 0.5 + 0.5 * np.sin(9 * ramp))
    attributes: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name, table in zip(NAMES, tables, strict=True):
        values = np.round(table * ((1 << bits) - 1)).astype("<u2" if bits == 16 else np.uint8)
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [entries % (1 << 16), first, bits]
        if segmented:
            # A discrete segment of one value, then a line to the last one.
            steps = np.array([0, 1, values[0], 1, entries - 1, values[-1]], "<u2")
            attributes[f"Segmented{name}PaletteColorLookupTableData"] = steps.tobytes()
        else:
            data = values.tobytes()
            attributes[f"{name}PaletteColorLookupTableData"] = data + b"\0" * (len(data) % 2)
    return attributes


@dcmtk.needed
@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_uncompressed_colours(tmp_path, planar, photometric):
    data = (COLORS.transpose(2, 0, 1) if planar else COLORS).tobytes()
    path = save(
        tmp_path, COLORS, PlanarConfiguration=planar, PhotometricInterpretation=photometric, PixelData=data
    )
    found = shown(path)
    if photometric == "YBR_FULL":
        # Colours that no screen can show are cut by DCMTK; their luminance is stored as it is.
        assert np.array_equal(found, COLORS[..., 0])
    else:
        assert np.abs(found - expected(path)).max() <= 1


@dcmtk.needed
def test_colours_that_share_their_chroma(tmp_path):
    gray = np.stack([COLORS[..., 0], COLORS[..., 0]], axis=-1)
    chroma = np.full((SHAPE[0], SHAPE[1] // 2, 2), [110, 140], np.uint8)
    data = np.dstack([gray[:, ::2, 0], gray[:, 1::2, 0], chroma]).tobytes()
    path = save(tmp_path, COLORS, PhotometricInterpretation="YBR_FULL_422", PixelData=data)
    assert np.array_equal(shown(path), COLORS[..., 0])
    assert np.median(np.abs(shown(path) - expected(path))) <= 1


@dcmtk.needed
@pytest.mark.parametrize(("entries", "first"), [(256, 0), (200, 30)])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_palettes(tmp_path, entries, first, bits, dtype):
    path = save(tmp_path, COLORS[..., 0].astype(dtype), **palette(entries, first, bits))
    assert np.abs(shown(path) - expected(path)).max() <= 1


@dcmtk.needed
def test_a_palette_of_65536_entries(tmp_path):
    indices = (ROWS * 2000 + COLUMNS * 37).astype(np.uint16)
    path = save(tmp_path, indices, **palette(1 << 16, 0, 16))
    assert np.abs(shown(path) - expected(path)).max() <= 1


def test_a_segmented_palette_is_its_lines(tmp_path):
    path = save(tmp_path, COLORS[..., 0], **palette(256, 0, 16, segmented=True))
    ends = luminance(np.array([[0, 255, 127.5], [255, 0, 127.5 * (1 + np.sin(9))]]))
    share = COLORS[..., 0] / 255
    assert np.abs(shown(path) - (ends[0] + share * (ends[1] - ends[0]))).max() <= 1


def test_a_palette_without_its_tables_is_refused(tmp_path):
    with pytest.raises(ImageReadError, match="palette"):
        read_radiograph(save(tmp_path, COLORS[..., 0], PhotometricInterpretation="PALETTE COLOR"))


@dcmtk.needed
@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "RGB"])
def test_jpeg(tmp_path, photometric):
    space = "RGB" if photometric == "RGB" else "YCBCR"
    stream = imagecodecs.jpeg8_encode(COLORS, level=95, colorspace="RGB", outcolorspace=space)
    path = save(
        tmp_path,
        COLORS,
        JPEGBaseline8Bit,
        PhotometricInterpretation=photometric,
        PixelData=encapsulate([bytes(stream)]),
    )
    assert np.abs(shown(path) - luminance(COLORS)).mean() <= 3


@pytest.mark.parametrize(
    ("syntax", "photometric", "reversible"),
    [(JPEG2000Lossless, "YBR_RCT", True), (JPEG2000, "YBR_ICT", False), (JPEG2000Lossless, "RGB", True)],
)
def test_jpeg_2000(tmp_path, syntax, photometric, reversible):
    stream = imagecodecs.jpeg2k_encode(
        COLORS,
        codecformat="j2k",
        reversible=reversible,
        level=0 if reversible else 60,
        mct=photometric != "RGB",
    )
    path = save(
        tmp_path,
        COLORS,
        syntax,
        PhotometricInterpretation=photometric,
        PixelData=encapsulate([bytes(stream)]),
    )
    assert np.abs(shown(path) - luminance(COLORS)).max() <= (1 if reversible else 4)


@dcmtk.needed
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_run_lengths(tmp_path, dtype):
    colors = COLORS.astype(dtype) * (257 if dtype is np.uint16 else 1)
    dataset = dicom_dataset(colors.astype(dtype))
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    path = tmp_path / "rle.dcm"
    dataset.save_as(path)
    assert np.abs(shown(path) - expected(path)).max() <= 1
