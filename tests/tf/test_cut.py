"""Parts of a graph as functions of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from cxrviewer.explain.cut import cut

X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def graph() -> Any:
    """y = relu(x·a + early), z = y·b + n, around = z + x·early: variables before y, behind it, and both."""
    a, b, early = (tf.Variable(np.float32(value)) for value in (2.0, 3.0, 0.5))
    kept: dict[str, Any] = {}

    def forward(x: Any) -> Any:
        kept["y"] = tf.identity(tf.nn.relu(x * a + early))
        with tf.control_dependencies([kept["y"], tf.identity(x, name="noted")]):
            kept["z"] = kept["y"] * b + tf.stop_gradient(tf.cast(tf.shape(x)[0], tf.float32))
        kept["around"] = kept["z"] + x * early
        return kept["around"]

    function = tf.compat.v1.wrap_function(forward, [tf.TensorSpec((None, 3), tf.float32)])
    with function.graph.as_default():
        kept["slope"] = tf.gradients(kept["around"], function.inputs[0])[0]
    return function, kept, (a, b, early)


def test_a_part_gives_what_the_whole_gives(graph: Any) -> None:
    function, kept, _ = graph
    x = tf.constant(X)
    y, z, around, slope = cut(function, [function.inputs[0]], list(kept.values()))(x)
    np.testing.assert_array_equal(y, np.maximum(X * 2 + 0.5, 0))
    np.testing.assert_array_equal(z, y * 3 + 2)
    np.testing.assert_array_equal(around, z + X * 0.5)
    np.testing.assert_array_equal(around, function(x))
    np.testing.assert_array_equal(slope, np.full((2, 3), 6.5))


def test_a_part_takes_what_it_is_given_and_holds_only_its_own_variables(graph: Any) -> None:
    function, kept, (_, b, early) = graph
    x, y = tf.constant(X), tf.constant(X - 7)
    part = cut(function, [kept["y"], function.inputs[0]], [kept["z"]])
    np.testing.assert_array_equal(part(y, x)[0], (X - 7) * 3 + 2)
    assert [id(one) for one in part.captured_inputs] == [id(b.handle)]
    operations = {operation.type for operation in part.graph.get_operations()}
    assert "Relu" not in operations
    both = cut(function, [kept["y"], function.inputs[0]], [kept["around"]])
    assert {id(one) for one in both.captured_inputs} == {id(b.handle), id(early.handle)}
    np.testing.assert_array_equal(both(y, x)[0], (X - 7) * 3 + 2 + X * 0.5)


def test_a_part_follows_its_variables(graph: Any) -> None:
    function, kept, (_, b, _) = graph
    part = cut(function, [kept["y"], function.inputs[0]], [kept["z"]])
    b.assign(10.0)
    np.testing.assert_array_equal(part(tf.constant(X), tf.constant(X))[0], X * 10 + 2)


def test_what_a_part_does_not_need_may_be_anything(graph: Any) -> None:
    function, kept, _ = graph
    with function.graph.as_default():
        twice = kept["y"] * 2
    part = cut(function, [kept["y"], function.inputs[0]], [twice])
    np.testing.assert_array_equal(part(tf.constant(X), tf.zeros((1, 3)))[0], X * 2)


def test_the_graph_is_left_as_it_was(graph: Any) -> None:
    function, kept, _ = graph
    before = function.graph.as_graph_def().SerializeToString(deterministic=True)
    cut(function, [kept["y"], function.inputs[0]], [kept["around"]])
    assert function.graph.as_graph_def().SerializeToString(deterministic=True) == before
