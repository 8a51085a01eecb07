"""SavedModel folders: TensorFlow programs, of which only what computes scores from an image is kept.

TensorFlow runs parts of such a program as it loads it: what fills tables, reads asset files, restores
objects in ways of their own. So the program is read as data, the function that is called for scores is
followed through all functions that it calls, and each operation on the way has to be a pure computation.
A program of these functions and the variables alone is what TensorFlow then loads.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError
from cxrviewer.models.inspection import GRAPH, ModelFile
from cxrviewer.models.pure_operations import PURE

SAVED_MODEL_NOTE = "A SavedModel cannot be looked into: it is explained by its scores alone, from outside."
_PREFERRED = "serving_default"
_INTERNAL = "__saved_model_init_op"
_SLACK = 2**20
_MAX_CONSTANTS = 2**28
_FRESH = "Save the model again, or get a fresh copy of the folder."
_OTHER = "Choose an image classifier with one input and one output, exported with model.export()."
_FUNCTION = "bare_concrete_function"
_FLOAT = 1
"""TensorFlow's number for float32 (DT_FLOAT)."""


def load_saved_model(file: ModelFile) -> Any:
    """Return a Keras model around the serving function of a SavedModel.

    Raises
    ------
    ModelError
        It is damaged, was saved by TensorFlow 1, does more than compute, or claims more than it holds.
    """
    import keras

    saved = _parsed(file)
    graph = saved.meta_graphs[0]
    name = _signature_name(graph, file.path)
    shape = _input_shape(graph.signature_def[name], file.path)
    _reduce(graph, name, file)
    with tempfile.TemporaryDirectory(prefix="cxrviewer-") as folder:
        (Path(folder) / GRAPH).write_bytes(saved.SerializeToString())
        _lend(file.path / "variables", Path(folder) / "variables")
        layer = keras.layers.TFSMLayer(folder, call_endpoint=name, trainable=False, name="saved_model")
    image = keras.Input(batch_shape=shape, name="image")
    answer = layer(image)
    scores = list(answer.values()) if isinstance(answer, dict) else [answer]
    return keras.Model(image, scores[0] if len(scores) == 1 else scores, name="saved_model_classifier")


def _lend(folder: Path, place: Path) -> None:
    """Make a folder appear in another place."""
    try:
        place.symlink_to(folder.absolute(), target_is_directory=True)
    except OSError:  # Not every system lets everyone make links.
        shutil.copytree(folder, place)


