"""Transitions of what the user has chosen."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest

from cxrviewer.explain.request import AUTO_LAYER, TOP_CLASS
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.radiograph import Window
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.state import (
    FIT,
    ViewState,
    Zoom,
    opened,
    remembered,
    reset_view,
    styled,
    with_model,
)
from cxrviewer.settings import Settings

BUSY = ViewState(
    path=Path("a.dcm"),
    model="other",
    target=2,
    layer="block/conv",
    method="layer-cam",
    voi=Window(40, 400),
    inverted=True,
    orientation=Orientation(True, 3),
    zoom=Zoom(2.0, (0.1, 0.9)),
    style=OverlayStyle("jet", 0.9, 0.2, False),
)


def _changed(before: ViewState, after: ViewState) -> set[str]:
    return {
        each.name for each in fields(ViewState) if getattr(before, each.name) != getattr(after, each.name)
    }


def test_every_field_of_the_example_is_out_of_the_ordinary() -> None:
    assert _changed(ViewState(), BUSY) == {each.name for each in fields(ViewState)}


def test_reset_touches_the_view_alone() -> None:
    after = reset_view(BUSY)
    assert _changed(BUSY, after) == {"voi", "inverted", "orientation", "zoom"}
    assert (after.voi, after.inverted, after.orientation, after.zoom) == (None, False, Orientation(), FIT)


def test_another_file_has_its_own_view_and_its_own_top_class() -> None:
    after = opened(BUSY, Path("b.dcm"))
    assert after.path == Path("b.dcm")
    assert after.target == TOP_CLASS
    assert after == replace(reset_view(BUSY), path=Path("b.dcm"), target=TOP_CLASS)
    assert (after.model, after.layer, after.method, after.style) == (
        "other",
        "block/conv",
        "layer-cam",
        BUSY.style,
    )


def test_another_model_forgets_class_and_layer_of_the_former() -> None:
    after = with_model(BUSY, "default")
    assert _changed(BUSY, after) == {"model", "target", "layer"}
    assert (after.model, after.target, after.layer) == ("default", TOP_CLASS, AUTO_LAYER)


@pytest.mark.parametrize(
    "change",
    [
        {"colormap": "hot"},
        {"alpha": 0.1},
        {"threshold": 0.7},
        {"visible": True},
        {"alpha": 0, "threshold": 1},
    ],
)
def test_style_changes_what_is_named_only(change: dict[str, object]) -> None:
    after = styled(BUSY, **change)
    assert _changed(BUSY, after) == {"style"}
    assert after.style == replace(BUSY.style, **change)


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError):
        styled(BUSY, transparency=0.5)


def test_states_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        BUSY.target = 0  # type: ignore[misc]


def test_the_first_state_is_as_the_user_left_it() -> None:
    state = remembered(Settings(colormap="jet", alpha=0.2, method="layer-cam"))
    assert (state.style.colormap, state.style.alpha, state.method) == ("jet", 0.2, "layer-cam")
    assert remembered(Settings()) == ViewState()


def test_what_was_remembered_and_is_gone_takes_its_default() -> None:
    state = remembered(Settings(colormap="of another version", alpha=0.2, method="removed"))
    assert (state.style.colormap, state.method) == (ViewState().style.colormap, ViewState().method)
    assert state.style.alpha == 0.2
