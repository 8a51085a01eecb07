"""Maps as numbers, read again by other libraries."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image
from scenes import scene

from cxrviewer.errors import ExportError
from cxrviewer.explain.target import of_label
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.raw import map_on_image
from cxrviewer.export.save import find_writer
from cxrviewer.export.writer_spec import Group
from cxrviewer.imaging.heatmap import value_at

VALUES = np.random.default_rng(5).normal(size=(7, 9)).astype(np.float32)


def write(path: Path, writer: str, **choices: object) -> Path:
    export((scene(**choices),), path, ExportOptions(writer=writer))  # type: ignore[arg-type]
    return path


def test_the_archive_keeps_sign_grid_and_types(tmp_path: Path) -> None:
    path = write(tmp_path / "map.npz", "map-npz", values=VALUES, logit_factor=3.0)
    with np.load(path, allow_pickle=False) as archive:
        texts = [str(archive[key]) for key in ("layer", "method", "target")]
        assert texts == ["block/out", "grad-cam", "Bacterial pneumonia"]
        assert float(archive["logit_factor"]) == 3.0
        np.testing.assert_array_equal(archive["attribution"], VALUES)
        types = [archive[key].dtype for key in ("attribution", "affine", "logits")]
        assert types == [np.float32, np.float64, np.float32]
        # The centre of cell (2, 6) of 7 × 9 cells over 300 × 500 pixels.
        place = archive["affine"] @ (6, 2, 1)
    assert place[:2] == pytest.approx((6.5 * 500 / 9 - 0.5, 2.5 * 300 / 7 - 0.5))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["map.npz", "map.npz.json"]


def test_an_archive_of_a_map_in_no_unit(tmp_path: Path) -> None:
    with np.load(write(tmp_path / "map.npz", "", values=VALUES), allow_pickle=False) as archive:
        assert np.isnan(archive["logit_factor"])


def test_the_tiff_holds_the_values_as_they_are_drawn(tmp_path: Path) -> None:
    path = write(tmp_path / "map.tif", "map-tiff", values=VALUES, logit_factor=3.0)
    pixels = tifffile.imread(path)
    assert (pixels.shape, pixels.dtype) == ((300, 500), np.float32)
    np.testing.assert_array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), pixels)
    made = scene(values=VALUES)
    place = made.geometry.grid_to_stored((7, 9))
    for x, y in ((0, 0), (250, 77), (499, 299)):
        assert pixels[y, x] == pytest.approx(value_at(VALUES, place, x, y), rel=1e-5, abs=1e-6)
    with tifffile.TiffFile(path) as file:
        facts = json.loads(file.pages[0].description)
    assert facts["target"] == "Bacterial pneumonia"
    assert facts["logit_factor"] == 3.0
    assert facts["notice"] == "Research and teaching: not for diagnosis"


def test_the_png_gives_the_values_back_by_its_sidecar(tmp_path: Path) -> None:
    values = VALUES.copy()
    values[0, 0] = np.nan
    path = write(tmp_path / "map.png", "map-png", values=values)
    with Image.open(path) as image:
        codes = np.asarray(image)
        assert float(image.info["Step"]) > 0
    assert codes.dtype == np.uint16
    np.testing.assert_array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), codes)
    about = json.loads((tmp_path / "map.png.json").read_text())["file"]
    back = (codes.astype(np.float64) - about["zero"]) * about["step"]
    expected = map_on_image(scene(values=values))
    known = np.isfinite(expected)
    assert 0.5 < known.mean() < 1
    assert (codes[~known] == about["no_value"]).all()
    assert (codes[known] != about["no_value"]).all()
    np.testing.assert_allclose(back[known], expected[known], atol=0.51 * about["step"])


def test_outside_of_the_models_input_there_is_no_value() -> None:
    from dataclasses import replace

    made = scene(values=VALUES)
    half = np.diag([0.5, 1.0, 1.0])
    cropped = replace(made.geometry, input_to_stored=half @ made.geometry.input_to_stored)
    placed = map_on_image(replace(made, geometry=cropped))
    assert np.isfinite(placed[:, :249]).all()
    assert np.isnan(placed[:, 251:]).all()


def test_the_preview_shows_the_peak_where_it_is() -> None:
    for suffix, writer in ((".npz", "map-npz"), (".tif", "map-tiff"), (".png", "map-png")):
        preview = find_writer(Path(f"a{suffix}"), writer).preview
        picture = preview((scene(target=of_label(1)),), ExportOptions())
        assert picture.shape == (300, 500, 3)
        row, column = np.unravel_index(picture.sum(axis=2).argmax(), picture.shape[:2])
        assert row == pytest.approx(2.5 * 300 / 7, abs=3)
        assert column == pytest.approx(6.5 * 500 / 9, abs=3)


def test_a_suffix_stands_for_the_first_writer_and_the_group_decides() -> None:
    assert find_writer(Path("a.png")).SPEC.id == "png"
    assert find_writer(Path("a.tif"), group=Group.MAP).SPEC.id == "map-tiff"
    with pytest.raises(ExportError, match=r"end in \.npz or \.tif"):
        find_writer(Path("a.jpg"), group=Group.MAP)
    with pytest.raises(ExportError, match="no format 'jpg'"):
        find_writer(Path("a.jpg"), "jpg")