def _parsed(file: ModelFile) -> Any:
    """Return the program, reduced to the part that is made for serving."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString((file.path / GRAPH).read_bytes())
    except Exception as error:  # Protocol buffers have an error of their own for what is none.
        raise ModelError("The SavedModel is damaged or incomplete.", _FRESH, file.path) from error
    graphs = [graph for graph in saved.meta_graphs if "serve" in graph.meta_info_def.tags]
    if not graphs or not (file.path / "variables").is_dir():
        raise ModelError("The SavedModel is damaged or incomplete.", _FRESH, file.path)
    if not graphs[0].HasField("object_graph_def"):
        raise ModelError("The SavedModel was written by TensorFlow 1.", "Export it anew.", file.path)
    kept = saved_model_pb2.SavedModel(saved_model_schema_version=saved.saved_model_schema_version)
    kept.meta_graphs.add().CopyFrom(graphs[0])
    return kept


def _signature_name(graph: Any, path: Path) -> str:
    names: list[str] = sorted(name for name in graph.signature_def if name != _INTERNAL)
    if _PREFERRED in names:
        return _PREFERRED
    if len(names) != 1:
        raise ModelError(f"The SavedModel has {len(names)} functions and no default one.", _OTHER, path)
    return names[0]


def _input_shape(signature: Any, path: Path) -> tuple[int | None, ...]:
    """Return the shape of the only input, None where a size is free."""
    if len(signature.inputs) != 1 or len(signature.outputs) != 1:
        counts = f"{len(signature.inputs)} inputs and {len(signature.outputs)} outputs"
        raise ModelError(f"The model has {counts}, not one of each.", _OTHER, path)
    (taken,) = signature.inputs.values()
    if taken.dtype != _FLOAT:
        raise ModelError("The model takes something other than 32-bit floating-point numbers.", _OTHER, path)
    return tuple(None if size.size < 0 else size.size for size in taken.tensor_shape.dim)


def _reduce(graph: Any, name: str, file: ModelFile) -> None:
    """Leave only the functions that compute scores, and the objects that hold what they need."""
    nodes = graph.object_graph_def.nodes
    try:
        signatures = _children(nodes[0])["signatures"]
        served = _children(nodes[signatures])[name]
        start = nodes[served].bare_concrete_function.concrete_function_name
        needed = list(graph.object_graph_def.concrete_functions[start].bound_inputs)
        kinds = {nodes[index].WhichOneof("kind") for index in needed}
    except (KeyError, IndexError) as error:
        raise ModelError("The SavedModel is damaged or incomplete.", _FRESH, file.path) from error
    if not kinds <= {"variable", "constant"}:
        raise ModelError("The SavedModel needs tables or files besides its weights.", _OTHER, file.path)
    functions = _reached(graph.graph_def.library, start, file.path)
    _check_sizes(graph, functions, file)
    _keep_objects(graph.object_graph_def, {0, signatures}, served, start)
    constants = {node.constant.operation for node in nodes if node.HasField("constant")}
    kept_nodes = [node for node in graph.graph_def.node if node.name in constants and node.op == "Const"]
    library = graph.graph_def.library
    del library.function[:], library.gradient[:], library.registered_gradients[:]
    library.function.extend(functions)
    del graph.graph_def.node[:]
    graph.graph_def.node.extend(kept_nodes)
    for field in ("saver_def", "asset_file_def", "collection_def"):
        graph.ClearField(field)


def _children(node: Any) -> dict[str, int]:
    return {child.local_name: child.node_id for child in node.children}


def _reached(library: Any, start: str, path: Path) -> list[Any]:
    """Return the functions that one calls, itself included, cleaned; refuse what is no pure computation."""
    known = {function.signature.name: function for function in library.function}
    left = [start]
    found: dict[str, Any] = {}
    while left:
        name = left.pop()
        if name in found:
            continue
        if name not in known:
            raise ModelError("The SavedModel is damaged or incomplete.", _FRESH, path)
        found[name] = function = known[name]
        for node in function.node_def:
            if node.op not in PURE and node.op not in known:
                message = f"The SavedModel contains the operation '{node.op}', which does more than compute."
                raise ModelError(message, "Export the model again without it.", path)
            # Where and by what settings an operation runs is for this machine to say.
            node.device = ""
            for key in ("config_proto", "config", "executor_type"):
                node.attr.pop(key, None)
            left.extend([node.op] if node.op in known else [])
            for value in node.attr.values():
                left.extend(each.name for each in (*value.list.func, value.func) if each.name)
    return list(found.values())


def _check_sizes(graph: Any, functions: list[Any], file: ModelFile) -> None:
    """Refuse constants and variables that are far larger than the folder: few bytes can stand for many."""
    every = (*graph.graph_def.node, *(node for function in functions for node in function.node_def))
    constants = sum(_count(node.attr["value"].tensor.tensor_shape) for node in every if node.op == "Const")
    variables = (node.variable for node in graph.object_graph_def.nodes if node.HasField("variable"))
    numbers = sum(_count(variable.shape) for variable in variables)
    if constants > _MAX_CONSTANTS or numbers > file.held + _SLACK:
        raise ModelError("The SavedModel claims far more than it holds.", _FRESH, file.path)


def _count(shape: Any) -> int:
    return math.prod(max(size.size, 0) for size in shape.dim)


def _keep_objects(objects: Any, plain: Iterable[int], served: int, start: str) -> None:
    """Leave variables and constants, the objects that lead to them, and one function."""
    kept = {"variable", "constant"}
    for index, node in enumerate(objects.nodes):
        for field in ("dependencies", "slot_variables", "saveable_objects"):
            node.ClearField(field)
        for field in ("registered_name", "registered_saver", "serialized_user_proto"):
            node.ClearField(field)
        if index != served and node.WhichOneof("kind") not in kept:
            is_map = node.user_object.identifier == "signature_map" and index in plain
            node.user_object.Clear()
            node.user_object.identifier = "signature_map" if is_map else "_generic_user_object"
            node.user_object.version.producer = node.user_object.version.min_consumer = 1
    for node in objects.nodes:
        children = [
            child
            for child in node.children
            if child.node_id == served or objects.nodes[child.node_id].WhichOneof("kind") != _FUNCTION
        ]
        del node.children[:]
        node.children.extend(children)
    for name in [name for name in objects.concrete_functions if name != start]:
        del objects.concrete_functions[name]
