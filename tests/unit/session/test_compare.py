"""What the panes of a comparison ask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from material import choice, prediction

from cxrviewer.explain.model_info import AUTO_LAYER, LayerInfo
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.compare import MOST, Comparison, compared, linked_for
from cxrviewer.session.panes import Links
from cxrviewer.session.plan import answerable
from cxrviewer.session.state import ViewState, asking, styled

INFO = choice().info
STATE = styled(ViewState(), alpha=0.3, visible=False)


def test_the_plain_image_stands_left_of_the_overlay() -> None:
    plain, overlay = compared(Comparison.PLAIN, STATE, None, None)
    assert (plain.style.visible, overlay.style.visible) == (False, True)
    assert plain.question == overlay.question


def test_methods_begin_with_the_one_in_use_and_are_made_from_different_things() -> None:
    state = asking(STATE, method="rise", parameters=(("masks", 99),))
    states = compared(Comparison.METHODS, state, INFO, None)
    methods = [each.question.method for each in states]
    assert methods == ["rise", "grad-cam", "score-cam", "integrated-gradients"]
    assert states[0].question.parameters == (("masks", 99),), "as it is set"
    assert states[1].question.parameters == ()
    assert all(each.style.visible for each in states)


def test_methods_are_those_that_can_explain_the_model() -> None:
    info = replace(INFO, methods=("occlusion", "random"))
    states = compared(Comparison.METHODS, STATE, info, None)
    assert [answerable(each.question, info).method for each in states] == ["occlusion"]
    only_control = replace(INFO, methods=("random",))
    assert len(compared(Comparison.METHODS, STATE, only_control, None)) == 1


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 9, 40])
def test_layers_go_evenly_from_the_earliest_to_the_last(count: int) -> None:
    layers = tuple(LayerInfo(f"l{number}", 8, 8, 4, "Conv2D", f"b{number}") for number in range(count))
    info = replace(INFO, layers=layers, auto_layer=f"l{count - 1}" if count else "")
    asked = [each.question.layers for each in compared(Comparison.LAYERS, STATE, info, None)]
    assert len(asked) == min(max(count, 1), MOST)
    assert len(set(asked)) == len(asked)
    if count:
        assert (asked[0], asked[-1]) == (("l0",), (f"l{count - 1}",))
        places = [int(layer[1:]) for (layer,) in asked]
        steps = np.diff(places)
        assert steps.size == 0 or steps.max() - steps.min() <= 1
    else:
        assert asked == [(AUTO_LAYER,)]


def test_classes_are_the_most_probable_and_stay_for_the_next_image() -> None:
    labels = tuple(f"class {number}" for number in range(6))
    info = replace(INFO, card=replace(INFO.card, labels=labels, thresholds=(0.5,) * 6))
    shares = np.array([0.05, 0.4, 0.1, 0.2, 0.01, 0.24], np.float32)
    states = compared(Comparison.CLASSES, STATE, info, Prediction(np.log(shares), shares))
    assert [each.question.target for each in states] == [of_label(index) for index in (1, 2, 3, 5)]
    assert all(each.keep_target for each in states)


def test_three_classes_leave_room_for_the_image_itself() -> None:
    states = compared(Comparison.CLASSES, STATE, INFO, prediction())
    assert [each.question.target for each in states] == [of_label(index) for index in (0, 0, 1, 2)]
    assert [each.style.visible for each in states] == [False, True, True, True]


@pytest.mark.parametrize("comparison", [Comparison.METHODS, Comparison.LAYERS, Comparison.CLASSES])
def test_without_a_model_there_is_one_pane(comparison: Comparison) -> None:
    assert compared(comparison, STATE, None, None) == (STATE,)
    assert STATE.question.target == TOP


@pytest.mark.parametrize(
    ("comparison", "free"),
    [
        (Comparison.METHODS, {"method"}),
        (Comparison.LAYERS, {"layers"}),
        (Comparison.CLASSES, {"target"}),
        (Comparison.PLAIN, set()),
    ],
)
def test_all_is_linked_but_what_differs(comparison: Comparison, free: set[str]) -> None:
    links = linked_for(comparison, Links(view=False, cursor=False))
    off = {name for name in Links.__dataclass_fields__ if not getattr(links, name)}
    assert off == free | {"cursor"}, "the cursor is a habit"
