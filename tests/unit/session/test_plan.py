"""What is still needed for a state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from material import choice, prediction, radiograph

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import Scale
from cxrviewer.explain.question import Fusion
from cxrviewer.explain.target import TOP, Target, absent, of_label
from cxrviewer.session.plan import AtHand, Plan, answerable, resolve
from cxrviewer.session.state import ViewState, Zoom, asking, styled

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


def test_another_frame_of_the_file_is_read() -> None:
    assert resolve(replace(SHOWN, frame=2), ALL) == Plan(read=Path("a.png"), frame=2)
    third = replace(ALL, radiograph=replace(radiograph(), frame=2))
    assert resolve(replace(SHOWN, frame=2), third).read is None


def test_a_model_about_to_be_replaced_explains_nothing() -> None:
    assert resolve(replace(SHOWN, model="other"), ALL) == Plan(load="other")


def test_without_a_file_the_image_on_screen_stays() -> None:
    assert resolve(replace(SHOWN, path=None), ALL).read is None


def test_top_class_is_the_predictions_once_it_is_known() -> None:
    assert _key().question.target == of_label(2)
    assert _key(at_hand=replace(ALL, prediction=None)).asks_for_top
    assert _key(asking(SHOWN, target=of_label(0))).question.target == of_label(0)
    assert _key(asking(SHOWN, target=absent(0))).question.target == absent(0)


def test_automatic_layer_is_the_models() -> None:
    assert _key().question.layers == ("late",)
    assert _key(asking(SHOWN, layers=("early",))).question.layers == ("early",)


def test_several_layers_are_the_same_in_any_order() -> None:
    both = _key(asking(SHOWN, layers=("auto", "early")))
    assert both.question.layers == ("early", "late")
    assert both == _key(asking(SHOWN, layers=("early", "late", "late")))


def test_each_choice_makes_another_heatmap() -> None:
    keys = {
        _key(),
        _key(asking(SHOWN, target=of_label(0))),
        _key(asking(SHOWN, target=absent(0))),
        _key(asking(SHOWN, target=Target((0,), (1,)))),
        _key(asking(SHOWN, layers=("early",))),
        _key(asking(SHOWN, layers=("early", "late"))),
        _key(asking(SHOWN, layers=("early", "late"), fusion=Fusion.PRODUCT)),
        _key(asking(SHOWN, smoothing=4)),
        _key(asking(SHOWN, method="layer-cam")),
        _key(at_hand=replace(ALL, radiograph=radiograph("b.png")), state=replace(SHOWN, path=Path("b.png"))),
        _key(at_hand=replace(ALL, loaded=choice("other weights"))),
    }
    assert len(keys) == 11


def test_a_rule_of_fusion_means_nothing_to_one_layer() -> None:
    assert _key(asking(SHOWN, fusion=Fusion.PRODUCT)) == _key()


def test_a_parameter_at_its_default_makes_no_other_heatmap() -> None:
    (number, *_) = method_spec("score-cam").parameters
    plain = asking(SHOWN, method="score-cam")
    assert _key(asking(plain, parameters=((number.name, number.default),))) == _key(plain)


def test_a_question_that_cannot_be_asked_is_refused_in_words() -> None:
    for state in (
        asking(SHOWN, target=of_label(7)),
        asking(SHOWN, layers=("nowhere",)),
        asking(SHOWN, parameters=(("nothing", 1),)),
        asking(SHOWN, smoothing=1000),
    ):
        plan = resolve(state, ALL)
        assert isinstance(plan.refused, ExplainError)
        assert plan.refused.hint
        assert plan.explain is None


def test_a_model_without_a_layer_is_explained_by_another_method() -> None:
    info = choice(auto="").info
    asked = asking(SHOWN, layers=("late",), parameters=(("x", 1),), target=of_label(0)).question
    answer = answerable(asked, info)
    assert answer.method in info.methods
    assert method_spec(answer.method).black_box
    assert (answer.target, answer.parameters) == (of_label(0), ())
    key = _key(asking(SHOWN, target=TOP), replace(ALL, loaded=choice(auto="")))
    assert (key.question.method, key.question.layers) == (answer.method, ())
    assert answerable(asked, choice().info) is asked
    gradients = replace(info, methods=("gradient", "smooth-grad"))
    assert answerable(asked, gradients).method == "gradient"


def test_a_card_that_reads_the_image_otherwise_makes_another_heatmap() -> None:
    spec = choice().info.card.input
    other = choice(input=replace(spec, height=16))
    assert _key(at_hand=replace(ALL, loaded=other)) != _key()


def test_what_is_only_drawn_needs_nothing_new() -> None:
    for state in (
        styled(SHOWN, alpha=0.9, colormap="jet", visible=False),
        styled(SHOWN, signed=True, threshold=0.5),
        replace(SHOWN, scale=Scale(2.0), top_share=0.1, fade=False),
        replace(SHOWN, inverted=True),
        replace(SHOWN, zoom=Zoom(3.0)),
    ):
        assert resolve(state, ALL) == resolve(SHOWN, ALL)
