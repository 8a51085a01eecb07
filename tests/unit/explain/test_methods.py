from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import attribute_function, method_spec, methods
from cxrviewer.explain.method_spec import Family

A = np.array([[[1, 2], [0, 1]], [[3, 0], [0, 1]]], np.float32)
G = np.array([[[1, -1], [0, 2]], [[1, 0], [2, -5]]], np.float32)
FLOATS = st.floats(-4, 4, width=32)
MAPS = arrays.arrays(np.float32, (3, 4, 5), elements=FLOATS)
POSITIVE = arrays.arrays(np.float32, (3, 4, 5), elements=st.floats(0, 4, width=32))
CAMS = [spec for spec in methods() if spec.family is Family.GRADIENT_CAM]
OF_TARGET = [spec for spec in CAMS if spec.class_discriminative]
MENU = [
    "grad-cam",
    "grad-cam++",
    "hires-cam",
    "layer-cam",
    "xgrad-cam",
    "eigen-cam",
    "eigen-grad-cam",
    "score-cam",
    "ablation-cam",
    "gradient",
    "gradient-x-input",
    "smooth-grad",
    "integrated-gradients",
    "pli",
    "occlusion",
    "rise",
    "random",
]


def mapped(method: str, a: Any, g: Any) -> Any:
    """Return the map of a method that asks for activations and gradients alone."""
    probe: Any = SimpleNamespace(activations=a, gradients=g)
    return attribute_function(method)(probe, **dict(method_spec(method).values()))


def test_the_methods_stand_in_menu_order() -> None:
    assert [spec.id for spec in methods()] == MENU
    for spec in methods():
        assert spec.name
        assert spec.summary.endswith(".")
        assert spec.caution.endswith(".")
        assert re.search(r"(19|20)\d\d|https?://|github\.com", spec.reference)
        assert spec.cost.endswith(".")


def test_no_two_methods_have_one_place_or_name() -> None:
    for field in ("id", "name", "order", "summary", "caution"):
        assert len({getattr(spec, field) for spec in methods()}) == len(MENU)


def test_only_black_boxes_need_no_gradient() -> None:
    assert [spec.id for spec in methods() if spec.black_box] == ["occlusion", "rise"]


def test_every_parameter_says_what_it_does() -> None:
    for spec in methods():
        for parameter in spec.parameters:
            assert parameter.label
            assert parameter.help.endswith(".")
            assert parameter.checked(parameter.default) == parameter.default
            assert parameter.choices or parameter.minimum < parameter.maximum


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    with pytest.raises(ExplainError, match=r"grad-cam, grad-cam\+\+, hires-cam, layer-cam"):
        attribute_function("guided-backprop")


def test_grad_cam_by_hand() -> None:
    # Mean gradients: (1 + 0 + 1 + 2) / 4 = 1 and (-1 + 2 + 0 - 5) / 4 = -1.
    assert mapped("grad-cam", A, G).tolist() == [[-1, -1], [3, -1]]


def test_hires_cam_by_hand() -> None:
    assert mapped("hires-cam", A, G).tolist() == [[-1, 2], [3, -5]]


def test_layer_cam_by_hand() -> None:
    assert mapped("layer-cam", A, G).tolist() == [[1, 2], [3, 0]]


def test_grad_cam_pp_by_hand() -> None:
    # Both maps sum to 4; alpha = 1 / (2 + 4 g), only positive gradients count.
    first = 1 / 6 + 1 / 6 + 2 / 10
    second = 2 / 10
    expected = A[..., 0] * first + A[..., 1] * second
    np.testing.assert_allclose(mapped("grad-cam++", A, G), expected, rtol=1e-6)


@given(POSITIVE, MAPS)
def test_grad_cam_pp_is_the_formula_of_the_paper(a: Any, g: Any) -> None:
    a, g = a.astype(np.float64), g.astype(np.float64)
    g = np.where(np.abs(g) < 1e-3, 0, g)
    denominator = 2 * g**2 + a.sum(axis=(0, 1)) * g**3
    usable = (g > 0) & (denominator != 0)
    alpha = np.divide(g**2, denominator, out=np.zeros_like(g), where=usable)
    expected = a @ (alpha * np.maximum(g, 0)).sum(axis=(0, 1))
    found = mapped("grad-cam++", a.astype(np.float32), g.astype(np.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("spec", CAMS, ids=lambda spec: spec.id)
@given(a=MAPS, g=MAPS)
def test_maps_are_finite_and_of_the_layer_s_grid(spec: Any, a: Any, g: Any) -> None:
    found = mapped(spec.id, a, g)
    assert found.shape == (3, 4)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


@pytest.mark.parametrize("spec", CAMS, ids=lambda spec: spec.id)
@given(a=POSITIVE, g=MAPS)
def test_only_signed_methods_have_negative_values(spec: Any, a: Any, g: Any) -> None:
    found = mapped(spec.id, a, g)
    if not spec.signed:
        assert found.min() >= -1e-6 * found.max()
    if spec.signed and not spec.id.startswith("eigen"):
        # The sign of a singular vector is settled by what it goes along with, which may be nothing.
        opposite = mapped(spec.id, a, -g)
        np.testing.assert_allclose(opposite, -found, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("spec", OF_TARGET, ids=lambda spec: spec.id)
def test_a_gradient_of_zero_gives_a_map_of_zero(spec: Any) -> None:
    assert not mapped(spec.id, A, np.zeros_like(G)).any()
