"""Marks as data: moving, reshaping, what they say and what they look like."""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, radians, sin

import numpy as np
import pytest
from material import analysis

from cxrviewer.imaging.drawing import Box, Drawing, Oval, Path, distance_to, handle_near, place_words
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.measure import across, angle
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.imaging.viewport import Orientation, make_viewport
from cxrviewer.session.marks import (
    KINDS,
    Angle,
    Arrow,
    CardiothoracicRatio,
    Ellipse,
    FileMarks,
    Length,
    Mark,
    Rectangle,
    Text,
    inside_image,
    shift_inside,
)
from cxrviewer.session.marks_drawing import draw_mark
from cxrviewer.session.marks_straight import straightened
from cxrviewer.session.marks_words import Yardstick, area_text, length_text, mark_lines, measured

FLAT = Spacing(0.5, 0.25, "mm (estimated)")
SHAPE = (900, 1200)
RATIO = CardiothoracicRatio(((600, 100), (600, 800), (540, 500), (720, 560), (400, 640), (810, 700)))


def _mark(kind: type[Mark]) -> Mark:
    return kind(tuple((100.0 + 60 * n, 200.0 + 45 * (n % 3)) for n in range(kind.count)))


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_moves_as_a_whole_and_by_its_handles(kind: type[Mark]) -> None:
    mark = _mark(kind)
    moved = mark.shifted(3.0, -2.0)
    np.testing.assert_allclose(moved.points, np.add(mark.points, (3.0, -2.0)))
    assert moved.id == mark.id
    for handle, (x, y) in enumerate(mark.handles):
        reshaped = mark.reshaped(handle, (x + 5, y + 9), FLAT)
        assert reshaped != mark
        assert (x + 5, y + 9) in reshaped.handles or isinstance(mark, Ellipse | CardiothoracicRatio)


@pytest.mark.parametrize("handle", range(4))
def test_a_rectangle_turned_inside_out_stays_one(handle: int) -> None:
    mark = Rectangle(((10.0, 20.0), (50.0, 80.0)))
    opposite = mark.handles[(handle + 2) % 4]
    region = mark.reshaped(handle, (90.0, 5.0), FLAT).region
    assert region.left < region.right
    assert region.top < region.bottom
    assert opposite in {(x, y) for x in (region.left, region.right) for y in (region.top, region.bottom)}


@pytest.mark.parametrize("handle", [4, 5])
@pytest.mark.parametrize("lean", [0.0, 12.0])
def test_sides_of_the_thorax_stay_level_as_measured(handle: int, lean: float) -> None:
    points = [(600 + lean * 5, 100), (600 - lean * 5, 800), *RATIO.points[2:]]
    mark = CardiothoracicRatio(tuple(points)).reshaped(handle, (390.0, 655.0), FLAT)
    assert mark.points[handle] == (390.0, 655.0)
    top, bottom = mark.midline
    one, other = mark.thorax
    direction = (bottom[0] - top[0], bottom[1] - top[1])
    along = (one[0] + direction[0], one[1] + direction[1])
    assert angle(along, one, other, FLAT) == pytest.approx(90)


def test_moving_the_midline_keeps_the_breadth_of_the_thorax_level() -> None:
    mark = RATIO.reshaped(1, (640.0, 800.0), FLAT)
    sides = [across(mark.midline, point, FLAT) for point in mark.thorax]
    assert sides[0] * sides[1] < 0


def test_file_marks_replace_by_id_and_keep_the_order() -> None:
    one, two = _mark(Length), _mark(Arrow)
    marks = FileMarks().with_mark(one).with_mark(two)
    moved = one.shifted(1, 1)
    assert marks.with_mark(moved).marks == (moved, two)
    assert marks.without(one.id).marks == (two,)
    assert marks.find(two.id) is two
    assert marks.find(None) is None


