"""What a comparison asks, in which order, on which scales, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from material import analysis, choice, question, radiograph

from cxrviewer.errors import ExplainError, UsageError
from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import of_label
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.session.comparison_sheet import (
    Axis,
    check_axes,
    plan_sheet,
    shared_scales,
    sheet_scenes,
)
from cxrviewer.session.state import ViewState

LOADED = {"a": choice(), "b": choice("other weights", labels=("Normal", "Viral", "Bacterial"))}


def planned(asked: Question | None = None, **axes: tuple[str, ...]):
    named = {Axis(axis): names for axis, names in {"models": ("a",), **axes}.items()}
    return plan_sheet(radiograph(), asked or Question(), named, LOADED)


def attribution(values: list[float], factor: float | None, method: str = "grad-cam", layer: str = "late"):
    made = analysis(values=np.array([values], np.float32), logit_factor=factor)
    return replace(
        made.result.attribution,
        question=question(method=method, layers=(layer,) if layer else ()),
    )


def test_maps_are_in_rows_of_the_last_axis() -> None:
    plan = planned(targets=("Viral", "0"), methods=("layer-cam", "GRAD-CAM", "layer-cam"))
    asked = [(entry.key.question.target, entry.key.question.method) for entry in plan.entries]
    assert plan.columns == 2
    assert asked == [
        (of_label(2), "layer-cam"),
        (of_label(2), "grad-cam"),
        (of_label(0), "layer-cam"),
        (of_label(0), "grad-cam"),
    ]
    assert {entry.key.question.layers for entry in plan.entries} == {("late",)}


def test_names_mean_what_each_model_means_by_them() -> None:
    plan = planned(models=("a", "b"), targets=("Viral",))
    assert [entry.key.question.target for entry in plan.entries] == [of_label(2), of_label(1)]
    assert [entry.model for entry in plan.entries] == ["a", "b"]


@pytest.mark.parametrize(("count", "columns"), [(2, 2), (5, 5), (6, 3), (7, 4), (11, 4)])
def test_one_axis_is_broken_into_even_rows(count: int, columns: int) -> None:
    layers = tuple(f"late{'' if number == 0 else number}" for number in range(count))
    loaded = {"a": choice()}
    info = loaded["a"].info
    named = tuple(replace(info.layers[1], path=path) for path in layers)
    loaded["a"] = replace(loaded["a"], info=replace(info, layers=named, auto_layer="late"))
    plan = plan_sheet(radiograph(), Question(), {Axis.MODELS: ("a",), Axis.LAYERS: layers}, loaded)
    assert plan.columns == columns


def test_of_several_axes_the_last_are_in_a_row_as_far_as_it_is_read() -> None:
    axes = {"targets": ("Viral", "0"), "layers": ("early", "late"), "methods": ("grad-cam", "layer-cam")}
    assert planned(**axes).columns == 4
    assert planned(**{**axes, "methods": ("grad-cam", "layer-cam", "xgrad-cam")}).columns == 3
    assert planned(**{**axes, "layers": ()}).columns == 2


def test_the_settings_of_a_method_stay_with_it() -> None:
    asked = replace(Question(method="occlusion"), parameters=(("patch", 30),))
    plan = planned(asked, methods=("occlusion", "grad-cam"))
    first, second = (dict(entry.key.question.parameters) for entry in plan.entries)
    assert first["patch"] == 30
    assert "patch" not in second


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({}, "nothing to compare"),
        ({"methods": ("grad-cam",)}, "nothing to compare"),
        ({"methods": ("grad-cam", "no-cam")}, "no method 'no-cam'"),
        ({"targets": ("Viral", "Fracture")}, "no class 'Fracture'"),
        ({"layers": ("late", "later")}, "no spatial layer 'later'"),
        ({"layers": ("late", "early"), "methods": ("occlusion",)}, "explains the input"),
        ({"targets": tuple("012"), "layers": ("early", "late"), "methods": ("grad-cam",) * 9}, None),
    ],
)
def test_what_cannot_be_compared_is_said(axes: dict, message: str | None) -> None:
    if message is None:
        assert len(planned(**axes).entries) == 6
        return
    with pytest.raises(UsageError, match=message):
        planned(**axes)


def test_a_method_of_the_input_has_no_layers_to_compare() -> None:
    with pytest.raises(UsageError, match="explains the input"):
        planned(Question(method="occlusion"), layers=("early", "late"))


def test_more_maps_than_can_be_read_are_refused() -> None:
    with pytest.raises(UsageError, match="21 maps are too many"):
        check_axes({Axis.LAYERS: tuple(map(str, range(21)))})


def test_a_model_that_a_method_cannot_explain_is_named() -> None:
    with pytest.raises(ExplainError, match=r"Small: Grad-CAM cannot explain this model"):
        plan_sheet(
            radiograph(),
            Question(),
            {Axis.MODELS: ("a",), Axis.METHODS: ("grad-cam", "occlusion")},
            {"a": choice(auto="")},
        )


def test_maps_in_logits_share_the_scale_of_the_greatest() -> None:
    maps = [attribution([1, 2], 2.0), attribution([1, 3], 1.0, "layer-cam"), attribution([0, 0], 1.0)]
    assert shared_scales(maps) == [Scale(4.0)] * 3


def test_a_scale_on_which_a_map_would_be_lost_is_not_shared() -> None:
    faint, strong = attribution([0, 1], 1.0, "occlusion", ""), attribution([0, 100], 1.0)
    weaker, unitless = attribution([0, 5], 1.0), attribution([0, 9], None, "score-cam")
    assert shared_scales([faint, strong, weaker, unitless]) == [
        STRETCHED,
        Scale(100.0),
        Scale(100.0),
        STRETCHED,
    ]


def test_a_map_in_no_unit_keeps_those_in_logits_from_nothing() -> None:
    maps = [
        attribution([0, 2], 1.0),
        attribution([0, 99], None, "score-cam"),
        attribution([0, 3], 1.0, "pli"),
    ]
    assert shared_scales(maps) == [Scale(3.0), STRETCHED, Scale(3.0)]


def test_maps_in_no_unit_have_scales_of_their_own() -> None:
    maps = [attribution([0, 9], None, "score-cam"), attribution([0, 9], None, "eigen-cam")]
    assert shared_scales(maps) == [STRETCHED, STRETCHED]


def test_scenes_are_drawn_alike_and_not_faded() -> None:
    plan = planned(methods=("grad-cam", "layer-cam"))
    found = [
        replace(
            analysis(logit_factor=1.0),
            result=replace(
                analysis().result,
                attribution=attribution([0, end], 1.0, method),
            ),
        )
        for end, method in ((2.0, "grad-cam"), (4.0, "layer-cam"))
    ]
    look = ViewState(style=OverlayStyle(visible=False, alpha=0.7))
    scenes = sheet_scenes(radiograph(), plan, LOADED, found, look)
    assert [scene.display.maximum for scene in scenes] == [4.0, 4.0]
    assert [float(scene.display.values.max()) for scene in scenes] == [0.5, 1.0]
    assert {scene.style.alpha for scene in scenes} == {0.7}
    assert all(scene.style.visible for scene in scenes)
    own = sheet_scenes(radiograph(), plan, LOADED, found, look, lock=False)
    assert [float(scene.display.values.max()) for scene in own] == [1.0, 1.0]
