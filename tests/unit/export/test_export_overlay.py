"""What an exported overlay shows and says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from scenes import CARD, scene

from cxrviewer.export.overlay import color_bar, describe, export_overlay, percent, render
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.viewport import Orientation


def test_the_peak_is_where_its_cell_lies(tmp_path: Path) -> None:
    drawn = scene(style=OverlayStyle(alpha=1.0))
    annotated = export_overlay(drawn, tmp_path / "overlay.png")
    with Image.open(tmp_path / "overlay.png") as image:
        pixels = np.asarray(image)
    np.testing.assert_array_equal(pixels, annotated.pixels)
    left, top, right, bottom = annotated.rectangle
    colored = np.ptp(pixels[top:bottom, left:right].astype(int), axis=2) > 0
    rows, columns = np.nonzero(colored)
    assert (colored.shape, rows.size > 0) == ((300, 500), True)
    # Cell (2, 6) of 7 × 9 cells over 300 × 500 pixels.
    assert rows.mean() == pytest.approx(2.5 * 300 / 7 - 0.5, abs=1)
    assert columns.mean() == pytest.approx(6.5 * 500 / 9 - 0.5, abs=1)


def test_gray_outside_of_the_heatmap_is_exactly_the_image() -> None:
    drawn = scene()
    picture = render(drawn)
    plain = cv2.LUT(drawn.radiograph.pixels, drawn.table)
    np.testing.assert_array_equal(picture[:60, :300], np.repeat(plain[:60, :300, None], 3, axis=2))


def test_orientation_and_pixel_shape_are_those_of_the_view() -> None:
    assert render(scene(orientation=Orientation(quarter_turns=1))).shape == (500, 300, 3)
    assert render(scene(aspect=2.0)).shape == (600, 500, 3)


def test_each_part_of_the_style_changes_the_picture() -> None:
    base = render(scene())
    for style in (
        OverlayStyle(colormap="jet"),
        OverlayStyle(alpha=0.2),
        OverlayStyle(threshold=0.7),
        OverlayStyle(visible=False),
    ):
        assert (render(scene(style=style)) != base).any(), style


def test_the_words() -> None:
    annotation = describe(scene())
    rows = dict(annotation.rows)
    assert annotation.title == "Bacterial pneumonia"
    assert annotation.headline.replace("\N{NO-BREAK SPACE}", " ") == "Probability 35.0 %"
    assert annotation.disclaimer == "Research and teaching: not for diagnosis"
    assert rows["Method"] == "Grad-CAM"
    assert rows["Layer"] == "block/out (7×9)"
    assert rows["Model"] == "Tiny model 2.1"
    assert rows["Analysed"] == "2026-03-04 15:06 +0000"
    assert "25.0" in rows["Threshold"]
    assert "above" in rows["Threshold"]
    assert rows["Pneumonia"].startswith("43.0")
    assert rows["Top class"].startswith("Normal 57.0")
    assert "Explains" not in rows


def test_the_words_follow_the_class() -> None:
    annotation = describe(scene(class_index=2))
    assert "below" in dict(annotation.rows)["Threshold"]
    top = describe(scene(class_index=0))
    assert "Top class" not in dict(top.rows)
    assert "Pneumonia" not in dict(top.rows)


def test_a_map_of_the_probability_says_so() -> None:
    assert "probability" in dict(describe(scene(explains_logit=False)).rows)["Explains"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((3, 3), np.float32), "no positive value"),
        (np.full((3, 3), -1, np.float32), "no positive value"),
        (np.full((3, 3), np.nan, np.float32), "not finite"),
    ],
)
def test_a_map_with_nothing_to_draw_is_announced(values: np.ndarray, words: str, tmp_path: Path) -> None:
    empty = scene(values=values)
    assert words in describe(empty).message
    assert color_bar(empty) is None
    annotated = export_overlay(empty, tmp_path / "overlay.png")
    left, top, right, bottom = annotated.rectangle
    assert (np.ptp(annotated.pixels[top:bottom, left:right].astype(int), axis=2) == 0).all()


def test_a_hidden_heatmap_has_no_scale() -> None:
    hidden = scene(style=OverlayStyle(visible=False))
    assert color_bar(hidden) is None
    assert "off" in describe(hidden).message


def test_the_scale_has_the_attributions_values_and_fades_as_the_heatmap_does() -> None:
    bar = color_bar(scene(style=OverlayStyle(threshold=0.5)))
    assert bar is not None
    assert [label for _, label in bar.ticks] == ["0", "0.125", "0.25"]
    assert (bar.colors[:127] == bar.colors[0]).all()
    assert (bar.colors[129:] != bar.colors[0]).any(axis=1).all()


def test_no_identity_in_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "Canary Patient"
    folder.mkdir()
    export_overlay(scene(folder / "Doe^Canary.dcm"), tmp_path / "overlay.png")
    data = (tmp_path / "overlay.png").read_bytes()
    with Image.open(tmp_path / "overlay.png") as image:
        assert set(image.info) == {"Software", "Model", "Method", "Comment"}
        assert image.info["Model"] == "tiny 2.1"
    assert b"Canary" not in data
    other = export_overlay(scene(tmp_path / "other.dcm"), tmp_path / "other.png")
    with Image.open(tmp_path / "overlay.png") as image:
        np.testing.assert_array_equal(np.asarray(image), other.pixels)


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "0.0 %"),
        (0.0004, "< 0.1 %"),
        (0.5, "50.0 %"),
        (0.9995, "> 99.9 %"),
        (1.0, "100.0 %"),
        (0.999, "99.9 %"),
    ],
)
def test_probabilities_for_people(probability: float, text: str) -> None:
    assert percent(probability).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_model_without_version_or_groups() -> None:
    bare = replace(scene(), card=replace(CARD, version="", label_groups=()))
    rows = dict(describe(bare).rows)
    assert rows["Model"] == "Tiny model"
    assert "Pneumonia" not in rows
