"""What shutters of DICOM files cover, on screen, in windows and before models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.imaging import shutter
from cxrviewer.imaging.grayscale import auto_window, default_voi, normalized, presentation_table
from cxrviewer.imaging.open import read_radiograph, read_thumbnail
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, full_resolution, make_viewport

SHAPE = (60, 80)
IMAGE = np.full(SHAPE, 100, np.uint8)
ROWS, COLUMNS = np.indices(SHAPE)
ORIENTATIONS = [Orientation(flipped, turns) for flipped in (False, True) for turns in range(4)]

RECTANGLE = {
    "ShutterUpperHorizontalEdge": 11,
    "ShutterLowerHorizontalEdge": 50,
    "ShutterLeftVerticalEdge": 6,
    "ShutterRightVerticalEdge": 70,
}
IN_RECTANGLE = (ROWS >= 10) & (ROWS <= 49) & (COLUMNS >= 5) & (COLUMNS <= 69)
CIRCLE = {"CenterOfCircularShutter": [31, 41], "RadiusOfCircularShutter": 20}
IN_CIRCLE = (ROWS - 30) ** 2 + (COLUMNS - 40) ** 2 <= 400


def read(write_dicom, shape, **attributes) -> Radiograph:
    return read_radiograph(write_dicom(IMAGE, ShutterShape=shape, **attributes))


def shown(radiograph: Radiograph, orientation: Orientation | None = None) -> np.ndarray:
    table = presentation_table(radiograph, default_voi(radiograph))
    return Renderer(radiograph).gray(full_resolution(radiograph.shape, orientation=orientation), table)


def test_a_rectangle_is_seen_with_its_edges(write_dicom):
    radiograph = read(write_dicom, "RECTANGULAR", **RECTANGLE)
    assert np.array_equal(radiograph.shutter, ~IN_RECTANGLE)
    assert not radiograph.shutter.flags.writeable
    assert radiograph.notes == ()


def test_a_circle(write_dicom):
    assert np.array_equal(read(write_dicom, "CIRCULAR", **CIRCLE).shutter, ~IN_CIRCLE)


def test_a_circle_of_pixels_that_are_not_square(write_dicom):
    radiograph = read(write_dicom, "CIRCULAR", PixelAspectRatio=[2, 1], **CIRCLE)
    assert np.array_equal(radiograph.shutter, (2 * (ROWS - 30)) ** 2 + (COLUMNS - 40) ** 2 > 400)


def test_a_polygon(write_dicom):
    radiograph = read(write_dicom, "POLYGONAL", VerticesOfThePolygonalShutter=[1, 1, 1, 60, 60, 1])
    inside = ROWS * 59 + COLUMNS * 59 <= 59 * 59
    assert (radiograph.shutter != ~inside).mean() < 0.005
    assert not radiograph.shutter[0, 0]
    assert radiograph.shutter[-1, -1]


def test_shutters_together_leave_what_all_leave(write_dicom):
    radiograph = read(write_dicom, ["RECTANGULAR", "CIRCULAR"], **RECTANGLE, **CIRCLE)
    assert np.array_equal(radiograph.shutter, ~(IN_RECTANGLE & IN_CIRCLE))


def test_a_plane_can_be_the_shutter_and_is_not_drawn_then(write_dicom):
    from pydicom import dcmread

    path = write_dicom(IMAGE, ShutterShape="BITMAP", ShutterOverlayGroup=0x6002)
    dataset = dcmread(path)
    bits = (COLUMNS < 20).astype(np.uint8)
    for element, vr, value in ((0x10, "US", 60), (0x11, "US", 80), (0x40, "CS", "G"), (0x50, "SS", [1, 1])):
        dataset.add_new((0x6002, element), vr, value)
    dataset.add_new((0x6002, 0x3000), "OW", np.packbits(bits.ravel(), bitorder="little").tobytes())
    dataset.save_as(path)
    radiograph = read_radiograph(path)
    assert np.array_equal(radiograph.shutter, COLUMNS < 20)
    assert radiograph.planes == ()


@pytest.mark.parametrize(
    "attributes",
    [
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [3], "RadiusOfCircularShutter": 4},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [30, 30], "RadiusOfCircularShutter": 0},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3, 4]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3, 4, 5]},
        {"ShutterShape": "RECTANGULAR", **dict.fromkeys(RECTANGLE, 0)},
    ],
)
def test_a_malformed_shutter_is_noted_and_hides_nothing(write_dicom, attributes):
    radiograph = read_radiograph(write_dicom(IMAGE, **attributes))
    assert radiograph.shutter is None
    assert len(radiograph.notes) == 1


def test_edges_beyond_the_image_cover_nothing(write_dicom):
    edges = dict(zip(RECTANGLE, (-5, 61, 0, 5000), strict=True))
    assert read(write_dicom, "RECTANGULAR", **edges).shutter is None


@pytest.mark.parametrize(("stated", "shade"), [(None, 0), (0, 0), (0xFFFF, 255), (0x8000, 128)])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_the_shutter_has_its_presentation_value_whatever_the_polarity(
    write_dicom, stated, shade, photometric
):
    attributes = {} if stated is None else {"ShutterPresentationValue": stated}
    radiograph = read(
        write_dicom, "RECTANGULAR", PhotometricInterpretation=photometric, **RECTANGLE, **attributes
    )
    seen = shown(radiograph)
    assert (seen[~IN_RECTANGLE] == shade).all()
    assert (seen[IN_RECTANGLE] == (155 if photometric == "MONOCHROME1" else 100)).all()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_shutter_turns_with_the_image(write_dicom, orientation):
    radiograph = read(write_dicom, "RECTANGULAR", **RECTANGLE)
    expected = np.fliplr(IN_RECTANGLE) if orientation.flipped else IN_RECTANGLE
    assert np.array_equal(shown(radiograph, orientation) > 0, np.rot90(expected, -orientation.quarter_turns))


def _framed(padding: tuple[int, int] | None) -> Radiograph:
    """A bright image inside a frame of zeros that is no image, on white stored as 0: MONOCHROME1."""
    pixels = np.zeros((700, 900), np.uint16)
    pixels[100:-100, 131:-117] = 3000
    frame = None if padding else pixels == 0
    info = GrayscaleInfo(12, inverted=True, padding=padding)
    return Radiograph(pixels, info, Path("a"), "DICOM", "d", shutter=frame)


@pytest.mark.parametrize("padding", [(0, 0), None], ids=["padding", "shutter"])
@pytest.mark.parametrize("scale", [0.07, 0.19, 0.4, 0.5, 0.73, 1.0, 1.3, 2.9, 5.0])
def test_no_line_appears_along_what_is_no_image(padding, scale):
    radiograph = _framed(padding)
    table = presentation_table(radiograph, replace(auto_window(radiograph), center=2047.5, width=4095))
    viewport = make_viewport(radiograph.shape, (600, 600), scale=scale, center=(0.15, 0.15))
    seen = Renderer(radiograph).gray(viewport, table)
    image = table[3000]
    assert set(np.unique(seen)) == {0, image}


def test_what_is_covered_has_no_part_in_the_automatic_window():
    pixels = np.full(SHAPE, 50, np.uint16)
    pixels[IN_RECTANGLE] = np.linspace(1000, 2000, int(IN_RECTANGLE.sum()))
    radiograph = Radiograph(pixels, GrayscaleInfo(12), Path("a"), "DICOM", "d", shutter=~IN_RECTANGLE)
    window = auto_window(radiograph)
    assert window.center == pytest.approx(1500, abs=20)
    assert window.width == pytest.approx(990, abs=25)


def test_models_see_black_under_a_shutter_and_the_image_as_it_is(write_dicom):
    covered = read(write_dicom, "RECTANGULAR", ShutterPresentationValue=0xFFFF, **RECTANGLE)
    values = normalized(covered)
    assert (values[~IN_RECTANGLE] == 0).all()
    assert np.array_equal(values[IN_RECTANGLE], normalized(replace(covered, shutter=None))[IN_RECTANGLE])


def test_thumbnails_are_covered_too(write_dicom):
    path = write_dicom(IMAGE, ShutterShape="RECTANGULAR", ShutterPresentationValue=0xFFFF, **RECTANGLE)
    small = read_thumbnail(path, 40)
    assert small.shape == (30, 40)
    assert (small[:4] == 255).all()
    assert (small[7:23, 5:33] == 100).all()


def test_shapes_beyond_any_image():
    assert shutter.outside_rectangle(SHAPE, 100, 100, 200, 200).all()
    assert shutter.outside_circle(SHAPE, (-500.0, 3.0), 2.0).all()
