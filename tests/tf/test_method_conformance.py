"""What every method must give, whichever it is: a new one is tested by lying in its folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from explaining import BLACK, HEADS, WHITE, Asked, asked, close, file_of, radiograph

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.method_spec import Parameter, Units, Value
from cxrviewer.explain.question import Fusion
from cxrviewer.explain.target import Target, absent, of_label

METHODS = [spec.id for spec in methods()]
DISCRIMINATIVE = [spec.id for spec in methods() if spec.class_discriminative]
SIGNED = [spec.id for spec in methods() if spec.class_discriminative and spec.signed]
AT_LAYERS = [spec.id for spec in methods() if spec.uses_layer]
PARAMETERS = [(spec.id, parameter) for spec in methods() for parameter in spec.parameters]


def other_value(parameter: Parameter) -> Value:
    """Return half the default, or the next number or choice."""
    if isinstance(parameter.default, str):
        return next(choice for choice in parameter.choices if choice != parameter.default)
    kind = type(parameter.default)
    half = kind(parameter.default / 2)
    return half if parameter.minimum <= half != parameter.default else kind(parameter.default + 1)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("method", METHODS)
def test_a_map_is_finite_and_has_rank_two(method: str, head: str) -> None:
    spec, ask = method_spec(method), asked(head)
    assert method in ask.info.methods
    attribution = ask.attribution(method, radiograph())
    values = attribution.values
    assert values.ndim == 2
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert np.ptp(values) > 0
    assert attribution.explains_logit
    assert attribution.question.layers == (("last",) if spec.uses_layer else ())
    assert attribution.question.parameters == spec.values()
    if spec.uses_layer:
        assert values.shape == (10, 8)
    factor = {Units.SHARE: values.size, Units.CHANGE: 1, Units.NONE: None}[spec.units]
    assert attribution.logit_factor == factor


@pytest.mark.parametrize("head", ["softmax-2", "softmax-3", "multi-label", "one-unit", "logits"])
@pytest.mark.parametrize("method", METHODS)
def test_classes_differ_where_the_method_says_so(method: str, head: str) -> None:
    ask, image = asked(head), radiograph()
    maps = [ask.map(method, image, of_label(index)) for index in range(len(ask.info.card.labels))]
    for place, values in enumerate(maps):
        for other in maps[:place]:
            if method_spec(method).class_discriminative:
                assert not close(values, other, 0.01)
            else:
                np.testing.assert_array_equal(values, other)


@pytest.mark.parametrize("head", ["softmax-2", "one-unit"])
@pytest.mark.parametrize("method", SIGNED)
def test_two_classes_that_exclude_one_another_are_opposite(method: str, head: str) -> None:
    ask, image = asked(head), radiograph()
    first, second = (ask.map(method, image, of_label(index)) for index in range(2))
    np.testing.assert_array_equal(first, -second)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in SIGNED])
def test_methods_without_a_sign_are_not_opposite(method: str) -> None:
    """What is rectified must be made anew for the other class: it is no mirror image of the first."""
    ask, image = asked("softmax-2"), radiograph()
    first, second = (ask.map(method, image, of_label(index)) for index in range(2))
    assert not close(first, -second, 0.01)
    if not method_spec(method).signed:
        # The activations are positive.
        assert min(first.min(), second.min()) >= 0


def test_the_parts_for_two_classes_add_up() -> None:
    """Where a map is linear but for the sign of the gradient, the difference is that of the signed one."""
    ask, image = asked("softmax-2"), radiograph()
    first, second = (ask.map("layer-cam", image, of_label(index)) for index in range(2))
    assert close(first - second, ask.map("hires-cam", image, of_label(0)))
    first, second = (ask.map("pli", image, of_label(index)) for index in range(2))
    assert close(first, 1 - second)


@pytest.mark.parametrize("method", DISCRIMINATIVE)
def test_absence_is_not_presence(method: str) -> None:
    ask, image = asked("multi-label"), radiograph()
    present, missing = ask.map(method, image, of_label(2)), ask.map(method, image, absent(2))
    if method_spec(method).signed:
        np.testing.assert_array_equal(present, -missing)
    else:
        assert not close(present, missing, 0.01)


@pytest.mark.parametrize("method", SIGNED)
def test_a_margin_is_not_one_of_its_classes(method: str) -> None:
    ask, image = asked("softmax-3"), radiograph()
    this, that = (ask.map(method, image, of_label(index)) for index in (0, 2))
    margin = ask.map(method, image, Target((0,), (2,)))
    assert not close(margin, this, 0.01)
    np.testing.assert_array_equal(ask.map(method, image, Target((2,), (0,))), -margin)
    if method != "eigen-grad-cam":
        assert close(margin, this - that)


@pytest.mark.parametrize("certain", [20, 100])
@pytest.mark.parametrize("head", ["softmax-3", "one-unit"])
def test_certainty_leaves_the_maps_as_they_are(tmp_path: Path, head: str, certain: int) -> None:
    """The gradient of the probability would be zero: that of the logit is explained."""
    import keras

    model = keras.models.load_model(file_of(head))
    label = model.output_shape[1] - 1
    shift = np.zeros(label + 1)
    shift[label] = certain
    model.get_layer("scores").bias.assign_add(shift)
    model.save(tmp_path / "certain.keras")
    usual, ask = asked(head), Asked(tmp_path / "certain.keras")
    target = of_label(1 if head == "one-unit" else label)
    image = radiograph()
    for method in METHODS:
        answer = ask.answer(method, image)
        highest = answer.prediction.probabilities.max()
        assert highest > 0.999999 if certain == 20 else highest == 1
        assert answer.attribution.target == target
        expected = usual.map(method, image, target)
        assert np.abs(answer.attribution.values).max() > 0
        # Near 100, a float32 has five digits after the point, of which occlusion sees the differences.
        assert close(answer.attribution.values, expected, 2e-3), method


@pytest.mark.parametrize(("method", "parameter"), PARAMETERS, ids=lambda value: getattr(value, "name", value))
def test_every_parameter_changes_the_map(method: str, parameter: Parameter) -> None:
    ask, image = asked("softmax-3"), radiograph()
    usual = ask.map(method, image)
    values = [value for value in parameter.choices if value != parameter.default]
    for value in values or [other_value(parameter)]:
        changed = ask.attribution(method, image, **{parameter.name: value})
        assert dict(changed.question.parameters)[parameter.name] == value
        assert changed.values.shape != usual.shape or not close(changed.values, usual, 1e-3)


@pytest.mark.parametrize(("method", "parameter"), PARAMETERS, ids=lambda value: getattr(value, "name", value))
def test_parameters_take_the_ends_of_their_ranges(parameter: Parameter, method: str) -> None:
    ends = parameter.choices or (parameter.minimum, parameter.maximum)
    for end in ends:
        assert parameter.checked(end) == end
    outside = ("no such thing",) if parameter.choices else (parameter.minimum - 1, parameter.maximum + 1)
    for value in outside:
        with pytest.raises(ExplainError, match=parameter.name):
            parameter.checked(value)


@pytest.mark.parametrize("method", METHODS)
def test_smoothing_changes_the_map(method: str) -> None:
    ask, image = asked("softmax-3"), radiograph()
    usual, two, three = (ask.map(method, image, smoothing=count) for count in (0, 2, 3))
    assert usual.shape == two.shape == three.shape
    assert not close(two, usual, 1e-3)
    assert not close(three, two, 1e-3)


@pytest.mark.parametrize("method", AT_LAYERS)
def test_layers_and_every_rule_of_fusion_change_the_map(method: str) -> None:
    ask, image = asked("softmax-3"), radiograph()
    maps = [ask.map(method, image, layers=("early",)), ask.map(method, image, layers=("last",))]
    assert [values.shape for values in maps] == [(20, 16), (10, 8)]
    fused = [ask.map(method, image, layers=("early", "last"), fusion=rule) for rule in Fusion]
    for place, values in enumerate(fused):
        assert values.shape == (20, 16)
        assert np.isfinite(values).all()
        assert all(not close(values, other, 1e-3) for other in [maps[0], *fused[:place]])


@pytest.mark.parametrize("method", [name for name in METHODS if name not in AT_LAYERS])
def test_a_model_without_layers_is_explained_at_its_input(method: str) -> None:
    ask = asked("linear")
    assert not ask.info.layers
    maps = [ask.map(method, radiograph(), of_label(index)) for index in range(3)]
    assert not close(maps[0], maps[1], 0.01)
    assert set(ask.info.methods) == {name for name in METHODS if name not in AT_LAYERS}


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_said_in_words(method: str) -> None:
    spec = method_spec(method)
    for sentence in (spec.summary, spec.caution, spec.cost):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
    assert any(year in spec.reference for year in map(str, range(2010, 2030)))
    assert spec.id == spec.id.lower()
    assert spec.id.replace("-", "").replace("+", "").isalnum()
    for parameter in spec.parameters:
        assert parameter.label
        assert parameter.help.endswith(".")


def test_black_and_white_reach_the_methods() -> None:
    """Methods that need black are wrong where a model's black is not zero, unless they are told."""
    ask, image = asked("softmax-3"), radiograph()
    other = ask.afresh()
    other.black, other.white = WHITE, BLACK
    gradient = ask.map("gradient", image)
    assert close(other.map("gradient", image), -gradient)
    for method in ("gradient-x-input", "integrated-gradients", "score-cam"):
        assert not close(other.map(method, image), ask.map(method, image), 0.01)