def test_nothing_leaves_the_image() -> None:
    assert inside_image((-9.0, 2000.0), SHAPE) == (-0.5, 899.5)
    mark = Length(((10.0, 10.0), (100.0, 50.0)))
    assert shift_inside(mark, -500.0, 5.0, SHAPE) == (-10.5, 5.0)
    assert shift_inside(mark, 5000.0, 5000.0, SHAPE) == (1099.5, 849.5)


def test_straight_means_as_measured() -> None:
    x, y = straightened(Length, (0.0, 0.0), (100.0, 45.0), FLAT)
    assert x * FLAT.column == pytest.approx(y * FLAT.row)
    x, y = straightened(Rectangle, (0.0, 0.0), (-100.0, 10.0), FLAT)
    assert (x * FLAT.column, y * FLAT.row) == pytest.approx((-25.0, 25.0))


def test_words_have_the_unit_and_its_qualifier() -> None:
    assert length_text(137.44, FLAT) == "137.4 mm (estimated)"
    assert area_text(1234.56, FLAT) == "Area 1234.6 mm² (estimated)"
    assert area_text(1234.56, Spacing(1, 1, "px")) == "Area 1235 px²"
    stick = Yardstick(FLAT)
    assert measured(Length(((0.0, 0.0), (16.0, 6.0))), stick) == ("5.0 mm (estimated)",)
    assert measured(Angle(((20.0, 0.0), (0.0, 0.0), (20.0, 10.0))), stick) == ("45.0°",)
    assert measured(RATIO, stick) == ("CTR 0.44", "(15.0 + 30.0) / 102.5 mm (estimated)")
    assert measured(Rectangle(((0.0, 0.0), (4.0, 4.0))), stick) == ("…", "Area 2.0 mm² (estimated)")
    assert measured(Arrow(((0.0, 0.0), (4.0, 4.0))), stick) == ()


@pytest.mark.parametrize(
    ("factor", "wanted"), [(None, "mean 5.5  peak 13"), (0.5, "mean 2.75  peak 6.5 logits")]
)
def test_the_heatmap_is_told_in_the_unit_of_its_scale(factor: float | None, wanted: str) -> None:
    whole = Rectangle(((-0.5, -0.5), (59.5, 39.5)))
    lines = measured(whole, Yardstick(FLAT, None, analysis(logit_factor=factor)))
    assert lines[-2:] == (f"Heatmap {wanted}", "100 % of the evidence for")


def test_words_of_the_user_come_first() -> None:
    mark = Length(((0.0, 0.0), (16.0, 6.0)), text="tube to carina")
    assert mark_lines(mark, Yardstick(FLAT)) == ("tube to carina", "5.0 mm (estimated)")
    assert mark_lines(Text(((1.0, 1.0),), text="a\n\nb"), Yardstick(FLAT)) == ("a", "b")


@pytest.mark.parametrize("kind", KINDS.values())
def test_half_made_marks_measure_nothing_and_can_be_drawn(kind: type[Mark]) -> None:
    whole = _mark(kind)
    for count in range(1, kind.count + 1):
        part = kind(whole.points[:count])
        assert count == kind.count or measured(part, Yardstick(FLAT)) == ()
        drawn = draw_mark(part, np.eye(3), (), FLAT)
        assert len(drawn.handles) >= min(count, 1)


@pytest.mark.parametrize("points", [((5.0, 5.0), (5.0, 5.0)), ((5.0, 5.0), (5.0, 9.0))])
@pytest.mark.parametrize("kind", [Length, Arrow, Rectangle, Ellipse])
def test_flat_marks_can_be_drawn(kind: type[Mark], points: tuple) -> None:
    draw_mark(kind(points), np.eye(3), ("x",), FLAT)


