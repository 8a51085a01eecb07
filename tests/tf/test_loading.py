"""Files that are not trusted: what is refused, and that nothing of it runs."""

from __future__ import annotations

import json
import resource
import zipfile
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
from cxrviewer.models.runtime import load_model
from cxrviewer.models.trust import judge_description

Save = Callable[..., Path]


def rewritten(path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """Return a copy of a .keras file with another description."""
    target = path.with_name("changed.keras")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "config.json":
                config = json.loads(data)
                change(config)
                data = json.dumps(config).encode()
            new.writestr(entry.filename, data)
    return target


def alter_last(description: dict[str, Any], fields: dict[str, Any]) -> None:
    """Overwrite fields of the last layer's description."""
    description["config"]["layers"][-1].update(fields)


def test_a_third_party_model_of_2022_is_explained(shared_data: Path, explainer: Explainer) -> None:
    load = LoadRequest(str(shared_data / "models" / "pediatric_pneumonia_keras2.h5"))
    info = explainer.handle(load)
    assert (info.card.input.height, info.card.input.width, info.card.input.channels) == (128, 128, 3)
    assert info.card.activation == "sigmoid"
    assert info.card.labels == ("Class 0", "Class 1")
    assert info.layers[-1].path == info.auto_layer == "max_pooling2d_79"
    inputs = np.random.default_rng(0).random((1, 128, 128, 3), np.float32)
    asking = Asking(explainer, load)
    maps = [asking(inputs, target=of_label(index)).attribution.values for index in range(2)]
    assert all(np.abs(values).max() > 0 for values in maps)
    assert not np.allclose(maps[0], maps[1])


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_both_formats_are_read(saved: Save, suffix: str) -> None:
    model = load_model(saved(builders.flat(), suffix))
    assert (model.height, model.width, model.channels, model.units) == (32, 32, 1, 3)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_lambda_layer_is_refused_and_never_runs(saved: Save, tmp_path: Path, suffix: str) -> None:
    import keras

    canary, target = tmp_path / "canary", str(tmp_path / "canary")
    image = keras.Input((32, 32, 1))
    x = keras.layers.Lambda(lambda x: (__import__("pathlib").Path(target).write_text("sung"), x)[1])(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    path = saved(keras.Model(image, keras.layers.Dense(2)(x), name="with_lambda"), suffix)
    canary.unlink()
    keras.saving.load_model(path, safe_mode=False)
    canary.unlink()
    with pytest.raises(ModelError, match="program code") as caught:
        load_model(path)
    assert caught.value.path == path
    assert not canary.exists()


def test_a_lambda_is_found_inside_a_nested_model(saved: Save) -> None:
    import keras

    inner = keras.Sequential(
        [keras.Input((32, 32, 1)), keras.layers.Lambda(lambda x: x, output_shape=(32, 32, 1))]
    )
    model = keras.Sequential(
        [keras.Input((32, 32, 1)), inner, keras.layers.Flatten(), keras.layers.Dense(2)],
        name="hides_a_lambda",
    )
    with pytest.raises(ModelError, match="program code"):
        load_model(saved(model))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"class_name": "Popen", "module": "subprocess"}, r"'subprocess\.Popen'"),
        ({"class_name": "get_file", "module": "keras.utils"}, "get_file"),
        ({"class_name": "function", "module": "builtins", "config": "eval"}, "function eval"),
        ({"class_name": "function", "module": "keras.utils", "config": "get_file"}, "function get_file"),
        ({"class_name": "MyLayer", "registered_name": "mine>MyLayer", "module": None}, "'MyLayer'"),
        ({"class_name": "TFSMLayer", "module": "keras.layers"}, "other files"),
        ({"class_name": "StringLookup", "module": "keras.layers"}, "other files"),
    ],
)
def test_what_is_not_keras_own_is_refused(saved: Save, fields: dict[str, Any], reason: str) -> None:
    path = rewritten(saved(builders.flat()), lambda config: alter_last(config, fields))
    with pytest.raises(ModelError, match=reason):
        load_model(path)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("Conv2D", "keras.layers"),
        ("Conv2D", None),
        ("GlorotUniform", "keras.initializers"),
        ("DTypePolicy", "keras"),
        ("Functional", "keras.src.models.functional"),
        ("GetItem", "keras.src.ops.numpy"),
        ("LayerScale", "keras.src.applications.convnext"),
    ],
)
def test_what_is_keras_own_is_allowed(name: str, module: str | None) -> None:
    judge_description({"config": [{"class_name": name, "module": module}]}, Path("model.keras"))


