"""Transitions of what the user has chosen."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import numpy as np
import pytest
from material import radiograph

from cxrviewer.explain.display import Scale
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.radiograph import LookupTable, Radiograph, Rescale, Window
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.state import (
    FIT,
    ViewState,
    Zoom,
    asking,
    opened,
    remembered,
    reset_view,
    showing,
    styled,
    to_remember,
    with_model,
)
from cxrviewer.settings import Settings

LUT = LookupTable(0, np.arange(256, dtype=np.uint8), 8)
BUSY = ViewState(
    path=Path("a.dcm"),
    frame=3,
    model="other",
    question=Question(of_label(2), "layer-cam", (("x", 1),), ("a", "block/conv"), Fusion.PRODUCT, 4),
    voi=Window(40, 400),
    keep_window=True,
    planes_visible=False,
    inverted=True,
    orientation=Orientation(True, 3),
    zoom=Zoom(2.0, (0.1, 0.9)),
    style=OverlayStyle("jet", 0.9, 0.2, False, HeatmapView.CELLS, True),
    scale=Scale(2.0),
    top_share=0.1,
    fade=False,
    keep_target=True,
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
    after = opened(replace(BUSY, keep_target=False), Path("b.dcm"))
    assert after.path == Path("b.dcm")
    assert after.question == replace(BUSY.question, target=TOP)
    expected = replace(BUSY, path=Path("b.dcm"), frame=0, question=after.question, keep_target=False)
    assert after == reset_view(expected)
    assert (after.model, after.style, after.scale, after.top_share) == ("other", BUSY.style, Scale(2.0), 0.1)


def _image(name: str, **changes: object) -> Radiograph:
    return replace(radiograph(name), **changes)


def test_another_frame_keeps_all_that_was_chosen() -> None:
    former = _image("a.dcm", frames=9)
    after = showing(replace(BUSY, frame=4), replace(former, frame=4), former, BUSY.voi)
    assert after == replace(BUSY, frame=4)


def test_another_file_of_the_same_name_is_another_image() -> None:
    former = _image("a.dcm")
    assert showing(BUSY, replace(former, digest="other"), former, None).voi is None


@pytest.mark.parametrize("keep", [False, True])
def test_the_window_goes_on_to_the_next_image_where_that_is_wanted(keep: bool) -> None:
    state = replace(BUSY, keep_window=keep, voi=None)
    on_screen = Window(100, 50, explanation="Automatic")
    after = showing(state, _image("b.dcm"), _image("a.dcm"), on_screen)
    assert after.voi == (on_screen if keep else None)
    assert after.orientation == Orientation()
    assert (after.path, after.keep_window) == (Path("b.dcm"), keep)


@pytest.mark.parametrize(
    "other", [{"bits_stored": 12}, {"signed": True}, {"modality": Rescale(2.0)}, {"modality": LUT}]
)
def test_a_window_is_not_kept_where_values_mean_something_else(other: dict) -> None:
    image = _image("b.dcm")
    image = replace(image, grayscale=replace(image.grayscale, **other))
    state = replace(BUSY, keep_window=True)
    assert showing(state, image, _image("a.dcm"), Window(100, 50)).voi is None
    assert showing(state, _image("b.dcm"), _image("a.dcm"), LUT).voi is None, "a table is its file's"


def test_another_model_forgets_class_and_layer_of_the_former() -> None:
    after = with_model(BUSY, "default")
    assert _changed(BUSY, after) == {"model", "question"}
    assert after.model == "default"
    assert after.question == replace(BUSY.question, target=TOP, layers=(AUTO_LAYER,))


def test_another_question_changes_what_is_named_only() -> None:
    after = asking(BUSY, smoothing=8, layers=("c",))
    assert _changed(BUSY, after) == {"question"}
    assert after.question == replace(BUSY.question, smoothing=8, layers=("c",))


def test_parameters_belong_to_a_method() -> None:
    assert asking(BUSY, method="grad-cam").question.parameters == ()
    assert asking(BUSY, method="layer-cam").question.parameters == BUSY.question.parameters
    given = (("y", 2),)
    assert asking(BUSY, method="grad-cam", parameters=given).question.parameters == given


@pytest.mark.parametrize(
    "change",
    [
        {"colormap": "hot"},
        {"alpha": 0.1},
        {"threshold": 0.7},
        {"visible": True},
        {"view": HeatmapView.CONTOURS},
        {"signed": False},
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
        BUSY.fade = True  # type: ignore[misc]


def test_the_first_state_is_as_the_user_left_it() -> None:
    assert remembered(Settings()) == ViewState()
    kept = to_remember(BUSY, Settings(folder="/a"))
    assert kept.folder == "/a"
    state = remembered(kept)
    assert state.style == replace(BUSY.style, threshold=0.0, visible=True)
    assert (state.question, state.fade) == (Question(method="layer-cam"), False)
    assert (state.scale, state.top_share) == (ViewState().scale, None)


def test_what_was_remembered_and_is_gone_takes_its_default() -> None:
    state = remembered(Settings(colormap="of another version", alpha=0.2, method="removed", view="rotating"))
    assert state == styled(ViewState(), alpha=0.2)
