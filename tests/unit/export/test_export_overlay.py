"""What an exported overlay shows and says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from scenes import CARD, scene

from cxrviewer.explain.display import Scale
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import Target, absent, of_label
from cxrviewer.export.annotated import AnnotatedPicture
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene, color_bar, describe
from cxrviewer.export.picture import export_picture
from cxrviewer.export.words import percent
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.state import ViewState


def rows_of(**choices) -> dict[str, str]:
    """Return the rows of an annotation with ordinary blanks."""
    return {name: plain(text) for name, text in describe(scene(**choices)).rows}


def export_overlay(made: Scene, path: Path) -> AnnotatedPicture:
    export((made,), path)
    return export_picture((made,), ExportOptions())


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_peak_is_where_its_cell_lies(tmp_path: Path) -> None:
    drawn = scene(alpha=1.0)
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
    picture = drawn.overlay
    plain = cv2.LUT(drawn.radiograph.pixels, drawn.table)
    np.testing.assert_array_equal(picture[:60, :300], np.repeat(plain[:60, :300, None], 3, axis=2))


def test_orientation_and_pixel_shape_are_those_of_the_view() -> None:
    assert scene(orientation=Orientation(quarter_turns=1)).overlay.shape == (500, 300, 3)
    assert scene(aspect=2.0).overlay.shape == (600, 500, 3)


def test_each_part_of_the_style_changes_the_picture() -> None:
    base = scene().overlay
    for style in (
        {"colormap": "jet"},
        {"alpha": 0.2},
        {"threshold": 0.7},
        {"visible": False},
        {"view": HeatmapView.CELLS},
        {"view": HeatmapView.CONTOURS},
        {"signed": True},
    ):
        assert (scene(**style).overlay != base).any(), style


def test_scale_top_share_and_fading_change_the_picture_too() -> None:
    base = scene(logit_factor=1.0).overlay
    for state in (ViewState(scale=Scale(2.0)), ViewState(top_share=0.01)):
        assert (scene(logit_factor=1.0, state=state).overlay != base).any(), state
    faint, full = (scene(target=of_label(2), state=ViewState(fade=fade)) for fade in (True, False))
    assert (faint.faded, full.faded) == (True, False)
    assert (faint.overlay != full.overlay).any()
    np.testing.assert_array_equal(full.overlay, scene().overlay)


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
    annotation = describe(scene(target=of_label(2)))
    assert "below" in dict(annotation.rows)["Threshold"]
    top = describe(scene(target=of_label(0)))
    assert "Top class" not in dict(top.rows)
    assert "Pneumonia" not in dict(top.rows)


def test_the_words_for_a_group() -> None:
    group = Target((1, 2))
    annotation = describe(scene(target=group))
    assert annotation.title == "Pneumonia"
    assert plain(annotation.headline) == "Probability 43.0 %"
    assert rows_of(target=group)["Threshold"] == "50.0 % (output below)"
    assert "Pneumonia" not in rows_of(target=group)


def test_the_words_for_an_absence() -> None:
    annotation = describe(scene(target=absent(1)))
    assert annotation.title == "No Bacterial pneumonia"
    assert plain(annotation.headline) == "Probability 65.0 %"
    rows = rows_of(target=absent(1))
    assert rows["Bacterial pneumonia"] == "35.0 %"
    assert rows["Threshold"] == "25.0 % (output above)"


def test_the_words_for_a_margin() -> None:
    margin = Target((1,), (0,))
    annotation = describe(scene(target=margin))
    assert annotation.title == "Bacterial pneumonia rather than Normal"
    assert annotation.headline == "Difference of logits"
    assert "Threshold" not in rows_of(target=margin)


def test_parameters_layers_and_smoothing_are_said() -> None:
    one = rows_of()
    assert not {"Parameters", "Layers", "Smoothing"} & set(one)
    asked = Question(of_label(1), "score-cam", (("top", 64),), ("a", "b"), Fusion.PRODUCT, 8)
    rows = rows_of(asked=asked)
    assert rows["Method"] == "Score-CAM"
    assert rows["Parameters"] == "Channels 64"
    assert rows["Layers"] == "a + b (7×9), fused by product"
    assert rows["Smoothing"] == "mean over 8 slightly changed copies of the image"
    assert "Layer" not in rows
    assert rows_of(asked=Question(of_label(1), layers=()))["Layer"] == "input (7×9)"


def test_how_the_map_is_drawn_is_said() -> None:
    assert rows_of()["Colours"] == "Inferno, opacity 50 %"
    assert not {"Shows", "View", "Faded"} & set(rows_of())
    assert rows_of(threshold=0.3)["Colours"] == "Inferno, opacity 50 %, from 30 % of the scale"
    share = rows_of(state=ViewState(top_share=0.1))
    assert share["Colours"] == "Inferno, opacity 50 %, the strongest 10 % of the area"
    signed = rows_of(signed=True)
    assert signed["Colours"] == "Cool to warm, opacity 50 %"
    assert signed["Shows"] == "evidence for and against"
    assert "not interpolated" in rows_of(view=HeatmapView.CELLS)["View"]
    lines = rows_of(view=HeatmapView.CONTOURS, threshold=0.6)
    assert lines["View"] == "contours at 60 %, 75 % of the scale"
    faded = rows_of(target=of_label(2))
    assert "operating threshold" in faded["Faded"]
    assert "opacity 18 %" in faded["Colours"]


def test_what_a_method_says_of_its_map_is_said() -> None:
    assert "Note" not in rows_of()
    assert rows_of(notes=("The parts sum to 1.2 of 1.3.",))["Note"] == "The parts sum to 1.2 of 1.3."


def test_a_map_of_the_probability_says_so() -> None:
    assert "probability" in dict(describe(scene(explains_logit=False)).rows)["Explains"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((3, 3), np.float32), "zero everywhere"),
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
    hidden = scene(visible=False)
    assert color_bar(hidden) is None
    assert "off" in describe(hidden).message


def test_the_scale_has_the_attributions_values_and_fades_as_the_heatmap_does() -> None:
    bar = color_bar(scene(threshold=0.5))
    assert bar is not None
    assert [label for _, label in bar.ticks] == ["0", "0.125", "0.25"]
    assert (bar.colors[:127] == bar.colors[0]).all()
    assert (bar.colors[129:] != bar.colors[0]).any(axis=1).all()


def test_a_signed_scale_has_zero_in_the_middle() -> None:
    bar = color_bar(scene(signed=True))
    assert bar is not None
    assert [label for _, label in bar.ticks] == ["−0.5", "0", "+0.5"]
    assert [at for at, _ in bar.ticks] == [0, 0.5, 1]
    assert len(bar.colors) == 255
    assert (bar.colors[127] == color_of_nothing()).all()
    red_less_blue = bar.colors[:, 0].astype(int) - bar.colors[:, 2]
    assert red_less_blue[0] < -50
    assert red_less_blue[-1] > 50


def color_of_nothing() -> np.ndarray:
    bar = color_bar(scene(threshold=0.5))
    assert bar is not None
    return bar.colors[0]


@pytest.mark.parametrize(
    ("choices", "caption"),
    [
        ({}, "Grad-CAM, scaled to the maximum of this image"),
        ({"logit_factor": 5.2}, "Grad-CAM, scaled to the maximum of this image, 1.3 logits"),
        ({"logit_factor": 4.0}, "Grad-CAM, scaled to the maximum of this image, 1 logit"),
        ({"logit_factor": 4.0, "state": ViewState(scale=Scale(2.5))}, "Grad-CAM, locked at 2.5 logits"),
        (
            {"logit_factor": 4.0, "state": ViewState(scale=Scale(2.0)), "signed": True},
            "Grad-CAM, locked at ±2 logits",
        ),
        ({"state": ViewState(scale=Scale(2.0))}, "Grad-CAM, scaled to the maximum of this image"),
    ],
)
def test_the_caption_names_scale_and_unit(choices: dict, caption: str) -> None:
    bar = color_bar(scene(**choices))
    assert bar is not None
    assert bar.caption == caption
    if "locked" in caption and not choices.get("signed"):
        assert [label for _, label in bar.ticks] == ["0", "1.25", "2.5"]


def test_the_scale_of_contours_has_their_lines() -> None:
    for choices, middles in (
        ({}, (0.25, 0.5, 0.75)),
        ({"threshold": 0.6}, (0.6, 0.75)),
        ({"signed": True}, (0.125, 0.25, 0.375, 0.625, 0.75, 0.875)),
    ):
        bar = color_bar(scene(view=HeatmapView.CONTOURS, **choices))
        assert bar is not None
        marked = (bar.colors != color_of_nothing()).any(axis=1)
        edges = np.flatnonzero(np.diff(marked.astype(int)))
        assert (edges.reshape(-1, 2).mean(axis=1) + 0.5) / len(marked) == pytest.approx(middles, abs=0.01)


def test_the_view_of_an_export_is_that_of_the_screen() -> None:
    cells = scene(alpha=1.0, view=HeatmapView.CELLS).overlay
    colored = np.ptp(cells.astype(int), axis=2) > 0
    rows, columns = np.nonzero(colored)
    # Cell (2, 6) of 7 × 9 cells over 300 × 500 pixels, and nothing else.
    assert (rows.min(), rows.max()) == (round(2 * 300 / 7), round(3 * 300 / 7) - 1)
    assert (columns.min(), columns.max()) == (round(6 * 500 / 9), round(7 * 500 / 9) - 1)
    assert colored.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    lines = np.ptp(scene(view=HeatmapView.CONTOURS).overlay.astype(int), axis=2) > 0
    smooth = np.ptp(scene().overlay.astype(int), axis=2) > 0
    assert 0 < lines.sum() < smooth.sum() / 2


def test_the_evidence_against_is_where_its_cell_lies() -> None:
    picture = scene(signed=True, alpha=1.0).overlay.astype(int)
    rows, columns = np.nonzero(picture[..., 2] - picture[..., 0] > 30)
    assert rows.mean() == pytest.approx(5.5 * 300 / 7 - 0.5, abs=1)
    assert columns.mean() == pytest.approx(1.5 * 500 / 9 - 0.5, abs=1)


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