@pytest.mark.parametrize("name", ["get_file", "__class__", "a.b", "lambda x: x"])
def test_no_function_is_reached_by_the_name_of_a_module(name: str) -> None:
    for module in ("keras.src.ops.numpy", "keras.src.applications.convnext", "keras.utils", "keras"):
        with pytest.raises(ModelError, match="not a part of Keras"):
            judge_description({"config": {"class_name": name, "module": module}}, Path("model.keras"))


def test_a_custom_loss_does_no_harm(saved: Save) -> None:
    model = builders.flat()
    model.compile(loss=lambda y, p: (y - p) ** 2, optimizer="adam")
    assert load_model(saved(model)).units == 3


def test_a_custom_activation_is_refused(saved: Save) -> None:
    import keras

    def shifted(x: Any) -> Any:
        return x + 1

    model = keras.Sequential(
        [keras.Input((32, 32, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation=shifted)],
        name="own",
    )
    with pytest.raises(ModelError, match="shifted"):
        load_model(saved(model))


def test_layers_written_as_operations_are_allowed(saved: Save, tensorflow: Any) -> None:
    import keras

    image = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, activation=keras.activations.gelu)(image) * 2 + 1
    x = keras.ops.mean(x, axis=(1, 2))
    x = keras.layers.Dense(2, kernel_regularizer="l2", kernel_initializer="he_normal")(x)
    assert load_model(saved(keras.Model(image, x, name="operations"))).units == 2


def test_a_damaged_archive_is_refused(shared_data: Path) -> None:
    path = shared_data / "models" / "truncated.keras"
    with pytest.raises(ModelError, match="damaged or incomplete") as caught:
        load_model(path)
    assert caught.value.path == path
    assert caught.value.hint


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.97])
def test_a_truncated_file_is_refused(saved: Save, suffix: str, kept: float) -> None:
    path = saved(builders.flat(), suffix)
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(ModelError, match=r"damaged|rebuilt"):
        load_model(path)


def test_weights_that_do_not_fit_are_refused(saved: Save) -> None:
    def widen(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1]["config"]["units"] = 7

    with pytest.raises(ModelError, match="cannot be rebuilt") as caught:
        load_model(rewritten(saved(builders.flat()), widen))
    assert "\n" not in str(caught.value)


def test_a_layer_that_claims_more_than_the_file_holds_is_refused(saved: Save) -> None:
    def swell(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1]["config"]["units"] = 2**31

    with pytest.raises(ModelError, match="claims far more than it holds"):
        load_model(rewritten(saved(builders.flat()), swell))


