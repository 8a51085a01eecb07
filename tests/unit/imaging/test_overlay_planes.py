"""Overlay planes of DICOM files, read and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dcmtk
import numpy as np
import pytest
from dicom_files import dicom_dataset
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRBigEndian

from cxrviewer.imaging.compose import OverlayStyle, to_rgb
from cxrviewer.imaging.grayscale import presentation_table
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.planes import OverlayPlane, drawn_bits
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, full_resolution, make_viewport

SHAPE = (40, 56)
IMAGE = (np.arange(SHAPE[0] * SHAPE[1]).reshape(SHAPE) % 200).astype(np.uint8)
ORIENTATIONS = [Orientation(flipped, turns) for flipped in (False, True) for turns in range(4)]


def noise(shape: tuple[int, ...] = SHAPE, share: float = 0.2) -> NDArray[np.bool_]:
    return np.random.default_rng(7).random(shape) < share


def packed(bits: NDArray[np.bool_]) -> bytes:
    data = np.packbits(bits.ravel(), bitorder="little").tobytes()
    return data + b"\0" * (len(data) % 2)


def add_plane(
    dataset: FileDataset,
    bits: NDArray[np.bool_],
    *,
    group: int = 0x6000,
    origin: tuple[int, int] = (1, 1),
    kind: str = "G",
    vr: str = "OW",
    **more: Any,
) -> None:
    rows, columns = bits.shape[-2:]
    for element, each, value in (
        (0x10, "US", rows),
        (0x11, "US", columns),
        (0x40, "CS", kind),
        (0x50, "SS", list(origin)),
        (0x100, "US", 1),
        (0x102, "US", 0),
        (0x22, "LO", more.get("description")),
        (0x1500, "LO", more.get("label")),
        (0x15, "IS", more.get("frames")),
        (0x51, "US", more.get("frame_origin")),
    ):
        if value is not None:
            dataset.add_new((group, element), each, value)
    dataset.add_new((group, 0x3000), vr, packed(bits))


def save(dataset: FileDataset, folder: Path) -> Path:
    path = folder / "planes.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def at_own_size(radiograph: Radiograph, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    viewport = full_resolution(radiograph.shape)
    return to_rgb(Renderer(radiograph).picture(viewport, table, None, OverlayStyle(), planes=True))[..., 0]


def radiograph_with(*planes: OverlayPlane, shape: tuple[int, int] = SHAPE) -> Radiograph:
    pixels = np.zeros(shape, np.uint8)
    return Radiograph(
        pixels, GrayscaleInfo(8, full_range_default=True), Path("a"), "DICOM", "d", planes=planes
    )


def test_a_plane_of_its_own_data(tmp_path):
    dataset = dicom_dataset(IMAGE)
    add_plane(dataset, noise((9, 13)), origin=(3, 4), label="MARK", description="Left marker")
    (plane,) = read_radiograph(save(dataset, tmp_path)).planes
    assert np.array_equal(plane.bits, noise((9, 13)))
    assert (plane.origin, plane.group, plane.region) == ((2, 3), 0x6000, False)
    assert (plane.label, plane.description) == ("MARK", "Left marker")
    assert not plane.bits.flags.writeable


@pytest.mark.parametrize(("high_bit", "position"), [(11, 12), (11, 15), (15, 0), (15, 3)])
@pytest.mark.parametrize("signed", [False, True])
def test_planes_in_unused_bits_of_the_pixels(tmp_path, high_bit, position, signed):
    values = np.random.default_rng(3).integers(0, 1 << 12, SHAPE, np.uint16)
    words = (values << (high_bit - 11)) | (noise().astype(np.uint16) << position)
    dataset = dicom_dataset(words.view(np.int16) if signed else words)
    dataset.BitsStored, dataset.HighBit = 12, high_bit
    for element, value in ((0x10, SHAPE[0]), (0x11, SHAPE[1]), (0x100, 16), (0x102, position)):
        dataset.add_new((0x6000, element), "US", value)
    dataset.add_new((0x6000, 0x40), "CS", "G")
    dataset.add_new((0x6000, 0x50), "SS", [1, 1])
    radiograph = read_radiograph(save(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels & 0xFFF, values)
    assert np.array_equal(radiograph.planes[0].bits, noise())


@pytest.mark.parametrize("vr", ["OW", "OB"])
def test_byte_order_of_overlay_data(tmp_path, vr):
    dataset = dicom_dataset(IMAGE, ExplicitVRBigEndian)
    add_plane(dataset, noise((8, 16)), vr=vr)
    if vr == "OW":
        data = dataset[0x6000, 0x3000].value
        dataset[0x6000, 0x3000].value = np.frombuffer(data, "<u2").astype(">u2").tobytes()
    assert np.array_equal(read_radiograph(save(dataset, tmp_path)).planes[0].bits, noise((8, 16)))


def test_planes_of_several_frames_lie_on_theirs(tmp_path):
    frames = np.stack([IMAGE] * 4)
    bits = noise((2, 5, 7), 0.5)
    dataset = dicom_dataset(IMAGE)
    dataset.NumberOfFrames, dataset.PixelData = 4, frames.tobytes()
    add_plane(dataset, bits, frames=2, frame_origin=2)
    add_plane(dataset, noise((3, 3), 0.5), group=0x601E)
    path = save(dataset, tmp_path)
    found = [{plane.group: plane.bits for plane in read_radiograph(path, each).planes} for each in range(4)]
    assert [0x6000 in planes for planes in found] == [False, True, True, False]
    assert np.array_equal(found[1][0x6000], bits[0])
    assert np.array_equal(found[2][0x6000], bits[1])
    assert all(0x601E in planes for planes in found)


@pytest.mark.parametrize(
    ("element", "vr", "value"),
    [(0x10, "US", 60000), (0x11, "US", 0), (0x3000, "OW", b"\1\2"), (0x50, "SS", 5)],
)
def test_a_malformed_plane_does_not_hide_the_pixels(tmp_path, element, vr, value):
    dataset = dicom_dataset(IMAGE)
    add_plane(dataset, noise())
    dataset[0x6000, element].value = value
    radiograph = read_radiograph(save(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, IMAGE)
    assert bool(radiograph.planes) is (element == 0x50)
    assert bool(radiograph.notes) is (element != 0x50)


@pytest.mark.parametrize("origin", [(0, 0), (-6, -9), (35, 50), (-60, 3), (3, 500)])
def test_what_reaches_beyond_the_image_is_cut(origin):
    drawn = drawn_bits((OverlayPlane(noise((20, 30), 1.0), origin),), SHAPE)
    rows, columns = np.indices(SHAPE)
    inside = (
        (rows >= origin[0]) & (rows < origin[0] + 20) & (columns >= origin[1]) & (columns < origin[1] + 30)
    )
    assert np.array_equal(drawn, inside)


def test_a_region_of_interest_is_drawn_by_its_outline():
    bits = np.zeros((5, 5), np.bool_)
    bits[1:4, 1:4] = True
    drawn = drawn_bits((OverlayPlane(bits, region=True),), (5, 5))
    assert drawn.sum() == 8
    assert not drawn[2, 2]


@dcmtk.needed
@pytest.mark.parametrize("kind", ["one", "offset", "outside", "two", "embedded"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_drawn_as_by_dcmtk(tmp_path, kind, photometric):
    if kind == "embedded":
        words = (np.arange(SHAPE[0] * SHAPE[1], dtype=np.uint16).reshape(SHAPE)) | noise() * np.uint16(0x8000)
        dataset = dicom_dataset(words)
        dataset.BitsStored, dataset.HighBit = 12, 11
        for element, value in ((0x10, SHAPE[0]), (0x11, SHAPE[1]), (0x100, 16), (0x102, 15)):
            dataset.add_new((0x6000, element), "US", value)
        dataset.add_new((0x6000, 0x40), "CS", "G")
        dataset.add_new((0x6000, 0x50), "SS", [1, 1])
    else:
        dataset = dicom_dataset(IMAGE)
        bits = noise() if kind == "one" else noise((17, 25))
        origin = {"offset": (9, 11), "outside": (-4, 40)}.get(kind, (1, 1))
        add_plane(dataset, bits, origin=origin)
        if kind == "two":
            add_plane(dataset, noise((10, 10), 0.5), origin=(25, 30), group=0x6004)
    dataset.PhotometricInterpretation = photometric
    dataset.WindowCenter, dataset.WindowWidth = ("1000", "1500") if kind == "embedded" else ("100", "150")
    path = save(dataset, tmp_path)
    radiograph = read_radiograph(path)
    table = presentation_table(radiograph, radiograph.grayscale.windows[0])
    found, expected = at_own_size(radiograph, table), dcmtk.presentation(path, "+Wi", "1")
    assert (expected == 255).sum() > 50
    assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_drawn_at_own_size_as_the_image_is_turned(orientation):
    radiograph = radiograph_with(OverlayPlane(noise()))
    viewport = full_resolution(SHAPE, orientation=orientation)
    turned = np.fliplr(noise()) if orientation.flipped else noise()
    drawn = Renderer(radiograph).planes_in(viewport)
    assert np.array_equal(drawn, np.rot90(turned, -orientation.quarter_turns))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("scale", [0.031, 0.1, 0.24, 0.26, 0.49, 0.5, 0.51, 0.77, 0.999])
@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_thin_lines_do_not_vanish_when_seen_small(orientation, scale, offset):
    bits = np.zeros((601, 801), np.bool_)
    row, column = 200 + offset, 300 + offset
    bits[row], bits[:, column] = True, True
    radiograph = radiograph_with(OverlayPlane(bits), shape=bits.shape)
    viewport = make_viewport(bits.shape, (500, 500), scale=scale, center=(0.4, 0.4), orientation=orientation)
    drawn = Renderer(radiograph).planes_in(viewport)
    left, top, right, bottom = Renderer(radiograph).image_rectangle(viewport)
    seen = drawn[top:bottom, left:right].astype(bool)
    across, down = seen.all(axis=1), seen.all(axis=0)
    assert 1 <= across.sum() <= 3
    assert 1 <= down.sum() <= 3
    x, y, _ = viewport.stored_to_view @ (column, row, 1)
    assert abs(np.flatnonzero(across).mean() + top - y) <= 1
    assert abs(np.flatnonzero(down).mean() + left - x) <= 1


def test_pixels_of_a_plane_are_squares_when_magnified():
    radiograph = radiograph_with(OverlayPlane(noise((5, 6), 0.5)), shape=(5, 6))
    viewport = make_viewport((5, 6), (40, 48), scale=8, center=(0.5, 0.5))
    drawn = Renderer(radiograph).planes_in(viewport)
    assert np.array_equal(drawn, noise((5, 6), 0.5).repeat(8, 0).repeat(8, 1))


def test_planes_are_switched_off():
    radiograph = radiograph_with(OverlayPlane(noise()))
    table = np.zeros(256, np.uint8)
    viewport = full_resolution(SHAPE)
    renderer = Renderer(radiograph)
    off = to_rgb(renderer.picture(viewport, table, None, OverlayStyle()))
    on = to_rgb(renderer.picture(viewport, table, None, OverlayStyle(), planes=True))
    assert not off.any()
    assert np.array_equal(on[..., 0] == 255, noise())
