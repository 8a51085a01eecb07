"""Presentation states: the view and the contours, through DCMTK."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import dicom_made
import numpy as np
import pydicom
import pytest
from dicom_files import Case
from dicom_made import (
    IDENTITY,
    NOBODY,
    PLAIN,
    as_shown,
    polylines,
    rendered,
    scene_of,
    write_source,
    written,
)

from cxrviewer.export.dicom import contours
from cxrviewer.export.dicom.kinds import IMAGE_NAME, Kind
from cxrviewer.export.dicom.objects import dicom_objects
from cxrviewer.export.options import ExportOptions
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.heatmap import value_at
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, make_viewport

pytestmark = dicom_made.needed


@pytest.fixture(scope="module")
def dx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_source(tmp_path_factory.mktemp("source") / "source.dcm", PLAIN.dataset())


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("turns", [0, 1])
def test_contours_lie_on_the_level_and_the_view_is_as_shown(
    dx: Path, tmp_path: Path, flipped: bool, turns: int
) -> None:
    shown = scene_of(dx, orientation=Orientation(flipped, turns), threshold=0.4)
    paths = written(dicom_objects(shown, (Kind.PRESENTATION,), NOBODY), tmp_path)
    state = pydicom.dcmread(paths["contours-gsps.dcm"])
    heatmap = shown.heatmap
    assert heatmap is not None
    lines = polylines(state)
    assert set(lines) == {"LEVEL_40", "LEVEL_50", "LEVEL_75"}
    for layer, found in lines.items():
        level = int(layer.rpartition("_")[2]) / 100
        for x, y in np.concatenate(found) - 0.5:
            around = [
                value_at(heatmap.values, heatmap.grid_to_stored, x + dx, y + dy) or 0
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
            ]
            assert min(around) <= level <= max(around)
    image = rendered(paths[IMAGE_NAME], paths["contours-gsps.dcm"], tmp_path)
    expected = as_shown(shown)
    # DCMTK turns and mirrors its picture, too: by rotation first, as the standard has it.
    expected = np.rot90(expected, -turns if not flipped else turns)
    expected = expected[:, ::-1] if flipped else expected
    turned_by_user = Renderer(shown.radiograph).gray(shown.viewport, shown.table)
    np.testing.assert_array_equal(expected, turned_by_user)
    np.testing.assert_allclose(image.astype(int), turned_by_user, atol=1)
    words = [item for item in state.GraphicAnnotationSequence if "TextObjectSequence" in item]
    assert "not for diagnosis" in words[0].TextObjectSequence[0].UnformattedTextValue
    area = state.DisplayedAreaSelectionSequence[0]
    corner = apply_affine(shown.viewport.view_to_stored, 0, 0)
    assert list(area.DisplayedAreaTopLeftHandCorner) == [round(corner[0]) + 1, round(corner[1]) + 1]


@pytest.mark.parametrize(
    "case",
    [
        Case("MONOCHROME2", 16, True, 1.0, "several windows", "padding"),
        Case("MONOCHROME1", 12, False, -1.0, "table of 12 bits", "nothing"),
        Case("MONOCHROME2", 10, False, 1.0, "sigmoid", "nothing"),
        Case("MONOCHROME1", 8, False, 1.0, "none", "shutter"),
        Case("MONOCHROME2", 12, False, 1.0, "table of 8 bits", "nothing"),
    ],
    ids=lambda case: f"{case.photometric}-{case.bits}-{case.voi}-{case.surround}",
)
@pytest.mark.parametrize("options", [NOBODY, IDENTITY], ids=["nobody", "identity"])
def test_the_image_looks_as_shown_through_the_presentation_state(
    tmp_path: Path, case: Case, options: ExportOptions
) -> None:
    source = write_source(tmp_path / "source.dcm", case.dataset())
    shown = replace(scene_of(source), inverted=True)
    shown = replace(shown, table=presentation_table(shown.radiograph, default_voi(shown.radiograph), True))
    paths = written(dicom_objects(shown, (Kind.PRESENTATION,), options), tmp_path)
    image = rendered(paths.get(IMAGE_NAME, source), paths["contours-gsps.dcm"], tmp_path)
    np.testing.assert_allclose(image.astype(int), as_shown(shown), atol=1)


def test_a_view_beyond_the_image_ends_with_it(dx: Path, tmp_path: Path) -> None:
    orientation = Orientation(flipped=True, quarter_turns=1)
    shown = scene_of(dx, orientation=orientation)
    wide = make_viewport(
        shown.radiograph.shape, (40, 100), scale=1, center=(0.5, 0.25), orientation=orientation
    )
    objects = dicom_objects(replace(shown, viewport=wide), (Kind.PRESENTATION,), NOBODY)
    written(objects, tmp_path)
    area = objects["contours-gsps.dcm"].DisplayedAreaSelectionSequence[0]
    # Turned and mirrored: 40 columns about the middle, from the right, and all rows, from the last.
    assert area.DisplayedAreaTopLeftHandCorner == [52, 64]
    assert area.DisplayedAreaBottomRightHandCorner == [13, 1]


def test_a_fine_map_has_few_lines_that_are_short_enough(
    dx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contours, "MOST_LINES", 7)
    monkeypatch.setattr(contours, "_MOST_POINTS", 30)
    noise = np.random.default_rng(1).random((32, 32)).astype(np.float32)
    shown = scene_of(dx, values=noise)
    paths = written(dicom_objects(shown, (Kind.PRESENTATION,), NOBODY), tmp_path)
    state = pydicom.dcmread(paths["contours-gsps.dcm"])
    lengths = [[len(line) for line in found] for found in polylines(state).values()]
    assert [len(found) for found in lengths] == [7, 7, 7]
    # A closed line has its first point again.
    assert 20 < max(map(max, lengths)) <= 31
    layers = {item.GraphicLayer: item.GraphicLayerDescription for item in state.GraphicLayerSequence}
    assert layers["LEVEL_50"].startswith("50 % of the scale")


def test_sizes_are_told_where_they_hold_in_the_patient(tmp_path: Path) -> None:
    calibrated = {"PixelSpacing": [0.3, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"}
    source = write_source(tmp_path / "source.dcm", PLAIN.dataset(), **calibrated)
    objects = dicom_objects(scene_of(source), (Kind.PRESENTATION,), NOBODY)
    area = objects["contours-gsps.dcm"].DisplayedAreaSelectionSequence[0]
    assert list(area.PresentationPixelSpacing) == [0.3, 0.2]
    assert "PresentationPixelAspectRatio" not in area
