"""What a pane takes over from another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from material import lung_window, radiograph, steep_table

from cxrviewer.explain.target import of_label
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.grayscale import default_voi
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, Rescale, Window
from cxrviewer.imaging.viewport import Orientation, make_viewport
from cxrviewer.session.panes import (
    Layout,
    Links,
    carried_point,
    carried_voi,
    carried_zoom,
    follow,
    layout_for,
    links_to_remember,
    remembered_links,
)
from cxrviewer.session.state import FIT, ViewState, Zoom, asking, reset_view, styled, with_model
from cxrviewer.settings import Settings

ALL = Links(image=True, model=True, target=True, layers=True, method=True)
NONE = Links(view=False, window=False, cursor=False, style=False)
STATE = ViewState(path=Path("a.png"))
IMAGE = radiograph("a.png")

orientations = st.builds(Orientation, st.booleans(), st.integers(0, 3))
shares = st.floats(0, 1)


def _image(shape: tuple[int, int], bits: int = 12, slope: float = 1.0, aspect: float = 1.0) -> Radiograph:
    pixels = np.linspace(0, 2**bits - 1, shape[0] * shape[1]).reshape(shape).astype(np.uint16)
    info = GrayscaleInfo(bits, modality=Rescale(slope, 0.0), full_range_default=True)
    return Radiograph(pixels, info, Path("other.dcm"), "DICOM", f"{shape} {bits} {slope}", aspect)


def _follow(own: ViewState, former: ViewState, chosen: ViewState, links: Links = ALL, **images) -> ViewState:
    image, lead = images.get("image", IMAGE), images.get("lead", IMAGE)
    return follow(own, image, former, chosen, lead, links)


CHANGES = {
    "view": replace(STATE, zoom=Zoom(2.0, (0.2, 0.3))),
    "window": replace(STATE, voi=lung_window()),
    "style": styled(STATE, alpha=0.9),
    "target": asking(STATE, target=of_label(2)),
    "layers": asking(STATE, layers=("early",)),
    "method": asking(STATE, method="layer-cam"),
    "model": with_model(STATE, "other"),
}


@pytest.mark.parametrize("link", list(CHANGES))
def test_each_link_carries_its_own_change_and_no_other(link: str) -> None:
    for name, chosen in CHANGES.items():
        alone = replace(NONE, **{link: True})
        taken = _follow(STATE, STATE, chosen, alone)
        assert (taken != STATE) is (name == link), name
        if name == link:
            assert taken == chosen
        assert _follow(STATE, STATE, chosen, replace(ALL, **{link: False})) == (
            STATE if name == link else chosen
        )


def test_only_what_changed_is_taken_over() -> None:
    own = styled(asking(replace(STATE, zoom=Zoom(5.0)), method="rise"), colormap="jet")
    taken = _follow(own, STATE, asking(STATE, target=of_label(0)))
    assert taken == asking(own, target=of_label(0))
    taken = _follow(own, STATE, styled(STATE, alpha=0.1))
    assert taken == styled(own, alpha=0.1)


def test_whether_the_heatmap_is_drawn_each_pane_says_for_itself() -> None:
    assert _follow(STATE, STATE, styled(STATE, visible=False)) == STATE


def test_reset_takes_the_same_image_back_to_its_file() -> None:
    turned = replace(
        STATE, zoom=Zoom(3.0), orientation=Orientation(True, 1), voi=lung_window(), inverted=True
    )
    assert _follow(turned, turned, reset_view(turned)) == reset_view(turned)


def test_an_image_of_its_own_is_not_turned_with_another() -> None:
    chosen = replace(STATE, orientation=Orientation(False, 1))
    assert _follow(STATE, STATE, chosen, image=_image((20, 30))) == STATE
    assert _follow(STATE, STATE, chosen) == chosen


def test_questions_do_not_cross_from_one_model_to_another() -> None:
    own = replace(STATE, model="other")
    assert _follow(own, STATE, asking(STATE, target=of_label(2))) == own


def test_without_an_image_only_choices_are_taken_over() -> None:
    chosen = styled(replace(STATE, zoom=Zoom(2.0), voi=lung_window()), alpha=0.9)
    assert _follow(STATE, STATE, chosen, image=None) == styled(STATE, alpha=0.9)


@given(shares, shares, orientations, orientations)
def test_points_of_the_same_image_are_the_same_however_it_is_turned(x, y, turned, own) -> None:
    assert carried_point((x * 59, y * 39), IMAGE, turned, radiograph("a.png"), own) == (x * 59, y * 39)


@given(shares, shares, orientations, orientations, st.sampled_from([(20, 30), (300, 100), (64, 64)]))
def test_points_of_another_image_are_seen_at_the_same_fraction(x, y, turned, own, shape) -> None:
    """Both images fit a square view by the side that is seen as their width, and by that as their height."""
    other = _image(shape, aspect=1.5)
    lead = _image((40, 60))
    point = (x * 60 - 0.5, y * 40 - 0.5)
    there = carried_point(point, lead, turned, other, own)
    seen = [
        _seen_fraction(image, place, orientation)
        for image, place, orientation in ((lead, point, turned), (other, there, own))
    ]
    assert seen[0] == pytest.approx(seen[1], abs=1e-9)


def _seen_fraction(image: Radiograph, point: tuple[float, float], orientation: Orientation) -> list[float]:
    """Return where a point is in the picture of a whole image, as fractions of its width and height."""
    rows, columns = image.shape
    view = make_viewport(
        image.shape, (1000, 1000), scale=1.0, center=(0.5, 0.5), aspect=image.aspect, orientation=orientation
    )
    corners = [
        apply_affine(view.stored_to_view, x, y) for x, y in ((-0.5, -0.5), (columns - 0.5, rows - 0.5))
    ]
    place = apply_affine(view.stored_to_view, *point)
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    return list((np.array(place) - low) / (high - low))


@given(orientations, orientations, st.floats(0.1, 8), shares, shares)
def test_another_image_shows_the_same_fraction_of_its_width(turned, own, scale, x, y) -> None:
    lead, other = _image((40, 60)), _image((300, 200), aspect=0.5)
    taken = carried_zoom(Zoom(scale, (x, y)), lead, turned, other, own)
    widths = []
    for image, zoom, orientation in ((lead, Zoom(scale, (x, y)), turned), (other, taken, own)):
        view = make_viewport(
            image.shape,
            (100, 100),
            scale=zoom.scale,
            center=zoom.center,
            aspect=image.aspect,
            orientation=orientation,
        )
        middle = apply_affine(view.view_to_stored, 49.5, 49.5)
        edge = apply_affine(view.view_to_stored, 149.5, 49.5)
        seen = _seen_fraction(image, middle, orientation), _seen_fraction(image, edge, orientation)
        widths.append(seen[1][0] - seen[0][0])
    assert widths[0] == pytest.approx(widths[1], rel=1e-6)


def test_what_fits_fits_everywhere() -> None:
    assert carried_zoom(FIT, IMAGE, Orientation(), _image((300, 200)), Orientation(True, 1)) is FIT


def test_a_window_of_values_that_mean_the_same_is_the_same() -> None:
    one, other = _image((40, 60)), _image((20, 30))
    window = Window(500.0, 100.0)
    assert carried_voi(window, one, other) == window


def test_a_window_of_other_values_is_as_much_wider_and_brighter() -> None:
    one, other = _image((40, 60), bits=12), _image((20, 30), bits=16)
    base, mine = default_voi(one), default_voi(other)
    assert isinstance(base, Window)
    assert isinstance(mine, Window)
    half = Window(base.center + base.width / 4, base.width / 2)
    taken = carried_voi(half, one, other)
    assert isinstance(taken, Window)
    assert taken.width == pytest.approx(mine.width / 2)
    assert taken.center == pytest.approx(mine.center + mine.width / 4)


def test_a_table_of_one_file_leaves_another_file_as_it_is() -> None:
    own = Window(7.0, 3.0)
    assert carried_voi(steep_table(), IMAGE, _image((20, 30)), own) is own
    table = steep_table()
    assert carried_voi(table, IMAGE, radiograph("a.png"), own) is table
    assert carried_voi(None, IMAGE, _image((20, 30)), own) is None


def test_habits_are_remembered_and_the_rest_is_not() -> None:
    links = replace(ALL, cursor=False)
    settings = Settings(links=links_to_remember(links))
    assert remembered_links(settings) == Links(cursor=False)
    assert remembered_links(Settings()) == Links()
    assert remembered_links(Settings(links=("of another version",))) == NONE


def test_there_is_a_layout_for_every_number_of_panes() -> None:
    assert [layout_for(count).count for count in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert {layout.count for layout in Layout} == {1, 2, 3, 4}
