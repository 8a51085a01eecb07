"""Arrays in place of files, and how what a notebook shows is named."""

from __future__ import annotations

import inspect
import pydoc
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

import cxrviewer
from cxrviewer.api.look import look
from cxrviewer.errors import ImageReadError, UsageError
from cxrviewer.export.save import named_format
from cxrviewer.imaging.arrays import radiograph_of
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.luminance import COLOR_NOTE
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import full_resolution
from cxrviewer.paths import resource

RAMP = np.tile(np.linspace(0, 1, 256), (40, 1))


def shown(array: object) -> np.ndarray:
    image = radiograph_of(array)
    return Renderer(image).gray(
        full_resolution(image.shape, 1.0), presentation_table(image, default_voi(image))
    )


@pytest.mark.parametrize(
    "array",
    [
        RAMP,
        RAMP.astype(np.float32),
        np.round(RAMP * 255).astype(np.uint8),
        np.round(RAMP * 255).astype(np.uint8)[..., None],
        np.dstack([RAMP] * 3),
        np.dstack([np.round(RAMP * 255).astype(np.uint8)] * 3),
    ],
)
def test_black_and_white_are_what_they_are(array: np.ndarray) -> None:
    assert np.abs(shown(array).astype(int) - np.round(RAMP * 255)).max() <= 1


def test_a_faint_image_of_fractions_stays_faint_and_stored_values_get_a_window() -> None:
    assert shown(RAMP / 4).max() == 64
    for kind, offset in ((np.uint16, 0), (np.int64, 0), (np.int16, -2000)):
        assert shown((RAMP * 4000 + offset).astype(kind)).max() == 255


def test_a_radiograph_keeps_its_own_pixels_and_is_known_by_them() -> None:
    array = np.arange(64, dtype=np.uint8).reshape(8, 8)
    image, turned = radiograph_of(array), radiograph_of(array.T)
    array[:] = 0
    assert image.pixels[7, 7] == 63
    assert image.key != turned.key
    assert image.key == radiograph_of(np.arange(64, dtype=np.uint8).reshape(8, 8)).key
    assert radiograph_of(np.dstack([RAMP, RAMP * 0.2, RAMP])).notes == (COLOR_NOTE,)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (RAMP * 300, "from 0 to 1"),
        (RAMP * np.nan, "from 0 to 1"),
        (RAMP[None], r"\(1, 40, 256\)"),
        (RAMP > 0.5, "bool"),
        ((RAMP * 1e6).astype(np.int32), "1000000"),
        (np.dstack([RAMP * 9 - 5] * 3).astype(np.int16), "below 0"),
        (np.zeros((0, 5)), "0 pixels"),
        (None, "no image"),
    ],
)
def test_what_is_no_image_is_said(array: object, words: str) -> None:
    with pytest.raises(ImageReadError, match=words):
        radiograph_of(array)


@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": 2},
        {"threshold": float("nan")},
        {"view": "raw"},
        {"colormap": "rainbow"},
        {"colormap": "viridis", "signed": True},
        {"scale": 0},
    ],
)
def test_looks_that_there_are_not_are_said(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"Give|Choose"):
        look(**wrong)


def test_formats_by_ending_and_by_name() -> None:
    assert named_format(".JPG") == (".jpg", "")
    assert named_format("map-npz") == (".npz", "map-npz")
    for wrong in ("svg", "gif", ""):
        with pytest.raises(UsageError, match="map-npz"):
            named_format(wrong)


def test_a_notebook_tells_the_parameters_and_shows_the_image_without_names(tmp_path: Path) -> None:
    assert {"target", "method", "layer"} <= set(inspect.signature(cxrviewer.explain).parameters)
    assert "numbers_only" in inspect.signature(cxrviewer.batch).parameters
    for name in cxrviewer.__all__[1:]:
        told = pydoc.render_doc(getattr(cxrviewer, name), renderer=pydoc.plaintext)
        assert "Parameters" in told, name
        assert "Raises" in told, name
        assert name in dir(cxrviewer)
    dataset = pydicom.dcmread(resource("samples", "phantom-opacity.dcm"))
    dataset.PatientName = "Canary^Name"
    dataset.save_as(tmp_path / "canary.dcm")
    image = cxrviewer.open_radiograph(tmp_path / "canary.dcm")
    assert "anary" not in repr(image)
    picture = cv2.imdecode(np.frombuffer(image._repr_png_(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert max(picture.shape) <= 640
    assert picture.std() > 20
