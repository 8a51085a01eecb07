"""The teaching phantom: where things are, and that the files are those that the script draws."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.imaging.grayscale import default_voi, normalized
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.phantom import SHAPE, Opacity
from cxrviewer.imaging.radiograph import Window

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "resources" / "samples"
NAMES = ("phantom-normal", "phantom-opacity")


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    script = runpy.run_path(str(ROOT / "packaging" / "draw_phantom.py"))
    script["main"](folder, smallest=False)
    return folder


@pytest.mark.parametrize("name", [f"{name}.{extension}" for name in NAMES for extension in ("dcm", "png")])
def test_committed_files_are_what_the_script_draws(redrawn, name):
    committed, drawn = read_radiograph(SAMPLES / name), read_radiograph(redrawn / name)
    step = 16 if name.endswith("png") else 1
    difference = np.abs(committed.pixels.astype(int) - drawn.pixels) // step
    # Letters and rounding may differ between versions of the drawing library.
    assert (difference <= 2).mean() > 0.99
    assert (committed.grayscale, committed.badges) == (drawn.grayscale, drawn.badges) or (
        committed.grayscale.windows == drawn.grayscale.windows
    )


@pytest.mark.parametrize("name", NAMES)
def test_files_say_that_they_are_synthetic(name):
    from pydicom import dcmread

    for extension in ("dcm", "png"):
        path = SAMPLES / f"{name}.{extension}"
        assert read_radiograph(path).badges == ("synthetic",)
        assert path.stat().st_size < 1_500_000
    dataset = dcmread(SAMPLES / f"{name}.dcm")
    assert str(dataset.PatientName) == "SYNTHETIC^PHANTOM"
    assert dataset.SyntheticData == "YES"


def test_identifiers_are_the_same_at_every_drawing(redrawn):
    from pydicom import dcmread

    for name in NAMES:
        committed, drawn = dcmread(SAMPLES / f"{name}.dcm"), dcmread(redrawn / f"{name}.dcm")
        assert committed.SOPInstanceUID == drawn.SOPInstanceUID
    assert len({dcmread(SAMPLES / f"{name}.dcm").SOPInstanceUID for name in NAMES}) == 2


def test_dicom_and_png_show_the_same():
    dicom = read_radiograph(SAMPLES / "phantom-opacity.dcm")
    png = read_radiograph(SAMPLES / "phantom-opacity.png")
    assert np.array_equal(dicom.pixels, png.pixels >> 4)
    assert isinstance(default_voi(dicom), Window)


def test_the_opacity_is_where_it_was_put():
    normal = read_radiograph(SAMPLES / "phantom-normal.dcm").pixels.astype(float)
    difference = read_radiograph(SAMPLES / "phantom-opacity.dcm").pixels - normal
    opacity = Opacity()
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    weights = np.clip(difference, 20, None) - 20
    center = ((x * weights).sum() / weights.sum(), (y * weights).sum() / weights.sum())
    assert center == pytest.approx(opacity.center, abs=8)
    distance = np.hypot(x - opacity.center[0], y - opacity.center[1])
    assert difference[distance < 0.5 * opacity.radius].mean() > 300
    assert np.abs(difference[distance > 2 * opacity.radius]).max() < 5


def test_it_is_shown_as_a_chest():
    values = normalized(read_radiograph(SAMPLES / "phantom-normal.dcm"))
    right_lung, left_lung = values[380:480, 290:380].mean(), values[380:480, 660:740].mean()
    heart, spine, air = (
        values[680:760, 580:700].mean(),
        values[900:1100, 480:545].mean(),
        values[20:60, 20:200].mean(),
    )
    assert air < 0.02
    assert max(right_lung, left_lung) < 0.45 < heart < spine
    assert values[700, 640] > values[700, 1024 - 640 - 60]
