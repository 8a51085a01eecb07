"""What is still needed for a state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from material import choice, prediction, radiograph

from cxrviewer.explain.request import TOP_CLASS
from cxrviewer.session.plan import AtHand, Plan, resolve
from cxrviewer.session.state import ViewState, Zoom, styled

SHOWN = ViewState(path=Path("a.png"))
ALL = AtHand(radiograph(), "default", choice(), prediction(top=2))


def _key(state: ViewState = SHOWN, at_hand: AtHand = ALL):
    key = resolve(state, at_hand).explain
    assert key is not None
    return key


def test_at_the_start_only_the_model_is_needed() -> None:
    assert resolve(ViewState(), AtHand()) == Plan(load="default")


def test_file_and_model_are_fetched_at_the_same_time() -> None:
    assert resolve(SHOWN, AtHand()) == Plan(read=Path("a.png"), load="default")


def test_nothing_is_explained_while_image_or_model_is_missing() -> None:
    assert resolve(SHOWN, replace(ALL, radiograph=None)).explain is None
    assert resolve(SHOWN, replace(ALL, loaded=None)) == Plan(load="default")


def test_an_image_about_to_be_replaced_is_not_explained() -> None:
    assert resolve(replace(SHOWN, path=Path("b.png")), ALL) == Plan(read=Path("b.png"))


def test_a_model_about_to_be_replaced_explains_nothing() -> None:
    assert resolve(replace(SHOWN, model="other"), ALL) == Plan(load="other")


def test_without_a_file_the_image_on_screen_stays() -> None:
    assert resolve(replace(SHOWN, path=None), ALL).read is None


def test_top_class_is_the_predictions_once_it_is_known() -> None:
    assert _key().class_index == 2
    assert _key(at_hand=replace(ALL, prediction=None)).class_index == TOP_CLASS
    assert _key(replace(SHOWN, target=0)).class_index == 0


def test_automatic_layer_is_the_models() -> None:
    assert _key().layer == "late"
    assert _key(replace(SHOWN, layer="early")).layer == "early"
    assert _key(at_hand=replace(ALL, loaded=choice(auto=""))).layer == "auto"


def test_each_choice_makes_another_heatmap() -> None:
    keys = {
        _key(),
        _key(replace(SHOWN, target=0)),
        _key(replace(SHOWN, layer="early")),
        _key(replace(SHOWN, method="layer-cam")),
        _key(at_hand=replace(ALL, radiograph=radiograph("b.png")), state=replace(SHOWN, path=Path("b.png"))),
        _key(at_hand=replace(ALL, loaded=choice("other weights"))),
    }
    assert len(keys) == 6


def test_a_card_that_reads_the_image_otherwise_makes_another_heatmap() -> None:
    spec = choice().info.card.input
    other = choice(input=replace(spec, height=16))
    assert _key(at_hand=replace(ALL, loaded=other)) != _key()


def test_what_is_only_drawn_needs_nothing_new() -> None:
    for state in (
        styled(SHOWN, alpha=0.9, colormap="jet", visible=False),
        replace(SHOWN, inverted=True),
        replace(SHOWN, zoom=Zoom(3.0)),
    ):
        assert resolve(state, ALL) == resolve(SHOWN, ALL)
