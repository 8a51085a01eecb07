"""Transitions of what the user has chosen."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest

from cxrviewer.explain.display import Scale
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.radiograph import Window
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.state import (
    FIT,
    ViewState,
    Zoom,
    asking,
    opened,
    remembered,
    reset_view,
    styled,
    to_remember,
    with_model,
)
from cxrviewer.settings import Settings

BUSY = ViewState(
    path=Path("a.dcm"),
    model="other",
    question=Question(of_label(2), "layer-cam", (("x", 1),), ("a", "block/conv"), Fusion.PRODUCT, 4),
    voi=Window(40, 400),
    inverted=True,
    orientation=Orientation(True, 3),
    zoom=Zoom(2.0, (0.1, 0.9)),
    style=OverlayStyle("jet", 0.9, 0.2, False, HeatmapView.CELLS, True),
    scale=Scale(2.0),
    top_share=0.1,
    fade=False,
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
    assert after.question == replace(BUSY.question, target=TOP)
    assert after == replace(reset_view(BUSY), path=Path("b.dcm"), question=after.question)
    assert (after.model, after.style, after.scale, after.top_share) == ("other", BUSY.style, Scale(2.0), 0.1)


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