def refusal(path: Path) -> ModelError:
    """Return why a file is refused, which must be said before much memory is taken."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelError) as caught:
        load_model(path)
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert taken < 200 * 1024, "kibibytes"
    return caught.value


@pytest.mark.parametrize(
    ("layer", "fields"),
    [
        ("scores", {"units": 10**9}),
        ("conv", {"kernel_size": [10**5, 10**5]}),
        ("early", {"filters": 10**8}),
    ],
)
def test_weights_that_the_file_does_not_hold_are_not_allocated(
    saved: Save, layer: str, fields: dict[str, Any]
) -> None:
    def swell(config: dict[str, Any]) -> None:
        for node in config["config"]["layers"]:
            node.pop("build_config", None)
            if node["config"]["name"] == layer:
                node["config"].update(fields)

    path = rewritten(saved(builders.flat()), swell)
    assert "more than it holds" in refusal(path).message
    # Nothing of it is left for the next model to make.
    assert load_model(saved(builders.flat())).units == 3


def test_a_shape_to_build_for_is_no_way_around(saved: Save) -> None:
    def swell(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1]["build_config"] = {"input_shape": [None, 10**9]}

    path = rewritten(saved(builders.sequential()), swell)
    assert refusal(path).path == path


def test_models_within_models_without_end_are_refused(saved: Save) -> None:
    def nest(config: dict[str, Any]) -> None:
        node = config["config"]["layers"][-1]
        for depth in range(300):
            inner = {"name": f"level_{depth}", "layers": [node]}
            node = {"module": "keras", "class_name": "Sequential", "config": inner, "registered_name": None}
        config["config"]["layers"][-1] = node

    assert refusal(rewritten(saved(builders.sequential()), nest)).hint


def test_what_concerns_training_alone_is_left_out(saved: Save) -> None:
    import keras

    @keras.saving.register_keras_serializable("mine")
    class Mine(keras.regularizers.Regularizer):  # type: ignore[misc]
        def __call__(self, x: Any) -> Any:
            raise AssertionError

        def get_config(self) -> dict[str, Any]:
            return {}

    layer = keras.layers.Dense(2, kernel_regularizer=Mine(), kernel_initializer="orthogonal")
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), layer], name="trained")
    model.compile("adam", "mse")
    loaded = load_model(saved(model)).keras_model
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
    assert loaded.layers[-1].kernel_regularizer is None


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_arithmetic_of_keras_3_is_read_from_both_formats(saved: Save, suffix: str) -> None:
    """Keras 3 does not read such an HDF5 file of its own."""
    model = builders.preprocessing_inside()
    image = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    loaded = load_model(saved(model, suffix)).keras_model
    np.testing.assert_allclose(loaded(image), model(image), rtol=1e-5)


def test_an_archive_without_weights_is_refused(saved: Save) -> None:
    path = saved(builders.flat())
    target = path.with_name("weightless.keras")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        new.writestr("config.json", old.read("config.json"))
    with pytest.raises(ModelError, match=r"no weights|more than it holds"):
        load_model(target)


def test_a_lack_of_memory_is_named(saved: Save, tensorflow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    def exhausted(*args: Any, **kwargs: Any) -> Any:
        raise tensorflow.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    path = saved(builders.flat())
    monkeypatch.setattr(keras.Model, "load_weights", exhausted)
    with pytest.raises(ModelError, match="more memory than there is"):
        load_model(path)


def signature_of(kind: str) -> Any:
    import keras

    image = keras.Input((32, 32, 1))
    pooled = keras.layers.GlobalAveragePooling2D()(image)
    scores = keras.layers.Dense(2)(pooled)
    match kind:
        case "two inputs":
            other = keras.Input((1,))
            return keras.Model([image, other], keras.layers.Concatenate()([scores, other]))
        case "two outputs":
            return keras.Model(image, [scores, pooled])
        case "a vector":
            return keras.Sequential([keras.Input((9,)), keras.layers.Dense(2)])
        case "a picture out":
            return keras.Sequential([keras.Input((32, 32, 1)), keras.layers.Conv2D(2, 3)])
        case "five channels":
            return keras.Sequential([keras.Input((8, 8, 5)), keras.layers.Flatten(), keras.layers.Dense(2)])
        case "channels first":
            pool = keras.layers.GlobalAveragePooling2D(data_format="channels_first")
            return keras.Sequential([keras.Input((3, 8, 8)), pool, keras.layers.Dense(2)])
        case _:
            return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("two inputs", "2 inputs"),
        ("two outputs", "2 outputs"),
        ("a vector", "no image"),
        ("a picture out", "no classifier"),
        ("five channels", "5 channels"),
        ("channels first", "channels first"),
        ("not built", "what shape its input has"),
    ],
)
def test_what_is_no_classifier_of_images_is_refused(saved: Save, kind: str, reason: str) -> None:
    model = signature_of(kind)
    model.name = kind.replace(" ", "_")
    with pytest.raises(ModelError, match=reason):
        load_model(saved(model))
