"""SavedModel folders: programs that are not trusted, of which the pure part alone is loaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from questions import Asking

from cxrviewer.errors import ModelError
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest
from cxrviewer.explain.target import of_label
from cxrviewer.models.card import Activation
from cxrviewer.models.runtime import load_model

SIDE = builders.SIZE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "exported"


def exported(model: Any, folder: Path) -> Path:
    builders.randomise(model).export(folder, verbose=False)
    return folder


def served(folder: Path, act: Callable[[Any], Any], **fields: Any) -> Path:
    """Write a program that gives two scores after it has done something, and return its folder."""
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable([[1.0, -1.0]])
    for name, value in fields.items():
        setattr(module, name, value)

    @tf.function(input_signature=[tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32)])
    def serve(image: Any) -> Any:
        return {"scores": tf.reduce_mean(act(image), axis=(1, 2)) @ module.weight}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve})
    return folder


def rewritten(folder: Path, change: Callable[[Any], None]) -> Path:
    """Change the program in a folder."""
    from tensorflow.core.protobuf import saved_model_pb2

    path = folder / "saved_model.pb"
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString(path.read_bytes())
    change(saved.meta_graphs[0])
    path.write_bytes(saved.SerializeToString())
    return folder


@pytest.mark.parametrize(
    "make", [builders.flat, builders.nested_sequential, builders.separate_activation, builders.any_size]
)
def test_the_scores_are_those_of_the_model(folder: Path, make: Callable[[], Any]) -> None:
    model = make()
    loaded = load_model(exported(model, folder))
    images = np.random.default_rng(0).random((3, SIDE, SIDE, loaded.channels), np.float32)
    np.testing.assert_allclose(loaded.keras_model(images), model(images), rtol=1e-4, atol=1e-6)
    assert (loaded.height, loaded.channels, loaded.units) == (*model.input_shape[1::2], model.output_shape[1])
    assert "SavedModel" in loaded.notes[0]


def test_it_is_explained_from_outside(folder: Path, explainer: Explainer, image: Any) -> None:
    asking = Asking(explainer, LoadRequest(str(exported(builders.flat(), folder))))
    info = asking.info
    assert info.layers == ()
    assert info.card.activation is Activation.SOFTMAX
    assert "occlusion" in info.methods
    assert not {"grad-cam", "integrated-gradients"} & set(info.methods)
    maps = [
        asking(image, method="occlusion", layers=(), target=of_label(index)).attribution.values
        for index in range(2)
    ]
    assert all(np.isfinite(values).all() and np.abs(values).max() > 0 for values in maps)
    assert not np.allclose(maps[0], maps[1])


def test_a_folder_whose_weights_were_replaced_is_loaded_again(
    folder: Path, explainer: Explainer, image: Any
) -> None:
    asking = Asking(explainer, LoadRequest(str(exported(builders.flat(), folder))))
    before = asking(image, method="occlusion", layers=()).prediction.logits
    builders.randomise(builders.flat(), 2).export(folder, verbose=False)
    again = asking(image, method="occlusion", layers=()).prediction.logits
    assert not np.allclose(before, again)


def test_a_program_that_is_only_computation_needs_no_keras(folder: Path) -> None:
    import tensorflow as tf

    path = served(folder, lambda image: tf.cond(tf.reduce_mean(image) > 0, lambda: image, lambda: -image))
    image = np.full((1, SIDE, SIDE, 1), -2, np.float32)
    np.testing.assert_allclose(load_model(path).keras_model(image), [[2, -2]])


def test_what_does_more_than_compute_is_refused_and_never_runs(folder: Path, tmp_path: Path) -> None:
    import tensorflow as tf

    canary = tmp_path / "canary"

    def write(image: Any) -> Any:
        with tf.control_dependencies([tf.io.write_file(str(canary), "sung")]):
            return tf.identity(image)

    path = served(folder, write)
    tf.saved_model.load(str(path)).signatures["serving_default"](tf.zeros((1, SIDE, SIDE, 1)))
    canary.unlink()
    with pytest.raises(ModelError, match="'WriteFile', which does more than compute") as caught:
        load_model(path)
    assert caught.value.path == path
    assert not canary.exists()


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("python", "EagerPyFunc"),
        ("numpy", "PyFunc"),
        ("read", "ReadFile"),
        ("random", "RandomUniform"),
        ("state", "AssignAddVariableOp"),
        ("in a branch", "ReadFile"),
        ("print", "StringFormat"),
    ],
)
def test_operations_that_are_not_pure_are_refused(folder: Path, kind: str, operation: str) -> None:
    import tensorflow as tf

    count = tf.Variable(0.0)

    def read(image: Any) -> Any:
        return image * tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), tf.float32)

    def act(image: Any) -> Any:
        match kind:
            case "python":
                return tf.ensure_shape(tf.py_function(lambda x: x, [image], tf.float32), image.shape)
            case "numpy":
                return tf.ensure_shape(tf.numpy_function(lambda x: x, [image], tf.float32), image.shape)
            case "random":
                return image + tf.random.uniform(())
            case "state":
                return image + count.assign_add(1)
            case "print":
                tf.print("here")
                return image
            case "in a branch":
                return tf.cond(tf.reduce_mean(image) > 99, lambda: read(image), lambda: image)
        return read(image)

    with pytest.raises(ModelError, match=f"'{operation}'"):
        load_model(served(folder, act, count=count))


def test_what_runs_on_loading_is_left_out(folder: Path, tmp_path: Path) -> None:
    import tensorflow as tf

    canary = tmp_path / "canary"

    class Bomb(tf.saved_model.experimental.TrackableResource):  # type: ignore[misc]
        def _create_resource(self) -> Any:
            return tf.raw_ops.HashTableV2(key_dtype=tf.int64, value_dtype=tf.int64)

        def _initialize(self) -> None:
            tf.io.write_file(str(canary), "sung")

    path = served(folder, lambda image: image, bomb=Bomb())
    canary.unlink(missing_ok=True)
    tf.saved_model.load(str(path))
    assert canary.exists()
    canary.unlink()
    image = np.ones((1, SIDE, SIDE, 1), np.float32)
    np.testing.assert_allclose(load_model(path).keras_model(image), [[1, -1]])
    assert not canary.exists()


def test_a_table_is_refused(folder: Path) -> None:
    import tensorflow as tf

    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1], [2]), 0)

    def act(image: Any) -> Any:
        return image + tf.cast(table.lookup(tf.constant([1])), tf.float32)

    with pytest.raises(ModelError, match="tables or files"):
        load_model(served(folder, act, table=table))


def test_claims_larger_than_the_folder_are_refused(folder: Path) -> None:
    import tensorflow as tf

    path = served(folder, lambda image: image + tf.constant(3.0))
    copy = shutil.copytree(path, path.with_name("variable"))

    def swell_constant(graph: Any) -> None:
        nodes = (node for function in graph.graph_def.library.function for node in function.node_def)
        node = next(node for node in nodes if node.op == "Const" and node.attr["value"].tensor.float_val)
        for _ in range(2):
            node.attr["value"].tensor.tensor_shape.dim.add().size = 10**6

    def swell_variable(graph: Any) -> None:
        node = next(node for node in graph.object_graph_def.nodes if node.HasField("variable"))
        node.variable.shape.dim[0].size = 10**12

    for each, swell in ((path, swell_constant), (copy, swell_variable)):
        with pytest.raises(ModelError, match="more than it holds"):
            load_model(rewritten(each, swell))


def test_a_function_that_is_not_there_is_no_way_out(folder: Path) -> None:
    def rename(graph: Any) -> None:
        for function in graph.graph_def.library.function:
            for node in function.node_def:
                if node.op == "StatefulPartitionedCall":
                    node.attr["f"].func.name = "ReadFile"

    with pytest.raises(ModelError, match="damaged or incomplete"):
        load_model(rewritten(exported(builders.flat(), folder), rename))


def test_a_damaged_folder_is_refused(folder: Path) -> None:
    path = exported(builders.flat(), folder)
    program = (path / "saved_model.pb").read_bytes()
    weights = next((path / "variables").glob("variables.data*"))
    for kept in (0, 100, len(program) // 2):
        (path / "saved_model.pb").write_bytes(program[:kept])
        with pytest.raises(ModelError, match=r"damaged or incomplete|rebuilt"):
            load_model(path)
    (path / "saved_model.pb").write_bytes(program)
    weights.write_bytes(weights.read_bytes()[:50])
    with pytest.raises(ModelError, match="rebuilt"):
        load_model(path)
    shutil.rmtree(path / "variables")
    with pytest.raises(ModelError, match="damaged or incomplete"):
        load_model(path)


def test_a_program_of_tensorflow_1_is_refused(folder: Path) -> None:
    path = rewritten(exported(builders.flat(), folder), lambda graph: graph.ClearField("object_graph_def"))
    with pytest.raises(ModelError, match="TensorFlow 1"):
        load_model(path)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("bytes", "32-bit floating-point"),
        ("two outputs", "1 inputs and 2 outputs"),
        ("a vector", "no image"),
        ("a picture out", "no classifier"),
        ("channels first", "channels first"),
    ],
)
def test_what_is_no_classifier_of_images_is_refused(folder: Path, kind: str, reason: str) -> None:
    import tensorflow as tf

    dtype = tf.uint8 if kind == "bytes" else tf.float32
    shape = {"a vector": (None, 9), "channels first": (None, 3, SIDE, SIDE)}.get(kind, (None, SIDE, SIDE, 1))
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec(shape, dtype)])
    def serve(x: Any) -> Any:
        x = tf.cast(x, tf.float32)
        scores = (
            x if kind == "a picture out" else tf.reshape(x, (-1, 9 if kind == "a vector" else SIDE))[:1, :2]
        )
        return {"a": scores, "b": scores} if kind == "two outputs" else {"a": scores}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve})
    with pytest.raises(ModelError, match=reason):
        load_model(folder)
