"""Questions: the one form in which equal ones are equal, and what cannot be asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import material
import pytest

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter
from cxrviewer.explain.model_info import AUTO_LAYER, LayerInfo, ModelInfo, sweep_layers
from cxrviewer.explain.question import MAX_SMOOTHING, Fusion, Question, settle
from cxrviewer.explain.target import TOP, Target, absent, of_label
from cxrviewer.session.plan import answerable

ALL = tuple(spec.id for spec in methods())
PATHS = ("stem", "a1", "a2", "b1", "b2")
INFO = ModelInfo(
    material.card(),
    tuple(LayerInfo(path, 8, 8, 4, "Conv2D", path.rstrip("12")) for path in PATHS),
    "b1",
    methods=ALL,
)
FLAT = replace(INFO, layers=(), auto_layer="", methods=("gradient", "occlusion"))
SPEC = MethodSpec(
    "id",
    "Name",
    "S.",
    "C.",
    "R",
    Family.CONTROL,
    signed=True,
    order=1,
    cost="C.",
    parameters=(
        Parameter("count", "Count", 3, "H.", minimum=1, maximum=9),
        Parameter("share", "Share", 0.5, "H.", minimum=0, maximum=1),
        Parameter("fill", "Fill", "black", "H.", choices=("black", "blurred")),
    ),
)


def settled(**choices: Any) -> Question:
    return settle(Question(**choices), INFO, material.prediction(2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"layers": ("b1",)}),
        ({}, {"target": of_label(2)}),
        ({"layers": ("auto", "stem")}, {"layers": ("b1", "stem", "stem")}),
        ({"fusion": Fusion.PRODUCT}, {}),
        ({"smoothing": 1}, {}),
        ({"method": "score-cam", "parameters": (("top", 64),)}, {"method": "score-cam"}),
        ({"method": "score-cam", "parameters": (("top", "64"),)}, {"method": "score-cam"}),
        ({"method": "gradient", "layers": ("a1",)}, {"method": "gradient"}),
        ({"method": "rise", "layers": ("a1", "b1"), "fusion": Fusion.PRODUCT}, {"method": "rise"}),
    ],
)
def test_equal_questions_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert settled(**one) == settled(**other)
    assert hash(settled(**one)) == hash(settled(**other))


@pytest.mark.parametrize(
    "change",
    [
        {"target": absent(2)},
        {"target": Target((1, 2))},
        {"method": "hires-cam"},
        {"layers": ("a1",)},
        {"layers": ("b1", "a1")},
        {"smoothing": 2},
    ],
)
def test_other_questions_are_others(change: dict[str, Any]) -> None:
    assert settled(**change) != settled()


def test_what_was_settled_stays() -> None:
    for method in ALL:
        once = settled(method=method, layers=("b2", "a1"), fusion=Fusion.MAXIMUM, smoothing=3)
        assert settle(once, INFO, material.prediction(0)) == once


def test_layers_come_in_execution_order_whatever_the_order_of_asking() -> None:
    for order in permutations(("b2", "stem", "a1")):
        assert settled(layers=order).layers == ("stem", "a1", "b2")


def test_a_fusion_is_kept_where_there_is_something_to_fuse() -> None:
    assert settled(layers=("a1", "b1"), fusion=Fusion.PRODUCT).fusion is Fusion.PRODUCT
    assert settled(layers=("a1",), fusion=Fusion.PRODUCT).fusion is Fusion.MEAN


def test_without_an_output_the_most_probable_class_stays_open() -> None:
    assert settle(Question(), INFO, None).target == TOP


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"method": "guided-backprop"}, "no method 'guided-backprop'.*grad-cam, grad-cam"),
        ({"layers": ("gone",)}, "no spatial layer 'gone'.*auto, stem, a1"),
        ({"layers": ()}, "no spatial layer"),
        ({"target": of_label(3)}, "no class 3"),
        ({"target": Target((1,), (1,))}, "against itself"),
        ({"smoothing": -1}, "-1 copies.*0 to 32"),
        ({"smoothing": MAX_SMOOTHING + 1}, "33 copies.*0 to 32"),
        ({"parameters": (("top", 3),)}, "no parameter 'top'"),
        ({"method": "score-cam", "parameters": (("top", -1),)}, "-1 is no value of 'top'.*whole number"),
    ],
)
def test_what_makes_no_sense_is_refused(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(ExplainError, match=message):
        settled(**choices)


def test_a_model_is_not_asked_what_it_cannot_answer() -> None:
    with pytest.raises(ExplainError, match=r"no layer with a spatial output.*gradient, occlusion"):
        settle(Question(), FLAT, None)
    opaque = replace(INFO, methods=("occlusion", "rise"))
    with pytest.raises(ExplainError, match=r"operations have no gradient.*occlusion, rise"):
        settle(Question(), opaque, None)


def test_a_question_that_a_model_cannot_answer_is_asked_by_another_method() -> None:
    asked = Question(of_label(1), "score-cam", (("top", 3),), ("a1",), Fusion.MEAN, 4)
    assert answerable(asked, INFO) == asked
    found = answerable(asked, FLAT)
    assert found.method in FLAT.methods
    assert settle(found, FLAT, None).target == of_label(1)
    assert (found.parameters, found.layers, found.smoothing) == ((), (AUTO_LAYER,), 4)
    # Nothing can explain it: the refusal is that of the method that was asked for.
    assert answerable(asked, replace(FLAT, methods=())) == asked


def test_values_are_those_given_and_the_defaults_of_the_others() -> None:
    assert SPEC.values() == (("count", 3), ("share", 0.5), ("fill", "black"))
    assert SPEC.values({"fill": "blurred", "count": 9}) == (("count", 9), ("share", 0.5), ("fill", "blurred"))
    assert SPEC.values([("share", "0.25"), ("count", "1")])[:2] == (("count", 1), ("share", 0.25))
    assert [type(value) for _, value in SPEC.values({"share": 1, "count": 2.0})] == [int, float, str]


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("count", 0, "whole number from 1 to 9"),
        ("count", 10, "whole number from 1 to 9"),
        ("count", 2.5, "whole number from 1 to 9"),
        ("count", "2.5", "whole number from 1 to 9"),
        ("count", "many", "whole number from 1 to 9"),
        ("count", float("nan"), "whole number from 1 to 9"),
        ("count", float("inf"), "whole number from 1 to 9"),
        ("share", 1.01, "number from 0 to 1"),
        ("share", "", "number from 0 to 1"),
        ("share", float("nan"), "number from 0 to 1"),
        ("fill", "white", "black, blurred"),
        ("fill", 0, "black, blurred"),
        ("colour", 0, "count, share, fill"),
    ],
)
def test_a_value_outside_its_range_is_refused(name: str, value: Any, hint: str) -> None:
    with pytest.raises(ExplainError, match=hint):
        SPEC.values({name: value})


def test_a_method_without_parameters_says_so() -> None:
    with pytest.raises(ExplainError, match="It has none"):
        method_spec("grad-cam").values({"top": 1})


def test_the_slider_stops_once_a_block() -> None:
    # The last of each block, but where the automatic layer is in it.
    assert sweep_layers(INFO) == ("stem", "a2", "b1")
    assert sweep_layers(replace(INFO, auto_layer="b2")) == ("stem", "a2", "b2")
    assert sweep_layers(FLAT) == ()


def test_a_layer_that_only_frames_a_map_is_no_stop() -> None:
    framed = LayerInfo("pad", 9, 9, 4, "ZeroPadding2D", "9×9")
    last = LayerInfo("b_pad", 6, 6, 4, "ZeroPadding2D", INFO.layers[-1].block)
    info = replace(INFO, layers=(framed, *INFO.layers, last))
    assert sweep_layers(info) == sweep_layers(INFO)
