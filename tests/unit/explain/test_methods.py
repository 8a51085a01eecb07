from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import attribute_function, methods

A = np.array([[[1, 2], [0, 1]], [[3, 0], [0, 1]]], np.float32)
G = np.array([[[1, -1], [0, 2]], [[1, 0], [2, -5]]], np.float32)
FLOATS = st.floats(-4, 4, width=32)
MAPS = arrays.arrays(np.float32, (3, 4, 5), elements=FLOATS)
POSITIVE = arrays.arrays(np.float32, (3, 4, 5), elements=st.floats(0, 4, width=32))


def test_the_methods_stand_in_menu_order() -> None:
    assert [spec.id for spec in methods()] == ["grad-cam", "grad-cam++", "hires-cam", "layer-cam"]
    for spec in methods():
        assert spec.name
        assert spec.summary.endswith(".")
        assert spec.caution.endswith(".")
        assert "20" in spec.reference


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    with pytest.raises(ExplainError, match=r"grad-cam, grad-cam\+\+, hires-cam, layer-cam"):
        attribute_function("guided-backprop")


def test_grad_cam_by_hand() -> None:
    # Mean gradients: (1 + 0 + 1 + 2) / 4 = 1 and (-1 + 2 + 0 - 5) / 4 = -1.
    assert attribute_function("grad-cam")(A, G).tolist() == [[-1, -1], [3, -1]]


def test_hires_cam_by_hand() -> None:
    assert attribute_function("hires-cam")(A, G).tolist() == [[-1, 2], [3, -5]]


def test_layer_cam_by_hand() -> None:
    assert attribute_function("layer-cam")(A, G).tolist() == [[1, 2], [3, 0]]


def test_grad_cam_pp_by_hand() -> None:
    # Both maps sum to 4; alpha = 1 / (2 + 4 g), only positive gradients count.
    first = 1 / 6 + 1 / 6 + 2 / 10
    second = 2 / 10
    expected = A[..., 0] * first + A[..., 1] * second
    np.testing.assert_allclose(attribute_function("grad-cam++")(A, G), expected, rtol=1e-6)


@given(POSITIVE, MAPS)
def test_grad_cam_pp_is_the_formula_of_the_paper(a: Any, g: Any) -> None:
    a, g = a.astype(np.float64), g.astype(np.float64)
    g = np.where(np.abs(g) < 1e-3, 0, g)
    denominator = 2 * g**2 + a.sum(axis=(0, 1)) * g**3
    usable = (g > 0) & (denominator != 0)
    alpha = np.divide(g**2, denominator, out=np.zeros_like(g), where=usable)
    expected = a @ (alpha * np.maximum(g, 0)).sum(axis=(0, 1))
    found = attribute_function("grad-cam++")(a.astype(np.float32), g.astype(np.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("spec", methods(), ids=lambda spec: spec.id)
@given(a=MAPS, g=MAPS)
def test_maps_are_finite_and_of_the_layer_s_grid(spec: Any, a: Any, g: Any) -> None:
    found = attribute_function(spec.id)(a, g)
    assert found.shape == (3, 4)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


@pytest.mark.parametrize("spec", methods(), ids=lambda spec: spec.id)
@given(a=POSITIVE, g=MAPS)
def test_only_signed_methods_have_negative_values(spec: Any, a: Any, g: Any) -> None:
    found = attribute_function(spec.id)(a, g)
    if not spec.signed:
        assert found.min() >= 0
    opposite = attribute_function(spec.id)(a, -g)
    if spec.signed:
        np.testing.assert_allclose(opposite, -found, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("spec", methods(), ids=lambda spec: spec.id)
def test_a_gradient_of_zero_gives_a_map_of_zero(spec: Any) -> None:
    assert not attribute_function(spec.id)(A, np.zeros_like(G)).any()
