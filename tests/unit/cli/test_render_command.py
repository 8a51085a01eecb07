"""An image written as the window shows it: the pixels of the canvas and of DCMTK, never over the image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import dcmtk
import numpy as np
import pytest
from dicom_files import dicom_dataset
from numpy.typing import NDArray
from PIL import Image

from cxrviewer.cli.main import main

CANARY = "Kanarienvogel"
RAMP = np.arange(40 * 64, dtype=np.uint16).reshape(40, 64)
Render = Callable[..., NDArray[np.uint8]]


@pytest.fixture
def render(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Render:
    def run(path: Path, *options: str) -> NDArray[np.uint8]:
        target = tmp_path / "rendered.png"
        assert main(["render", str(path), "-o", str(target), *options]) == 0, capsys.readouterr().err
        assert capsys.readouterr().out == f"Wrote {target}\n"
        values = cv2.imread(str(target), cv2.IMREAD_UNCHANGED)
        assert values is not None
        assert (values.dtype, values.ndim) == (np.uint8, 2)
        return values

    return run


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(path: Path, *options: str, code: int = 1) -> str:
        target = tmp_path / "rendered.png"
        assert main(["render", str(path), "-o", str(target), *options]) == code
        assert not target.exists()
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        return printed.err

    return run


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    dataset = dicom_dataset(RAMP)
    dataset.PatientName = CANARY
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.WindowCenter, dataset.WindowWidth = [1280, 640], [2560, 100]
    dataset.WindowCenterWidthExplanation = ["WIDE", "NARROW"]
    path = tmp_path / "ramp.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


@dcmtk.needed
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("gdcm-CR-MONO1-10-chest", "+Wi"),
        ("highdicom_dx_fuji_canine_MONO1_8bit", "+Wi"),
        ("wg04_RG2_JPLL", "+Wi"),
        ("wg04_RG2_UNC", "+Wi"),
        ("vlut_04", "+Wl"),
    ],
)
def test_samples_are_as_dcmtk_shows_them(shared_data: Path, render: Render, name: str, option: str) -> None:
    path = shared_data / "dicom" / f"{name}.dcm"
    found = render(path)
    expected = dcmtk.presentation(path, option, "1")
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 1


@dcmtk.needed
def test_a_window_of_ones_own_is_as_dcmtk_shows_it(ramp: Path, render: Render) -> None:
    expected = dcmtk.presentation(ramp, "+Ww", "1000.5", "300")
    assert np.abs(render(ramp, "--window", "1000.5", "300").astype(int) - expected).max() <= 1


def test_presets_are_counted_as_info_counts_them(ramp: Path, render: Render) -> None:
    first, second = render(ramp, "--preset", "1"), render(ramp, "--preset", "2")
    assert np.array_equal(first, render(ramp))
    assert np.array_equal(second, render(ramp, "--window", "640", "100"))
    assert not np.array_equal(first, second)


def test_automatic_window_and_full_range(ramp: Path, render: Render) -> None:
    auto, full = render(ramp, "--preset", "auto"), render(ramp, "--preset", "full")
    assert (auto.min(), auto.max()) == (0, 255)
    assert full[0, 0] == 0
    assert full[-1, -1] == round(255 * (40 * 64 - 1) / 4095)


def test_inversion_swaps_black_and_white(ramp: Path, render: Render) -> None:
    assert np.array_equal(render(ramp, "--invert"), 255 - render(ramp))


def test_frames_are_counted_from_1(tmp_path: Path, render: Render, refused: Callable[..., str]) -> None:
    frames = np.stack([np.full((8, 8), value, np.uint8) for value in (10, 200, 90)])
    dataset = dicom_dataset(frames[0])
    dataset.NumberOfFrames = 3
    dataset.PixelData = frames.tobytes()
    path = tmp_path / "frames.dcm"
    dataset.save_as(path, enforce_file_format=True)
    assert [render(path, "--frame", str(number))[0, 0] for number in (1, 2, 3)] == [10, 200, 90]
    (tmp_path / "rendered.png").unlink()
    for number in ("0", "4", "-1"):
        assert "no frame" in refused(path, "--frame", number)


def test_overlay_planes_are_drawn_and_can_be_left_out(tmp_path: Path, render: Render) -> None:
    dataset = dicom_dataset(np.zeros((8, 8), np.uint8))
    for element, vr, value in (
        (0x0010, "US", 8),
        (0x0011, "US", 8),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", b"\xff\x00" * 4),
    ):
        dataset.add_new((0x6000, element), vr, value)
    path = tmp_path / "plane.dcm"
    dataset.save_as(path, enforce_file_format=True)
    assert render(path)[:, 0].tolist() == [255, 0] * 4
    assert render(path, "--no-planes").max() == 0


def test_the_picture_has_nothing_of_the_patient(tmp_path: Path, ramp: Path, render: Render) -> None:
    render(ramp)
    data = (tmp_path / "rendered.png").read_bytes()
    assert CANARY.encode() not in data
    with Image.open(tmp_path / "rendered.png") as picture:
        assert "not for diagnosis" in str(picture.info)


def test_the_image_is_never_written_over(
    tmp_path: Path, ramp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ramp.read_bytes()
    link = tmp_path / "link.png"
    link.symlink_to(ramp)
    for target in (ramp, link):
        assert main(["render", str(ramp), "-o", str(target)]) == 1
        assert capsys.readouterr().err.count("\n") == 1
    assert ramp.read_bytes() == before


def test_a_failure_leaves_what_was_there(tmp_path: Path, ramp: Path) -> None:
    target = tmp_path / "rendered.png"
    target.write_bytes(b"before")
    ramp.write_bytes(ramp.read_bytes()[:-500])
    assert main(["render", str(ramp), "-o", str(target)]) == 1
    assert target.read_bytes() == b"before"
    assert {path.name for path in tmp_path.iterdir()} == {"ramp.dcm", "rendered.png"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--preset", "3"), "Choose 1 (WIDE), 2 (NARROW), auto or full."),
        (("--preset", "0"), "no preset"),
        (("--preset", "bone"), "no preset"),
        (("--window", "5", "0"), "width of at least 1"),
        (("--window", "nan", "10"), "no window"),
    ],
)
def test_what_does_not_exist_is_refused(
    ramp: Path, refused: Callable[..., str], options: tuple[str, ...], reason: str
) -> None:
    assert reason in refused(ramp, *options, code=2)