@pytest.mark.parametrize("orientation", [Orientation(), Orientation(True, 1), Orientation(False, 2)])
def test_a_mark_is_drawn_over_what_it_marks(orientation: Orientation) -> None:
    to_view = make_viewport(
        SHAPE, (700, 800), scale=1.7, center=(0.4, 0.6), aspect=2.0, orientation=orientation
    ).stored_to_view
    length = draw_mark(_mark(Length), to_view, (), FLAT)
    line = next(shape for shape in length.shapes if isinstance(shape, Path))
    np.testing.assert_allclose(line.points, [apply_affine(to_view, *point) for point in _mark(Length).points])
    (oval,) = draw_mark(Ellipse(((100.0, 200.0), (300.0, 260.0))), to_view, (), FLAT).shapes
    assert isinstance(oval, Oval)
    np.testing.assert_allclose(oval.center, apply_affine(to_view, 200.0, 230.0))
    sides = (200 * 1.7 / 2, 60 * 1.7 * 2 / 2)
    assert (oval.half_width, oval.half_height) == pytest.approx(
        sides if orientation.quarter_turns % 2 == 0 else sides[::-1]
    )


def test_widths_of_the_ratio_are_drawn_at_right_angles() -> None:
    shapes = draw_mark(RATIO, np.eye(3), (), Spacing(1, 1, "px")).shapes
    midline = shapes[0]
    assert isinstance(midline, Path)
    assert midline.dashed
    widths = [shape for shape in shapes[1:] if isinstance(shape, Path) and _longest(shape) > 20]
    assert [_longest(width) for width in widths[:2]] == pytest.approx([60, 120])
    assert all(width.points[0][1] == pytest.approx(width.points[1][1]) for width in widths[:2])


def _longest(path: Path) -> float:
    return max(hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(path.points))


def test_distance_to_an_oval_is_right_near_its_line() -> None:
    oval = Drawing((Oval((300.0, 200.0), 250.0, 40.0),), (), (), Box(50, 160, 550, 240))
    for degrees in range(0, 360, 7):
        t = radians(degrees)
        normal = np.array([40 * cos(t), 250 * sin(t)])
        normal /= np.linalg.norm(normal)
        on_line = np.array([300 + 250 * cos(t), 200 + 40 * sin(t)])
        assert distance_to(oval, tuple(on_line)) == pytest.approx(0, abs=1e-9)
        assert distance_to(oval, tuple(on_line + 5 * normal)) == pytest.approx(5, rel=0.35)
    assert distance_to(oval, (300.0, 200.0)) >= 39


def test_the_nearest_handle_is_taken() -> None:
    drawing = draw_mark(Length(((10.0, 10.0), (18.0, 10.0))), np.eye(3), (), FLAT)
    assert handle_near(drawing, (13.0, 10.0), 6.0) == 0
    assert handle_near(drawing, (15.0, 11.0), 6.0) == 1
    assert handle_near(drawing, (30.0, 10.0), 6.0) is None


@pytest.mark.parametrize("at", [(20.0, 20.0), (380.0, 20.0), (200.0, 290.0), (390.0, 295.0), (200.0, 150.0)])
def test_words_stay_in_view_and_off_handles(at: tuple[float, float]) -> None:
    mark = Length((at, (at[0] - 15, at[1] + 3)))
    drawing = draw_mark(mark, np.eye(3), ("137.4 mm (calibrated)",), FLAT)
    area = Box(0, 0, 400, 300)
    lines = np.array(list(drawing.rough_lines())).reshape(-1, 2, 2)
    box = place_words(drawing, (140.0, 20.0), area, 9.0, (), lines)
    assert area.left <= box.left
    assert box.right <= area.right
    assert area.top <= box.top
    assert box.bottom <= area.bottom
    assert not any(box.grown(4).contains(handle) for handle in drawing.handles)


def test_words_make_room_for_others() -> None:
    drawing = draw_mark(Length(((100.0, 100.0), (200.0, 100.0))), np.eye(3), ("words",), FLAT)
    area = Box(0, 0, 600, 300)
    first = place_words(drawing, (80.0, 20.0), area, 9.0)
    second = place_words(drawing, (80.0, 20.0), area, 9.0, (first,))
    assert not second.overlaps(first)
