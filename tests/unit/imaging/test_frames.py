"""Each image of a file with several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from dicom_files import dicom_dataset
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels.decoders.base import Decoder
from pydicom.sequence import Sequence
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging import recent
from cxrviewer.imaging.grayscale import default_voi
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Rescale, VoiFunction, Window
from cxrviewer.imaging.spacing import LengthUnit, Spacing
from cxrviewer.models.card import InputSpec
from cxrviewer.models.preprocess import prepare_input

FRAMES = np.random.default_rng(2).integers(0, 4096, (4, 30, 44), np.uint16)


def macro(**attributes: Any) -> Sequence:
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return Sequence([item])


def group(**macros: Sequence) -> Dataset:
    item = Dataset()
    for keyword, value in macros.items():
        setattr(item, keyword, value)
    return item


@pytest.mark.parametrize("frame", range(4))
def test_uncompressed_frames(write_dicom, frame):
    radiograph = read_radiograph(write_dicom(FRAMES[0], PixelData=FRAMES.tobytes(), NumberOfFrames=4), frame)
    assert np.array_equal(radiograph.pixels, FRAMES[frame])
    assert (radiograph.frame, radiograph.frames, radiograph.notes) == (frame, 4, ())


@pytest.mark.parametrize("table", ["basic", "none", "extended"])
@pytest.mark.parametrize("fragments", [1, 3])
def test_compressed_frames_are_found_by_their_table(tmp_path, table, fragments):
    coded = [
        imagecodecs.jpeg2k_encode(each, codecformat="j2k", reversible=True, bitspersample=12)
        for each in FRAMES
    ]
    dataset = dicom_dataset(FRAMES[0], JPEG2000Lossless)
    dataset.BitsStored, dataset.HighBit, dataset.NumberOfFrames = 12, 11, 4
    if table == "extended":
        data, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended(coded)
    else:
        data = encapsulate(coded, fragments_per_frame=fragments, has_bot=table == "basic")
    dataset.PixelData = data
    dataset["PixelData"].VR = "OB"
    dataset.save_as(tmp_path / "frames.dcm", enforce_file_format=True)
    for frame in (3, 0, 2):
        assert np.array_equal(read_radiograph(tmp_path / "frames.dcm", frame).pixels, FRAMES[frame])


def test_only_the_wanted_frame_is_decoded(tmp_path, monkeypatch):
    coded = [imagecodecs.jpeg8_encode(each, lossless=True, bitspersample=12) for each in FRAMES]
    coded[1] = b"\xff\xd8\xff" + b"rubbish" * 9
    dataset = dicom_dataset(FRAMES[0], JPEGLosslessSV1)
    dataset.BitsStored, dataset.HighBit, dataset.NumberOfFrames = 12, 11, 4
    dataset.PixelData = encapsulate(coded)
    dataset["PixelData"].VR = "OB"
    dataset.save_as(tmp_path / "frames.dcm", enforce_file_format=True)
    asked = []
    decode = Decoder.as_array
    monkeypatch.setattr(
        Decoder, "as_array", lambda *args, **named: asked.append(named["index"]) or decode(*args, **named)
    )
    assert np.array_equal(read_radiograph(tmp_path / "frames.dcm", 2).pixels, FRAMES[2])
    assert asked == [2]
    with pytest.raises(ImageReadError):
        read_radiograph(tmp_path / "frames.dcm", 1)


@pytest.mark.parametrize("frame", [4, 99, -1])
def test_a_frame_that_is_not_there(write_dicom, frame):
    path = write_dicom(FRAMES[0], PixelData=FRAMES.tobytes(), NumberOfFrames=4)
    with pytest.raises(ImageReadError, match="4 frames") as failed:
        read_radiograph(path, frame)
    assert "1 to 4" in failed.value.hint


def test_a_picture_has_one_frame(tmp_path):
    Image.fromarray(np.zeros((3, 4), np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(ImageReadError, match="one frame"):
        read_radiograph(tmp_path / "a.png", 1)


def test_pages_of_a_tiff_may_differ(tmp_path):
    rows, columns = np.indices((20, 30))
    first, second = (rows + columns).astype(np.uint8), (rows * 900 + columns).astype(np.uint16)[:9]
    pages = [Image.fromarray(first), Image.fromarray(second)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    found = [read_radiograph(tmp_path / "pages.tif", frame) for frame in range(2)]
    assert [radiograph.frames for radiograph in found] == [2, 2]
    assert np.array_equal(found[0].pixels, first)
    assert np.array_equal(found[1].pixels, second)
    with pytest.raises(ImageReadError, match="2 frames"):
        read_radiograph(tmp_path / "pages.tif", 2)


def test_frames_never_share_an_analysis(write_dicom):
    path = write_dicom(FRAMES[0], PixelData=FRAMES.tobytes(), NumberOfFrames=4)
    found = [read_radiograph(path, frame) for frame in range(4)]
    assert len({radiograph.digest for radiograph in found}) == 1
    assert found[0].key == found[0].digest
    assert len({radiograph.key for radiograph in found}) == 4
    assert len({prepare_input(radiograph, InputSpec(8, 8, 1)).key for radiograph in found}) == 4


def test_frames_have_their_own_values_window_and_spacing(write_dicom):
    shared = group(
        PixelMeasuresSequence=macro(PixelSpacing=[0.5, 0.25]),
        PixelValueTransformationSequence=macro(RescaleSlope=2, RescaleIntercept=-1000),
        PlaneOrientationSequence=macro(ImageOrientationPatient=[0, 1, 0, 0, 0, -1]),
    )
    windows = [macro(WindowCenter=100 * n, WindowWidth=50, VOILUTFunction="SIGMOID") for n in (1, 2, 3, 4)]
    frames = [group(FrameVOILUTSequence=window) for window in windows]
    frames[2].PixelValueTransformationSequence = macro(RescaleSlope=3, RescaleIntercept=7)
    path = write_dicom(
        FRAMES[0],
        PixelData=FRAMES.tobytes(),
        NumberOfFrames=4,
        SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence(frames),
        WindowCenter=1,
        WindowWidth=2,
    )
    second, third = read_radiograph(path, 1), read_radiograph(path, 2)
    assert default_voi(second) == Window(200, 50, VoiFunction.SIGMOID)
    assert default_voi(third) == Window(300, 50, VoiFunction.SIGMOID)
    assert second.grayscale.modality == Rescale(2, -1000)
    assert third.grayscale.modality == Rescale(3, 7)
    assert second.spacing == Spacing(0.5, 0.25, LengthUnit.PATIENT)
    assert second.aspect == 2.0
    assert second.directions == ("P", "F")


def test_functional_groups_of_a_single_frame_count_too(write_dicom):
    shared = group(PixelValueTransformationSequence=macro(RescaleSlope=4, RescaleIntercept=1))
    path = write_dicom(FRAMES[0], SharedFunctionalGroupsSequence=Sequence([shared]))
    assert read_radiograph(path).grayscale.modality == Rescale(4, 1)


@pytest.fixture
def reads(monkeypatch):
    """Count how often a whole file is read."""
    found: list[Path] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: found.append(path) or read_bytes(path))
    return found


def test_a_file_of_several_frames_is_read_once_for_all(write_dicom, reads):
    path = write_dicom(FRAMES[0], PixelData=FRAMES.tobytes(), NumberOfFrames=4)
    assert [int(read_radiograph(path, frame).pixels[0, 0]) for frame in range(4)] == FRAMES[:, 0, 0].tolist()
    assert reads == [path]


def test_a_file_that_was_written_again_is_read_again(write_dicom, reads):
    path = write_dicom(FRAMES[0], PixelData=FRAMES.tobytes(), NumberOfFrames=4)
    first = read_radiograph(path, 1)
    write_dicom(FRAMES[0], PixelData=FRAMES[::-1].tobytes(), NumberOfFrames=4, SeriesDescription="again")
    second = read_radiograph(path, 1)
    assert np.array_equal(second.pixels, FRAMES[2])
    assert first.key != second.key
    assert len(reads) == 2
    path.unlink()
    with pytest.raises(ImageReadError, match="does not exist"):
        read_radiograph(path, 1)


def test_a_file_is_let_go_when_others_are_read(write_dicom, reads, tmp_path):
    path = tmp_path / "frames.dcm"
    write_dicom(FRAMES[0], PixelData=FRAMES.tobytes(), NumberOfFrames=4).rename(path)
    other = write_dicom(FRAMES[0])
    read_radiograph(path)
    for others, again in ((recent.PATIENCE, 0), (recent.PATIENCE + 1, 1)):
        reads.clear()
        for _ in range(others):
            read_radiograph(other)
        read_radiograph(path, 2)
        assert reads.count(path) == again


def test_a_file_of_one_image_is_not_kept(write_dicom, reads):
    path = write_dicom(FRAMES[0])
    for _ in range(2):
        read_radiograph(path)
    assert len(reads) == 2


def test_notes_of_one_frame_are_not_those_of_the_next(write_dicom):
    groups = [group(FrameVOILUTSequence=macro(WindowCenter=1, WindowWidth=width)) for width in (5, -5, 5, 5)]
    path = write_dicom(
        FRAMES[0],
        PixelData=FRAMES.tobytes(),
        NumberOfFrames=4,
        PerFrameFunctionalGroupsSequence=Sequence(groups),
    )
    assert [len(read_radiograph(path, frame).notes) for frame in range(3)] == [0, 1, 0]
