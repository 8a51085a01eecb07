"""The lay-out of an annotated picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.export.annotated import Annotation, annotate
from cxrviewer.export.column import BACKGROUND, CAUTION, ColorBar
from cxrviewer.export.fonts import font, wrapped
from cxrviewer.imaging.colormap import colormap_table

ANNOTATION = Annotation(
    title="Bacterial pneumonia",
    headline="Probability 93.1 %",
    rows=(("Method", "Grad-CAM"), ("Layer", "backbone/block_out (14×14)"), ("Model", "A model 1.0")),
)
BAR = ColorBar(colormap_table("viridis"), ((0.0, "0"), (0.5, "0.1"), (1.0, "0.2")), "What the values are")


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def outside(pixels: NDArray[np.uint8], rectangle: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    mask = np.ones(pixels.shape[:2], bool)
    left, top, right, bottom = rectangle
    mask[top:bottom, left:right] = False
    return mask


@pytest.mark.parametrize(
    "size", [(1, 1), (224, 224), (2000, 300), (100, 479), (100, 480), (768, 768), (1500, 3000)]
)
def test_the_pictures_own_pixels_are_untouched(size: tuple[int, int]) -> None:
    picture = noise(*size)
    annotated = annotate(picture, ANNOTATION, BAR)
    left, top, right, bottom = annotated.rectangle
    assert annotated.pixels.dtype == np.uint8
    np.testing.assert_array_equal(annotated.pixels[top:bottom, left:right], picture)


@pytest.mark.parametrize("size", [(224, 224), (480, 480), (768, 900), (1500, 3000)])
def test_nothing_is_cut_off(size: tuple[int, int]) -> None:
    long = replace(
        ANNOTATION,
        title="A finding with a name of many words that does not fit into one line of anything",
        rows=(*ANNOTATION.rows, ("Layer", "outer_model/" + "inner_block_with_a_long_name_" * 6)),
        message="No region spoke for this class: the map has no positive value.",
    )
    annotated = annotate(np.zeros((*size, 3), np.uint8), long, BAR)
    written = outside(annotated.pixels, annotated.rectangle) & (annotated.pixels != BACKGROUND).any(axis=2)
    assert written.any()
    assert not written[-4:].any()
    assert not written[:, -4:].any()
    assert (annotated.pixels == CAUTION).all(axis=2).any()


def test_text_grows_with_the_picture() -> None:
    strips = []
    for width in (800, 1600, 3200):
        annotated = annotate(np.zeros((width, width, 3), np.uint8), ANNOTATION, BAR)
        strips.append((annotated.pixels.shape[0] - width) / width)
    assert max(strips) / min(strips) < 1.25


def test_a_narrow_picture_keeps_readable_text_beside_it() -> None:
    annotated = annotate(noise(224, 224), ANNOTATION, BAR)
    assert annotated.pixels.shape[1] >= 500
    assert annotated.rectangle == (0, 0, 224, 224)


def test_the_colour_bar_shows_its_colours_in_order() -> None:
    annotated = annotate(np.zeros((600, 600, 3), np.uint8), ANNOTATION, BAR)
    strip = annotated.pixels[600:]
    columns = []
    for color in BAR.colors[[20, 128, 235]]:
        hits = np.argwhere((np.abs(strip.astype(int) - color.astype(int)) <= 4).all(axis=2))
        assert len(hits) > 0
        columns.append(hits[:, 1].mean())
    assert columns == sorted(columns)


def test_each_part_of_the_annotation_is_written() -> None:
    base = annotate(noise(500, 500), ANNOTATION, BAR).pixels
    for change in (
        {"title": "Normal"},
        {"headline": "Probability 12.0 %"},
        {"rows": (("Method", "LayerCAM"), *ANNOTATION.rows[1:])},
        {"message": "Announced."},
        {"disclaimer": ""},
    ):
        other = annotate(noise(500, 500), replace(ANNOTATION, **change), BAR).pixels
        assert other.shape != base.shape or (other != base).any(), change
    assert annotate(noise(500, 500), ANNOTATION).pixels.shape != base.shape


def test_wrapping_keeps_every_letter_within_the_width() -> None:
    face = font(13)
    text = "Words of several lengths and/one_word_that_is_much_longer_than_any_line_can_be 93.1 % end"
    lines = wrapped(text, face, 120)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(face.getlength(line) <= 120 for line in lines)
    assert any("93.1 %" in line for line in lines)


def test_wrapping_nothing_gives_one_line() -> None:
    assert wrapped("", font(12), 100) == ("",)


def test_fonts_have_greek_and_cyrillic_letters() -> None:
    face = font(20)
    assert len({face.getmask(letter).getbbox() for letter in ("Ω", "Ж", "\ue000")}) == 3
    assert font(20, bold=True).getlength("Pneumonia") > face.getlength("Pneumonia")
