"""Pictures of an export, read again by other libraries, and what goes into them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import imageio.v3
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image
from scenes import scene

from cxrviewer.export.column import CAUTION
from cxrviewer.export.export import export, preview
from cxrviewer.export.in_image import identity_lines
from cxrviewer.export.marks import COLOR
from cxrviewer.export.options import ExportOptions, PictureKind, options_from_json, options_to_json
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture
from cxrviewer.export.save import writers
from cxrviewer.export.writer_spec import Group, Takes
from cxrviewer.imaging.header import Header
from cxrviewer.imaging.measure import CALIBRATED_BY_USER
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.marks import Arrow, CardiothoracicRatio, Ellipse, FileMarks, Length, Text
from cxrviewer.session.marks_scene import scene_marks

BARE = ExportOptions(
    marks=False, color_bar=False, caption=False, scale_bar=False, disclaimer=False, sidecar=False
)
LENGTH = Length(((100.0, 250.0), (400.0, 250.0)))


def pixels(made: Scene, **options: object) -> NDArray[np.uint8]:
    return export_picture((made,), replace(BARE, **options)).pixels  # type: ignore[arg-type]


def marked(*marks: object, calibration: Spacing | None = None, **choices: object) -> Scene:
    made = scene(**choices)  # type: ignore[arg-type]
    file_marks = FileMarks(tuple(marks), calibration)  # type: ignore[arg-type]
    return replace(made, marks=scene_marks(file_marks, made.radiograph, None))


def has(picture: NDArray[np.uint8], color: tuple[int, int, int], within: int = 60) -> NDArray[np.bool_]:
    """Return where a colour is; lines that are smoothed hardly reach it."""
    return np.asarray(np.abs(picture.astype(int) - color).max(axis=2) <= within)


def changed(picture: NDArray[np.uint8], former: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((picture != former).any(axis=2))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_lossless_formats_give_every_pixel_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    made = scene()
    export((made,), path)
    expected = export_picture((made,), ExportOptions()).pixels
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), expected)
    np.testing.assert_array_equal(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), expected)
    np.testing.assert_array_equal(imageio.v3.imread(path), expected)
    if suffix == ".tif":
        np.testing.assert_array_equal(tifffile.imread(path), expected)


def test_jpeg_is_close_and_keeps_colours_sharp(tmp_path: Path) -> None:
    made = scene(alpha=1.0)
    export((made,), tmp_path / "a.jpeg")
    expected = export_picture((made,), ExportOptions()).pixels.astype(int)
    read = imageio.v3.imread(tmp_path / "a.jpeg").astype(int)
    assert read.shape == expected.shape
    assert np.abs(read - expected).mean() < 1.5
    with Image.open(tmp_path / "a.jpeg") as image:
        exif = image.getexif()
    assert exif[0x0131].startswith("CXR Viewer")
    assert "not for diagnosis" in exif[0x010E]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_no_file_names_the_patient_or_the_image(tmp_path: Path, suffix: str) -> None:
    made = scene(tmp_path / "Canary^Jane.dcm")
    header = Header(patient_name="Canary, Jane", patient_id="CANARY1")
    made = replace(made, radiograph=replace(made.radiograph, header=header))
    export((made,), tmp_path / f"a{suffix}")
    for path in tmp_path.iterdir():
        assert b"canary" not in path.read_bytes().lower()


def test_without_anything_the_picture_is_the_overlay() -> None:
    np.testing.assert_array_equal(pixels(scene()), scene().overlay)


def test_each_part_can_be_left_out() -> None:
    full = export_picture((scene(),), ExportOptions()).pixels
    for name in ("color_bar", "caption", "disclaimer"):
        less = export_picture((scene(),), ExportOptions(**{name: False})).pixels
        assert len(less) < len(full), name
        only = pixels(scene(), **{name: True})
        assert 300 < len(only) < len(full), name
    assert has(pixels(scene(), disclaimer=True)[300:], CAUTION, 0).any()
    assert not has(pixels(scene(), caption=True, color_bar=True)[300:], CAUTION, 0).any()


def test_marks_are_where_they_were_drawn_however_the_image_is_turned() -> None:
    drawn = pixels(marked(LENGTH), marks=True)
    line = has(drawn, COLOR)[250, 100:401]
    # Its words may hide a part.
    assert line.mean() > 0.8
    turned = pixels(marked(LENGTH, orientation=Orientation(quarter_turns=1)), marks=True)
    assert has(turned, COLOR)[100:401, 300 - 1 - 250].mean() > 0.8
    np.testing.assert_array_equal(pixels(marked(LENGTH)), scene().overlay)


def test_hidden_marks_and_those_of_other_frames_are_not_drawn() -> None:
    hidden, other = replace(LENGTH, visible=False), replace(LENGTH, frame=1)
    np.testing.assert_array_equal(pixels(marked(hidden, other), marks=True), scene().overlay)


@pytest.mark.parametrize(
    "mark",
    [
        Arrow(((100.0, 100.0), (200.0, 150.0))),
        Ellipse(((100.0, 100.0), (200.0, 180.0))),
        Text(((100.0, 100.0),), text="Größe"),
        CardiothoracicRatio(tuple((50.0 * n, 40.0 + 30 * (n % 3)) for n in range(1, 7))),
    ],
)
def test_every_kind_of_mark_is_drawn(mark: object) -> None:
    assert has(pixels(marked(mark), marks=True), COLOR).sum() > 50


def test_the_scale_bar_goes_by_the_users_calibration() -> None:
    calibrated = marked(calibration=Spacing(0.5, 0.5, CALIBRATED_BY_USER))
    bar = changed(pixels(calibrated, scale_bar=True), scene().overlay)[-10:]
    # Of 500 pixels of half a millimetre, 50 mm are the longest round length that there is room for.
    assert abs(int(bar.any(axis=0).sum()) - 100) <= 8
    np.testing.assert_array_equal(pixels(scene(), scale_bar=True), scene().overlay)


def test_the_sides_of_the_patient_follow_the_view() -> None:
    made = scene()
    made = replace(made, radiograph=replace(made.radiograph, directions=("L", "F")))
    flipped = scene(orientation=Orientation(flipped=True))
    flipped = replace(flipped, radiograph=made.radiograph)
    letters = [changed(pixels(each, scale_bar=True), each.overlay) for each in (made, flipped)]
    # The letter L: on the right, and after a flip on the left.
    shapes = [
        each[np.ix_(each.any(axis=1), each.any(axis=0))] for each in (letters[0][:, 470:], letters[1][:, :30])
    ]
    assert shapes[0].sum() > 20
    np.testing.assert_array_equal(shapes[0], shapes[1])


def test_identity_is_written_where_it_is_asked_for() -> None:
    header = Header(patient_name="Doe, Jane", patient_id="4711", birth_date="1970-01-02", sex="F")
    assert identity_lines(header) == ("Doe, Jane", "4711", "Born 1970-01-02  F")
    made = scene()
    made = replace(made, radiograph=replace(made.radiograph, header=header))
    np.testing.assert_array_equal(pixels(made), scene().overlay)
    written = changed(pixels(made, identity=True), scene().overlay)
    assert written[:80, :200].sum() == written.sum() > 500


def test_the_triple_has_image_map_and_overlay() -> None:
    triple = pixels(marked(LENGTH), kind=PictureKind.TRIPLE, marks=True)
    height, width = triple.shape[:2]
    top, gap = height - 300, (width - 1500) // 2
    panels = [triple[top:, number * (500 + gap) :][:, :500] for number in range(3)]
    np.testing.assert_array_equal(panels[0], scene(visible=False).overlay)
    np.testing.assert_array_equal(panels[2], pixels(marked(LENGTH), marks=True))
    lit = panels[1].any(axis=2)
    colored = np.ptp(scene().overlay.astype(int), axis=2) > 0
    assert lit.sum() == pytest.approx(colored.sum(), rel=0.1)
    assert lit[~colored].sum() < 0.05 * lit.sum()


def test_several_scenes_stand_in_a_grid_with_one_disclaimer() -> None:
    scenes = (scene(), scene(colormap="jet"), scene(visible=False))
    sheet = export_picture(scenes, ExportOptions(columns=2)).pixels
    alone = export_picture(scenes[:1], ExportOptions(disclaimer=False)).pixels
    rows, columns = alone.shape[:2]
    np.testing.assert_array_equal(sheet[:rows, :columns], alone)
    assert sheet.shape[1] > 2 * columns
    lines = np.flatnonzero(has(sheet, CAUTION, 0).any(axis=1))
    assert lines[0] > 2 * rows


def test_the_preview_of_a_picture_is_its_pixels() -> None:
    options = ExportOptions(writer="jpeg", kind=PictureKind.TRIPLE)
    np.testing.assert_array_equal(preview((scene(),), options), export_picture((scene(),), options).pixels)


def test_options_come_back_from_json() -> None:
    options = ExportOptions("tiff", PictureKind.TRIPLE, columns=3, marks=False, identity=True)
    assert options_from_json(options_to_json(options)) == options
    assert options_from_json({}) == ExportOptions()
    for wrong in ({"marks": 1}, {"nothing": True}, {"kind": "other"}, {"columns": 0}):
        with pytest.raises(ValueError, match=r".+"):
            options_from_json(wrong)


def test_every_writer_of_pictures_takes_pictures() -> None:
    for writer in writers():
        assert writer.SPEC.group is Group.PICTURE or writer.SPEC.takes is not Takes.PICTURE, writer
        assert callable(writer.write)
        assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in writer.SPEC.suffixes)
