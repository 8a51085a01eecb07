"""The picture of a comparison, and what it says, from scenes made without a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scenes import CARD, scene

from cxrviewer.errors import ExportError
from cxrviewer.explain.display import LOGIT, Scale
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import of_label
from cxrviewer.export.comparison_sheet import cautions, compare_scenes, scale_words
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.sheet_differences import differences
from cxrviewer.export.sheet_picture import draw_sheet
from cxrviewer.session.state import ViewState


def spot(row: int, column: int, size: float = 1.0) -> np.ndarray:
    rows, columns = np.indices((7, 9))
    return (size * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 4)).astype(np.float32)


def map_of(values: np.ndarray, method: str = "grad-cam", label: int = 1, **changes):
    asked = Question(of_label(label), method, layers=("block/out",))
    return scene(values=values, asked=asked, **changes)


def in_logits(values: np.ndarray, method: str = "grad-cam", label: int = 1):
    return map_of(values, method, label, logit_factor=1.0, state=ViewState(scale=Scale(4.0), fade=False))


def test_a_difference_is_above_zero_where_a_map_shows_more() -> None:
    sheet = compare_scenes([in_logits(spot(2, 2, 3)), in_logits(spot(5, 7, 2), "layer-cam")], 2)
    found = differences(sheet)
    assert found.heatmaps[0] is None
    difference = found.heatmaps[1]
    assert difference.signed
    # Cells are divided until there are 56 a side: 8 parts down, 7 across.
    assert difference.values.shape == (56, 63)
    assert difference.values[2 * 8 + 4, 2 * 7 + 3] == pytest.approx(-1, abs=0.02)
    assert difference.values[5 * 8 + 4, 7 * 7 + 3] == pytest.approx(2 / 3, abs=0.02)
    assert (found.display.unit, found.display.maximum) == (LOGIT, pytest.approx(3, abs=0.05))
    turned = differences(sheet, 1)
    np.testing.assert_allclose(turned.heatmaps[0].values, -difference.values, atol=1e-6)


def test_maps_in_no_unit_differ_by_shares_of_their_scales() -> None:
    sheet = compare_scenes([map_of(spot(2, 2, 3)), map_of(spot(5, 7, 2), "score-cam")], 2)
    found = differences(sheet)
    assert (found.display.unit, found.display.maximum) == ("", 1.0)
    assert "its own maximum" in scale_words(sheet)
    assert not sheet.one_scale


def test_it_is_told_which_map_is_not_on_the_scale_of_the_others() -> None:
    scenes = [
        in_logits(spot(2, 2, 3)),
        map_of(spot(2, 2, 3), "score-cam"),
        in_logits(spot(5, 7, 2), "layer-cam"),
    ]
    sheet = compare_scenes(scenes, 3)
    assert not sheet.one_scale
    assert "Full colour is 4 logits; map 2 is scaled to the own maximum" in scale_words(sheet)
    assert "one scale: full colour is 4 logits" in scale_words(compare_scenes([scenes[0], scenes[2]], 2))


def test_what_differs_is_told_from_what_follows_from_it() -> None:
    values = spot(3, 3)
    sheet = compare_scenes(
        [
            map_of(values, method, label)
            for label in (0, 1)
            for method in ("grad-cam", "occlusion", "layer-cam")
        ],
        3,
    )
    assert sheet.varied == ("targets", "methods")
    assert sheet.row_axes == ("targets",)
    crooked = compare_scenes([each.scene for each in sheet.maps], 4)
    assert crooked.row_axes == ()


def test_a_scene_alone_and_scenes_of_two_images_are_no_comparison() -> None:
    one = map_of(spot(1, 1))
    with pytest.raises(ExportError, match="nothing to compare"):
        compare_scenes([one], 1)
    other = replace(one, radiograph=replace(one.radiograph, digest="another"))
    with pytest.raises(ExportError, match="one image"):
        compare_scenes([one, other], 2)


@pytest.mark.parametrize("count", [2, 5, 20])
def test_a_sheet_is_as_wide_as_a_slide_and_ends_with_the_caution(count: int) -> None:
    places = [(number % 7, number % 9) for number in range(count)]
    scenes = [map_of(spot(*place), label=number % 3) for number, place in enumerate(places)]
    sheet = compare_scenes(scenes, min(count, 5))
    picture = draw_sheet(sheet)
    assert picture.shape[1] == 1920
    assert picture.shape[0] < 12_000
    caution = (picture == (232, 178, 92)).all(axis=2)
    assert caution[-60:].any()
    if count == 2:
        assert not (draw_sheet(sheet, disclaimer=False) == (232, 178, 92)).all(axis=2).any()
    # Nothing is written or drawn at the very edges: nothing is cut.
    assert len(np.unique(picture[:, -30:].reshape(-1, 3), axis=0)) == 1


def test_a_map_that_is_zero_is_told_of_and_has_no_numbers() -> None:
    sheet = compare_scenes([map_of(np.zeros((7, 9), np.float32)), map_of(spot(2, 2))], 2)
    found = sheet.agreements[0][1]
    assert (found.rank_correlation, found.overlap, found.peak_share) == (None, None, None)
    assert draw_sheet(sheet).shape[1] == 1920
    assert draw_sheet(compare_scenes([sheet.maps[0].scene] * 2, 2)).shape[1] == 1920


def test_guesses_and_probabilities_are_told() -> None:
    guessed = map_of(spot(1, 1), explains_logit=False)
    guessed = replace(guessed, card=replace(CARD, complete=False, name="Found somewhere"))
    sheet = compare_scenes([map_of(spot(2, 2)), guessed], 2)
    first, second = cautions(sheet)
    assert first.startswith("Found somewhere has no card")
    assert "map 2 explains the probability" in second
    assert sheet.varied == ("models",)
    picture = draw_sheet(sheet, disclaimer=False)
    assert (picture == (232, 178, 92)).all(axis=2).any()


def test_the_file_has_the_numbers_beside_it_and_no_name(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    scenes = [map_of(spot(2, 2)), map_of(spot(2, 4), "layer-cam")]
    export(scenes, path, ExportOptions("comparison", columns=2, reference=1))
    with Image.open(path) as image:
        assert image.info["Method"] == "grad-cam, layer-cam"
        assert image.info["Model"] == f"{CARD.id} {CARD.version}"
        pixels = np.asarray(image)
    sheet = compare_scenes(scenes, 2)
    np.testing.assert_array_equal(pixels, draw_sheet(sheet, 1))
    text = (tmp_path / "sheet.png.json").read_text()
    (pair,) = json.loads(text)["file"]["agreement"]
    assert pair["maps"] == [0, 1]
    assert pair["rank_correlation"] == pytest.approx(sheet.agreements[0][1].rank_correlation)
    assert pair["peak_distance_of_diagonal"] == pytest.approx(2 * 500 / 9 / np.hypot(300, 500), rel=1e-4)
    assert b"Doe" not in path.read_bytes() + text.encode()
