"""Pictures of a radiograph in a view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.imaging import render
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle, blend_table, to_rgb
from cxrviewer.imaging.contour import contour_lines
from cxrviewer.imaging.geometry import apply_affine, resize_affine, translation
from cxrviewer.imaging.grayscale import full_window, index_image, presentation_table
from cxrviewer.imaging.heatmap import Heatmap, resample
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, Window
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, Viewport, fit_scale, full_resolution, make_viewport

ORIENTATIONS = [Orientation(flipped, turns) for flipped in (False, True) for turns in range(4)]


def _radiograph(pixels: NDArray, aspect: float = 1.0) -> Radiograph:
    bits = 8 * pixels.dtype.itemsize
    info = GrayscaleInfo(bits, signed=pixels.dtype.kind == "i", full_range_default=True)
    return Radiograph(np.ascontiguousarray(pixels), info, Path("image.png"), "PNG", "digest", aspect)


def _noise(shape: tuple[int, int] = (50, 70), dtype: type = np.uint8) -> Radiograph:
    info = np.iinfo(dtype)
    values = np.random.default_rng(5).integers(info.min, info.max, shape, dtype, endpoint=True)
    return _radiograph(values)


def _table(radiograph: Radiograph) -> NDArray[np.uint8]:
    return presentation_table(radiograph, full_window(radiograph))


def _shown(radiograph: Radiograph) -> NDArray[np.uint8]:
    return _table(radiograph)[index_image(radiograph)]


def _turned(picture: NDArray, orientation: Orientation) -> NDArray:
    picture = np.fliplr(picture) if orientation.flipped else picture
    return np.rot90(picture, -orientation.quarter_turns)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int8])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_own_resolution_shows_every_pixel_exactly(dtype: type, orientation: Orientation) -> None:
    radiograph = _noise(dtype=dtype)
    seen = Renderer(radiograph).gray(
        full_resolution(radiograph.shape, orientation=orientation), _table(radiograph)
    )
    assert np.array_equal(seen, _turned(_shown(radiograph), orientation))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_magnified_pixels_are_squares(orientation: Orientation) -> None:
    radiograph = _noise((5, 6))
    shape = (48, 40) if orientation.quarter_turns % 2 else (40, 48)
    viewport = make_viewport(radiograph.shape, shape, scale=8, center=(0.5, 0.5), orientation=orientation)
    seen = Renderer(radiograph).gray(viewport, _table(radiograph))
    assert np.array_equal(seen, _turned(_shown(radiograph), orientation).repeat(8, 0).repeat(8, 1))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("scale", [0.11, 0.3, 0.5, 0.9, 1.7, 3.0])
def test_a_blob_stays_in_its_place(orientation: Orientation, scale: float) -> None:
    rows, columns = np.indices((600, 800))
    blob = 250 * np.exp(-((columns - 500.0) ** 2 + (rows - 220.0) ** 2) / (2 * 6.0**2))
    radiograph = _radiograph(blob.astype(np.uint8))
    viewport = make_viewport(
        radiograph.shape, (300, 340), scale=scale, center=(0.6, 0.4), orientation=orientation
    )
    seen = Renderer(radiograph).gray(viewport, _table(radiograph)).astype(float)
    rows, columns = np.indices(seen.shape)
    found = (seen * columns).sum() / seen.sum(), (seen * rows).sum() / seen.sum()
    assert found == pytest.approx(apply_affine(viewport.stored_to_view, 500, 220), abs=0.12)


def test_a_reduced_view_averages_instead_of_skipping() -> None:
    checks = (np.indices((512, 512)).sum(axis=0) % 2 * 200).astype(np.uint8)
    radiograph = _radiograph(checks)
    viewport = make_viewport((512, 512), (128, 128), scale=0.25, center=(0.5, 0.5))
    seen = Renderer(radiograph).gray(viewport, _table(radiograph))
    assert np.abs(seen.astype(int) - 100).max() <= 2


def test_half_size_shows_the_mean_of_four_and_no_blur_beyond() -> None:
    radiograph = _noise((600, 600))
    viewport = make_viewport((600, 600), (300, 300), scale=0.5, center=(0.5, 0.5))
    seen = Renderer(radiograph).gray(viewport, _table(radiograph))
    means = radiograph.pixels.reshape(300, 2, 300, 2).mean(axis=(1, 3))
    assert np.abs(seen - means).max() <= 1.01


def test_windowing_follows_resampling() -> None:
    # Two far values: their average is inside the window although neither of them is.
    pixels = np.tile(np.array([0, 60000], np.uint16), (512, 256))
    radiograph = _radiograph(pixels)
    table = presentation_table(radiograph, Window(30000, 20000))
    viewport = make_viewport((512, 512), (128, 128), scale=0.25, center=(0.5, 0.5))
    seen = Renderer(radiograph).gray(viewport, table)
    assert np.abs(seen.astype(int) - 128).max() <= 2


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_around_the_image_is_black(orientation: Orientation) -> None:
    radiograph = _radiograph(np.full((40, 60), 200, np.uint8), aspect=1.5)
    renderer = Renderer(radiograph)
    viewport = make_viewport(
        radiograph.shape, (200, 200), scale=2, center=(0.5, 0.5), aspect=1.5, orientation=orientation
    )
    inverted = presentation_table(radiograph, full_window(radiograph), inverted=True)
    seen = renderer.gray(viewport, inverted)
    left, top, right, bottom = renderer.image_rectangle(viewport)
    assert (right - left, bottom - top) == (120, 120)
    inside = np.zeros_like(seen, bool)
    inside[top:bottom, left:right] = True
    assert not seen[~inside].any()
    assert (seen[inside] == 55).all()


def test_a_view_that_misses_the_image_is_black() -> None:
    radiograph = _noise()
    renderer = Renderer(radiograph)
    for center in ((40.0, 0.5), (-40.0, 0.5), (0.5, 40.0), (0.5, -40.0)):
        viewport = make_viewport(radiograph.shape, (80, 90), scale=1, center=center)
        assert not renderer.gray(viewport, _table(radiograph)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (700, 1), (3, 2000)])
def test_thin_images_fill_their_place(shape: tuple[int, int]) -> None:
    radiograph = _radiograph(np.full(shape, 99, np.uint8))
    renderer = Renderer(radiograph)
    scale = fit_scale(shape, (300, 300))
    viewport = make_viewport(shape, (300, 300), scale=scale, center=(0.5, 0.5))
    seen = renderer.gray(viewport, _table(radiograph))
    left, top, right, bottom = renderer.image_rectangle(viewport)
    assert (seen[top:bottom, left:right] == 99).all()


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_an_image_longer_than_16_bits_of_pixels_is_shown(scale: float) -> None:
    pixels = np.zeros((100, 40_000), np.uint8)
    pixels[:, 39_000:] = 180
    radiograph = _radiograph(pixels)
    viewport = make_viewport(pixels.shape, (21, 401), scale=scale, center=(39_000 / 40_000, 0.5))
    seen = Renderer(radiograph).gray(viewport, _table(radiograph))
    assert (seen[:, :198] == 0).all()
    assert (seen[:, 204:] == 180).all()


def _heatmap(radiograph: Radiograph, signed: bool = False) -> Heatmap:
    values = np.random.default_rng(1).uniform(-1 if signed else 0, 1, (3, 4)).astype(np.float32)
    return Heatmap(values, resize_affine((3, 4), radiograph.shape), signed)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("cells", [False, True])
def test_picture_is_the_blend_of_gray_and_heat(signed: bool, cells: bool) -> None:
    radiograph = _noise()
    heatmap = _heatmap(radiograph, signed)
    viewport = make_viewport(radiograph.shape, (130, 160), scale=1.9, center=(0.45, 0.55))
    view = HeatmapView.CELLS if cells else HeatmapView.SMOOTH
    style = OverlayStyle("viridis", alpha=0.8, view=view, signed=signed)
    renderer, table = Renderer(radiograph), _table(radiograph)
    picture = renderer.picture(viewport, table, heatmap, style)
    gray = renderer.gray(viewport, table)
    heat = resample(heatmap, viewport, cells)
    colors = to_rgb(blend_table(style)).reshape(256, 256, 3)
    left, top, right, bottom = renderer.image_rectangle(viewport)
    expected = np.repeat(gray[..., None], 3, axis=2)
    expected[top:bottom, left:right] = colors[heat, gray][top:bottom, left:right]
    assert np.array_equal(to_rgb(picture), expected)


@pytest.mark.parametrize("signed", [False, True])
def test_contours_are_the_lines_of_the_smooth_map(signed: bool) -> None:
    radiograph = _noise()
    heatmap = _heatmap(radiograph, signed)
    viewport = make_viewport(radiograph.shape, (130, 160), scale=1.9, center=(0.45, 0.55))
    style = OverlayStyle(threshold=0.3, view=HeatmapView.CONTOURS, signed=signed)
    renderer, table = Renderer(radiograph), _table(radiograph)
    picture = to_rgb(renderer.picture(viewport, table, heatmap, style))
    left, top, right, bottom = renderer.image_rectangle(viewport)
    area = slice(top, bottom), slice(left, right)
    lines = np.zeros((130, 160), np.uint8)
    lines[area] = contour_lines(np.ascontiguousarray(resample(heatmap, viewport)[area]), signed, 0.3)
    gray = renderer.gray(viewport, table)
    colors = to_rgb(blend_table(style)).reshape(256, 256, 3)
    assert np.array_equal(picture, colors[lines, gray])
    assert 0.01 < (lines > 0).mean() < 0.3


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_edges_of_image_and_model_input_are_no_contours(orientation: Orientation) -> None:
    radiograph = _radiograph(np.full((60, 90), 128, np.uint8))
    # The model saw the middle third of the columns only, and everything there speaks for the target.
    heatmap = Heatmap(np.ones((4, 4), np.float32), translation(30, 0) @ resize_affine((4, 4), (60, 30)))
    viewport = make_viewport(
        radiograph.shape, (200, 220), scale=1.7, center=(0.45, 0.55), orientation=orientation
    )
    style, renderer, table = OverlayStyle(alpha=1.0), Renderer(radiograph), _table(radiograph)
    without = renderer.picture(viewport, table, None, style)
    smooth = renderer.picture(viewport, table, heatmap, style)
    lines = renderer.picture(viewport, table, heatmap, replace(style, view=HeatmapView.CONTOURS))
    assert not np.array_equal(smooth, without)
    assert np.array_equal(lines, without)


def test_lines_grow_with_the_view_so_that_they_stay_visible() -> None:
    radiograph = _radiograph(np.full((40, 40), 128, np.uint8))
    ramp = np.broadcast_to(np.linspace(0, 1, 40, dtype=np.float32), (40, 40))
    heatmap = Heatmap(ramp, resize_affine((40, 40), (40, 40)))
    style, widths = OverlayStyle(view=HeatmapView.CONTOURS, threshold=0.9), []
    for size in (400, 1000, 2000):
        viewport = make_viewport((40, 40), (size, size), scale=size / 40, center=(0.5, 0.5))
        rgb = to_rgb(Renderer(radiograph).picture(viewport, _table(radiograph), heatmap, style))
        widths.append(int((rgb[size // 2] != 128).any(axis=1).sum()))
    assert widths == [2, 2, 4]


def test_the_heatmap_says_whether_it_is_signed() -> None:
    radiograph = _noise()
    viewport, table, style = full_resolution(radiograph.shape), _table(radiograph), OverlayStyle()
    signed = _heatmap(radiograph, signed=True)
    pictures = [
        Renderer(radiograph).picture(viewport, table, signed, replace(style, signed=choice))
        for choice in (False, True)
    ]
    assert np.array_equal(*pictures)


def test_without_a_heatmap_the_picture_is_gray() -> None:
    radiograph = _noise()
    viewport = full_resolution(radiograph.shape)
    rgb = to_rgb(Renderer(radiograph).picture(viewport, _table(radiograph), None, OverlayStyle()))
    assert np.array_equal(rgb, np.repeat(_shown(radiograph)[..., None], 3, axis=2))


def test_every_change_reaches_the_picture() -> None:
    radiograph = _noise()
    renderer, style = Renderer(radiograph), OverlayStyle()
    heatmap = Heatmap(np.eye(4, dtype=np.float32), resize_affine((4, 4), radiograph.shape))
    other = Heatmap(np.fliplr(heatmap.values), heatmap.grid_to_stored)
    viewport = full_resolution(radiograph.shape)
    moved = Viewport(viewport.shape, viewport.stored_to_view + np.array([[0, 0, 5.0], [0, 0, 0], [0, 0, 0]]))
    table = _table(radiograph)
    inverted = presentation_table(radiograph, full_window(radiograph), inverted=True)
    calls = [
        (viewport, table, heatmap, style),
        (viewport, inverted, heatmap, style),
        (viewport, table, other, style),
        (viewport, table, None, style),
        (viewport, table, heatmap, OverlayStyle("jet")),
        (moved, table, heatmap, style),
        (viewport, table, replace(heatmap, signed=True), style),
        (viewport, table, heatmap, OverlayStyle(view=HeatmapView.CELLS)),
        (viewport, table, heatmap, OverlayStyle(view=HeatmapView.CONTOURS)),
        (viewport, table, heatmap, OverlayStyle(view=HeatmapView.CONTOURS, threshold=0.6)),
        (viewport, table, heatmap, OverlayStyle(view=HeatmapView.CONTOURS, threshold=0.6, alpha=0.9)),
    ]
    pictures = [renderer.picture(*call).tobytes() for call in calls]
    assert len(set(pictures)) == len(calls)
    assert [renderer.picture(*call).tobytes() for call in calls] == pictures


def test_a_change_of_style_leaves_the_gray_picture_alone() -> None:
    radiograph = _noise()
    renderer, table, viewport = Renderer(radiograph), _table(radiograph), full_resolution(radiograph.shape)
    gray = renderer.gray(viewport, table)
    renderer.picture(viewport, table, None, OverlayStyle("jet"))
    assert renderer.gray(viewport, table) is gray


@pytest.mark.parametrize("view", HeatmapView)
def test_an_opacity_drag_resamples_nothing_and_draws_no_line_again(view, monkeypatch) -> None:
    done = []

    def counted(name, call):
        monkeypatch.setattr(render, name, lambda *given: done.append(name) or call(*given))

    counted("resample", resample)
    counted("contour_lines", contour_lines)
    radiograph = _noise()
    renderer, table, viewport = Renderer(radiograph), _table(radiograph), full_resolution(radiograph.shape)
    heatmap = _heatmap(radiograph)
    for percent in range(10):
        # The threshold is worked out anew each time, as the one that goes with a share of the area.
        style = OverlayStyle("jet", percent / 100, threshold=float(np.float64(0.2)), view=view)
        renderer.picture(viewport, table, heatmap, style)
    lines = ["contour_lines"] if view is HeatmapView.CONTOURS else []
    assert done == ["resample", *lines]
    renderer.picture(viewport, table, heatmap, OverlayStyle(threshold=0.4, view=view))
    assert done.count("resample") == 1
    assert done.count("contour_lines") == (2 if view is HeatmapView.CONTOURS else 0)


def test_rendering_never_writes_into_the_radiograph() -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (40, 30), np.uint8)
    radiograph = _radiograph(pixels.copy())
    radiograph.pixels.flags.writeable = False
    renderer = Renderer(radiograph)
    for viewport in (
        full_resolution((40, 30)),
        make_viewport((40, 30), (40, 30), scale=1, center=(0.9, 0.9)),
        make_viewport((40, 30), (100, 100), scale=9, center=(0.1, 0.9)),
    ):
        renderer.picture(viewport, _table(radiograph), None, OverlayStyle())
    assert np.array_equal(radiograph.pixels, pixels)
