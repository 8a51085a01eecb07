"""``cxrviewer models check``: what it tells is what a user needs to use a model of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cxrviewer.cli.main import main
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.catalog import resolve_model

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("CXRVIEWER_DEBUG", raising=False)


@pytest.fixture(scope="module")
def bytes_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of any size that divides by 255 itself, in a backbone."""
    import keras

    image = keras.Input((None, None, 3))
    scale = keras.layers.Rescaling(1 / 255, name="scale")
    x = keras.layers.Conv2D(4, 3, activation="relu", name="last")(scale(image))
    backbone = keras.Model(image, keras.layers.GlobalAveragePooling2D()(x), name="backbone")
    head = keras.layers.Dense(1, activation="sigmoid")
    path = tmp_path_factory.mktemp("models") / "bytes.keras"
    keras.Sequential([keras.Input((None, None, 3)), backbone, head]).save(path)
    return path


def found(capsys: Capture, *arguments: object) -> dict[str, Any]:
    assert main(["models", "check", *map(str, arguments), "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def failed(capsys: Capture, *arguments: object) -> str:
    assert main(["models", "check", *map(str, arguments)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_model_without_a_card(bytes_model: Path, capsys: Capture) -> None:
    import keras

    answer = found(capsys, bytes_model)
    assert (answer["kind"], answer["keras_version"]) == ("Keras archive", keras.__version__)
    assert (answer["height"], answer["width"], answer["channels"], answer["units"]) == (None, None, 3, 1)
    assert answer["scaling"] == {"steps": ["backbone/scale"], "takes": "byte"}
    assert (answer["spatial_layers"], answer["auto_layer"]) == (2, "backbone/last")
    assert answer["logits_reached"] is True
    assert {"grad-cam", "rise"} <= set(answer["methods"])
    assert "Value range" in answer["asks"]
    card = answer["card"]
    assert (card["activation"], card["labels"]) == ("sigmoid", ["Class 0", "Class 1"])
    assert (card["input"]["scaling"], card["input"]["height"], card["complete"]) == ("byte", 224, False)
    assert any("scales its input itself" in note for note in answer["notes"])


def test_it_is_told_in_words_too(bytes_model: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert main(["models", "check", str(bytes_model)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in (
        "Keras archive, written by Keras 3.",
        "the window asks for name, classes, output",
        "one unit for 2 labels, sigmoid; logits reached",
        "any × any, RGB; given 224 × 224, scaling 'byte'",
        "('backbone/scale'): it takes values of 0 to 255.",
        "2 with a spatial output; the automatic one is backbone/last (222 × 222)",
        "grad-cam",
        'scaling = "byte"',
    ):
        assert words in told


def test_logits_that_are_not_reached_are_told(tmp_path: Path, capsys: Capture) -> None:
    import keras

    image = keras.Input((16, 16, 1))
    x = keras.layers.Conv2D(4, 3, name="last")(image)
    x = keras.layers.Dense(3, activation="hard_sigmoid")(keras.layers.GlobalAveragePooling2D()(x))
    keras.Model(image, x).save(tmp_path / "hard.keras")
    answer = found(capsys, tmp_path / "hard.keras")
    assert answer["logits_reached"] is False
    assert answer["scaling"] is None
    assert any("logits could not be reached" in note for note in answer["notes"])


def test_a_network_that_leaves_its_scaling_to_the_caller_is_named(tmp_path: Path, capsys: Capture) -> None:
    import keras

    image = keras.Input((16, 16, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(image))
    keras.Model(image, keras.layers.Dense(3)(x), name="vgg19").save(tmp_path / "mine.keras")
    assert found(capsys, tmp_path / "mine.keras")["usual"] == ["vgg19", "imagenet-caffe"]
    assert main(["models", "check", str(tmp_path / "mine.keras")]) == 0
    assert "'vgg19' usually get 'imagenet-caffe'" in " ".join(capsys.readouterr().out.split())


def test_the_draft_becomes_the_card(bytes_model: Path, capsys: Capture, tmp_path: Path) -> None:
    weights = shutil.copy(bytes_model, tmp_path / "mine.keras")
    card = tmp_path / "mine.toml"
    assert main(["models", "check", str(weights), "-o", str(card)]) == 0
    told = capsys.readouterr().out
    assert str(card) in told
    assert "scaling = " not in told
    assert resolve_model(str(weights)).card == read_card(card)
    assert read_card(card).complete is False
    # A user who is sure of the wrong range is told.
    text = card.read_text(encoding="utf-8").replace("complete = false\n", "")
    card.write_text(text.replace('scaling = "byte"', 'scaling = "unit"'), encoding="utf-8")
    answer = found(capsys, weights)
    assert answer["asks"] == []
    assert any("scaled twice" in note for note in answer["notes"])


def test_nothing_is_overwritten_by_a_slip(bytes_model: Path, capsys: Capture, tmp_path: Path) -> None:
    card = tmp_path / "card.toml"
    card.write_text("mine", encoding="utf-8")
    assert "--force" in failed(capsys, bytes_model, "-o", card)
    assert card.read_text(encoding="utf-8") == "mine"
    assert main(["models", "check", str(bytes_model), "-o", str(card), "--force"]) == 0
    assert read_card(card).labels == ("Class 0", "Class 1")
    capsys.readouterr()
    before = bytes_model.read_bytes()
    assert ".toml" in failed(capsys, bytes_model, "-o", bytes_model, "--force")
    assert bytes_model.read_bytes() == before
    assert "cannot be written" in failed(capsys, bytes_model, "-o", tmp_path / "none" / "card.toml")


def test_the_built_in_model_needs_nothing(capsys: Capture) -> None:
    answer = found(capsys, "default")
    assert answer["card"]["id"] == "paediatric-pneumonia"
    assert (answer["asks"], answer["notes"], answer["scaling"]) == ([], [], None)
    assert answer["auto_layer"] == "stage4_block2_out"


def test_a_model_of_keras_2(shared_data: Path, capsys: Capture) -> None:
    answer = found(capsys, shared_data / "models" / "pediatric_pneumonia_keras2.h5")
    assert (answer["kind"], answer["keras_version"], answer["units"]) == ("HDF5", "2.7.0", 2)


def test_a_saved_model_is_explained_from_outside(tmp_path: Path, capsys: Capture) -> None:
    import keras

    image = keras.Input((16, 16, 1))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(image))
    model = keras.Model(image, keras.layers.Dense(3, activation="softmax")(x))
    model.export(tmp_path / "exported", verbose=False)
    answer = found(capsys, tmp_path / "exported")
    assert (answer["kind"], answer["units"], answer["spatial_layers"]) == ("SavedModel", 3, 0)
    assert "rise" in answer["methods"]
    assert "grad-cam" not in answer["methods"]
    assert any("cannot be looked into" in note for note in answer["notes"])
    assert main(["models", "check", str(tmp_path / "exported")]) == 0
    assert "layers none with a spatial output" in " ".join(capsys.readouterr().out.split())


def test_bad_files_are_one_message(shared_data: Path, tmp_path: Path, capsys: Capture) -> None:
    assert "damaged" in failed(capsys, shared_data / "models" / "truncated.keras")
    assert "does not exist" in failed(capsys, tmp_path / "none.keras")
    (tmp_path / "text.keras").write_text("text", encoding="utf-8")
    assert "not a Keras model" in failed(capsys, tmp_path / "text.keras")


def test_the_list_of_models_is_as_before(capsys: Capture) -> None:
    assert main(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["id"] == "paediatric-pneumonia"
    assert main(["models", "--json", "check", "default"]) == 0
    assert json.loads(capsys.readouterr().out)["units"] == 3
    assert main(["models", "check"]) == 2
