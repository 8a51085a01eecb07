"""``cxrviewer explain`` on real files with the built-in model."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import cxrviewer
from cxrviewer.cli.main import main
from cxrviewer.explain.catalog import method_spec
from cxrviewer.imaging.grayscale import default_voi, index_image, normalized, presentation_table
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.models.catalog import builtin_cards, resolve_model
from cxrviewer.paths import resource

NUMBER = re.compile(r"[+-]?\d+\.\d+|\b\d+(?= %)")
KEYS = {
    "file",
    "model",
    "labels",
    "logits",
    "probabilities",
    "target",
    "layer",
    "layers",
    "fusion",
    "method",
    "parameters",
    "smoothing",
    "explains_logit",
    "logit_factor",
    "notes",
    "lungs",
    "seconds",
}


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def chest(shared_data: Path) -> Path:
    return shared_data / "dicom" / "gdcm-CR-MONO1-10-chest.dcm"


@pytest.fixture
def explain(capfd: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process and return the JSON that it prints."""

    def run(*arguments: object) -> dict[str, Any]:
        code = main(["explain", "--json", *map(str, arguments)])
        captured = capfd.readouterr()
        assert (code, captured.err) == (0, "")
        answer: dict[str, Any] = json.loads(captured.out)
        assert set(answer) == KEYS
        return answer

    return run


def read_rgb(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_the_real_process_prints_one_object_and_nothing_else(chest: Path, tmp_path: Path) -> None:
    raw, picture = tmp_path / "map.npz", tmp_path / "overlay.png"
    command = [sys.executable, "-m", "cxrviewer", "explain", str(chest), "--json"]
    done = subprocess.run(
        [*command, "-o", str(picture), "--raw", str(raw)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert set(answer) == KEYS
    card = builtin_cards()[0]
    assert answer["file"] == str(chest)
    assert answer["model"] == {"id": card.id, "sha256": card.sha256}
    assert answer["labels"] == list(card.labels)
    logits, probabilities = np.array(answer["logits"]), np.array(answer["probabilities"])
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), probabilities, rtol=1e-5)
    top = int(probabilities.argmax())
    assert answer["target"] == {
        "index": top,
        "label": card.labels[top],
        "name": card.labels[top],
        "kind": "class",
        "positive": [top],
        "negative": [],
        "probability": pytest.approx(probabilities[top]),
        "under_threshold": bool(probabilities[top] < card.thresholds[top]),
    }
    assert (answer["method"], answer["parameters"], answer["smoothing"]) == ("grad-cam", {}, 0)
    assert answer["layers"] == [answer["layer"]]
    assert answer["fusion"] is None
    assert answer["explains_logit"] is True
    assert answer["seconds"] > 0
    with np.load(raw, allow_pickle=False) as archive:
        attribution, affine = archive["attribution"], archive["affine"]
        np.testing.assert_allclose(archive["logits"], logits, rtol=1e-6)
        assert str(archive["layer"]) == answer["layer"]
        assert str(archive["method"]) == "grad-cam"
        assert str(archive["target"]) == card.labels[top]
        assert float(archive["logit_factor"]) == answer["logit_factor"]
    assert (attribution.dtype, affine.shape, affine.dtype) == (np.float32, (3, 3), np.float64)
    assert min(attribution.shape) >= 14
    # The image is 440 × 440, stretched to the input: the corner cell's centre is half a cell inside.
    step = 440 / attribution.shape[1]
    np.testing.assert_allclose(affine @ [0, 0, 1], [step / 2 - 0.5, step / 2 - 0.5, 1])
    np.testing.assert_allclose(
        affine @ [attribution.shape[1] - 1, 0, 1], [440 - step / 2 - 0.5, step / 2 - 0.5, 1]
    )
    assert read_rgb(picture).shape[0] >= 440


@pytest.mark.parametrize("name", ["gdcm-CR-MONO1-10-chest.dcm", "wg04_RG1_JLSN.dcm"])
def test_monochrome1_keeps_its_polarity_and_its_gray(
    name: str, shared_data: Path, tmp_path: Path, explain: Any
) -> None:
    path = shared_data / "dicom" / name
    explain(path, "-o", tmp_path / "with.png", "--no-scale-bar")
    explain(path, "-o", tmp_path / "without.png", "--alpha", "0", "--no-scale-bar")
    radiograph = read_radiograph(path)
    rows, columns = radiograph.shape
    gray = cv2.LUT(index_image(radiograph), presentation_table(radiograph, default_voi(radiograph)))
    without = read_rgb(tmp_path / "without.png")[:rows, :columns]
    np.testing.assert_array_equal(without, np.repeat(gray[..., None], 3, axis=2))
    # The mediastinum is lighter than the lungs beside it, to the eye and to the model.
    for picture in (gray, normalized(radiograph)):
        third = np.asarray(picture, float)[rows // 3 : rows // 2]
        middle = third[:, columns * 45 // 100 : columns * 55 // 100].mean()
        assert middle > third[:, columns * 20 // 100 : columns * 35 // 100].mean()
        assert middle > third[:, columns * 65 // 100 : columns * 80 // 100].mean()
    colored = read_rgb(tmp_path / "with.png")[:rows, :columns]
    assert (colored != without).any(axis=2).mean() > 0.05


def test_pictures(shared_data: Path, tmp_path: Path, explain: Any) -> None:
    jpeg = sorted((shared_data / "kermany224" / "train" / "PNEUMONIA").iterdir())[0]
    answer = explain(jpeg, "-o", tmp_path / "jpeg.png")
    assert answer["target"]["label"] != "Normal"
    assert read_rgb(tmp_path / "jpeg.png").shape[0] >= 224
    png = sorted((shared_data / "lungs" / "images").iterdir())[0]
    explain(png, "-o", tmp_path / "png.png")
    rows, columns = read_radiograph(png).shape
    assert read_rgb(tmp_path / "png.png").shape[0] >= rows
    assert read_rgb(tmp_path / "png.png").shape[1] >= columns


@pytest.fixture
def attribution(chest: Path, tmp_path: Path, explain: Any) -> Any:
    """Return the answer and the raw map for some options."""

    def ask(*options: str) -> tuple[dict[str, Any], np.ndarray]:
        answer = explain(chest, "--raw", tmp_path / "map.npz", *options)
        with np.load(tmp_path / "map.npz") as archive:
            return answer, archive["attribution"]

    return ask


def test_each_option_matters(attribution: Any) -> None:
    first, base = attribution("--target", "0")
    by_label, same = attribution("--target", "normal")
    assert by_label["target"] == first["target"]
    assert (first["target"]["index"], first["target"]["label"]) == (0, "Normal")
    np.testing.assert_array_equal(base, same)
    _, other_class = attribution("--target", "Viral pneumonia")
    assert np.abs(base - other_class).max() > 0.01 * np.abs(base).max()
    hires, other_method = attribution("--target", "0", "--method", "layer-cam")
    assert hires["method"] == "layer-cam"
    assert (base != other_method).any()
    answer, other_layer = attribution("--target", "0", "--layer", "stage2_block2_out")
    assert answer["layer"] == "stage2_block2_out"
    assert other_layer.shape == (28, 28)
    smooth, smoothed = attribution("--target", "0", "--smoothing", "3")
    assert smooth["smoothing"] == 3
    assert np.abs(base - smoothed).max() > 0.001 * np.abs(base).max()


@pytest.mark.parametrize(
    ("text", "kind", "positive", "negative", "name"),
    [
        ("not normal", "absence", [], [0], "no Normal"),
        ("Pneumonia", "group", [1, 2], [], "Pneumonia"),
        ("1 vs 2", "margin", [1], [2], "Bacterial pneumonia rather than Viral pneumonia"),
        ("normal vs rest", "margin", [0], [1, 2], "Normal rather than the rest"),
    ],
)
def test_targets_that_are_no_class(
    text: str, kind: str, positive: list[int], negative: list[int], name: str, attribution: Any
) -> None:
    answer, values = attribution("--target", text)
    target = answer["target"]
    assert (target["index"], target["label"]) == (None, None)
    assert (target["kind"], target["name"]) == (kind, name)
    assert (target["positive"], target["negative"]) == (positive, negative)
    assert (target["probability"] is None) == (kind == "margin")
    _, of_class = attribution("--target", "normal")
    assert np.abs(values - of_class).max() > 0.01 * np.abs(of_class).max()
    if kind == "absence":
        np.testing.assert_allclose(values, -of_class, rtol=1e-4, atol=1e-6)


def test_several_layers_are_fused_as_chosen(attribution: Any) -> None:
    maps = []
    for rule in ((), ("--fusion", "maximum"), ("--fusion", "product")):
        answer, values = attribution("--layer", "stage2_block2_out,auto", *rule)
        assert answer["layers"] == ["stage2_block2_out", "stage4_block2_out"]
        assert answer["layer"] == "stage2_block2_out + stage4_block2_out"
        assert answer["fusion"] == (rule[1] if rule else "mean")
        maps.append(values)
    assert (maps[0] != maps[1]).any()
    assert (maps[1] != maps[2]).any()


def test_parameters_matter_and_are_told(attribution: Any) -> None:
    few, of_few = attribution("--method", "score-cam", "--param", "top=4")
    more, of_more = attribution("--method", "Score-CAM", "--param", "top = 12")
    assert (few["parameters"]["top"], more["parameters"]["top"]) == (4, 12)
    assert (of_few != of_more).any()


def test_each_display_option_matters(chest: Path, tmp_path: Path, explain: Any) -> None:
    def picture(*options: str) -> np.ndarray:
        explain(chest, "-o", tmp_path / "overlay.png", "--target", "normal", *options)
        return read_rgb(tmp_path / "overlay.png")[:440, :440]

    base = picture()
    for options in (
        ["--colormap", "JET", "--alpha", "0.9", "--no-fade"],
        ["--view", "contours", "--threshold", "0.5"],
        ["--signed", "--scale", "20", "--top-share", "0.3"],
    ):
        assert (picture(*options) != base).any(), options


def test_a_model_without_a_spatial_layer_is_explained_as_a_black_box(
    chest: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import keras

    layers = [keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    path = tmp_path / "flat.keras"
    keras.Sequential(layers).save(path)
    assert main(["explain", str(chest), "--json", "--model", str(path)]) == 0
    captured = capfd.readouterr()
    answer = json.loads(captured.out)
    assert method_spec(answer["method"]).black_box
    assert (answer["layer"], answer["layers"]) == ("", [])
    name = method_spec(answer["method"]).name
    assert f"note: Grad-CAM cannot explain this model: {name} is used." in captured.err


def test_a_scale_that_cannot_be_locked_is_said(chest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    options = ["--method", "random", "--scale", "2", "--json"]
    assert main(["explain", str(chest), *options]) == 0
    assert "cannot be locked" in capfd.readouterr().err
    assert main(["explain", str(chest), *options[2:]]) == 0
    assert capfd.readouterr().err == ""


def test_the_readable_table_is_as_the_guide_has_it(chest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text(encoding="utf-8")
    promised = guide.partition("$ cxrviewer explain phantom-opacity.dcm\n")[2].partition("```")[0]
    assert main(["explain", str(resource("samples", "phantom-opacity.dcm"))]) == 0
    captured = capfd.readouterr()
    assert captured.err == ""
    assert NUMBER.sub("#", captured.out) == NUMBER.sub("#", promised)
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (captured.out, promised)]
    # Of percents and logits; processors differ in the last bits.
    assert numbers[0] == pytest.approx(numbers[1], abs=0.15)
    assert main(["explain", str(chest), "--target", "pneumonia vs rest"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line[0] for line in lines[2:5]] == ["<", ">", ">"]
    assert any(line.startswith("Explained: Pneumonia rather than Normal, by") for line in lines)


def test_the_heatmap_deceives_on_the_phantoms_as_the_guide_says() -> None:
    for phantom in ("opacity", "normal"):
        image = resource("samples", f"phantom-{phantom}.dcm")
        heatmap = cxrviewer.explain(image, target="Viral pneumonia").heatmap
        column = np.unravel_index(heatmap.argmax(), heatmap.shape)[1]
        # The opacity is in the left half of the picture.
        assert column > heatmap.shape[1] / 2


def test_written_files_are_named(chest: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(chest), "-o", str(tmp_path / "a.png"), "--raw", str(tmp_path / "b.npz")]) == 0
    assert capfd.readouterr().out == f"Wrote {tmp_path / 'a.png'}\nWrote {tmp_path / 'b.npz'}\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "a.png",
        "a.png.json",
        "b.npz",
        "b.npz.json",
    ]


def test_lungs_are_told_of(
    chest: Path, shared_data: Path, explain: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    found = explain(chest)["lungs"]
    assert found["found"]
    assert found["doubt"] == ""
    assert 0.2 < found["area"] < 0.6
    assert found["uniform"] == pytest.approx(found["area"], abs=0.005)
    assert 0 < found["share"] < 1
    assert explain(chest, "--no-lungs")["lungs"] is None
    hip = shared_data / "dicom" / "wg04_RG2_UNC.dcm"
    assert main(["explain", str(hip), "--json"]) == 0
    captured = capfd.readouterr()
    lungs = json.loads(captured.out)["lungs"]
    assert (lungs["found"], lungs["share"], lungs["uniform"]) == (False, None, None)
    assert lungs["doubt"]
    assert "note: No lungs found" in captured.err


def test_a_model_without_a_card(shared_data: Path, chest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = shared_data / "models" / "pediatric_pneumonia_keras2.h5"
    assert main(["explain", str(chest), "--json", "--model", str(model)]) == 0
    captured = capfd.readouterr()
    answer = json.loads(captured.out)
    assert answer["labels"] == ["Class 0", "Class 1"]
    assert captured.err.count("\n") == captured.err.count("note:") >= 1
    assert "no card" in captured.err


def test_layers(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "--json"]) == 0
    listed = json.loads(capfd.readouterr().out)
    assert sum(layer["auto"] for layer in listed) == 1
    auto = next(layer for layer in listed if layer["auto"])
    assert min(auto["rows"], auto["columns"]) >= 14
    assert set(auto) == {"name", "rows", "columns", "channels", "kind", "block", "stop", "auto"}
    stops = [layer for layer in listed if layer["stop"]]
    assert auto in stops
    assert len(stops) == len({layer["block"] for layer in listed}) < len(listed)
    assert main(["layers", resolve_model("default").path]) == 0
    text = capfd.readouterr().out
    marked = [line for line in text.splitlines() if line.startswith("*")]
    assert len(marked) == 1
    assert auto["name"] in marked[0]
    assert sum(line[3:4] == "+" for line in text.splitlines()) == len(stops)


def test_identity_stays_out_of_the_export(chest: Path, tmp_path: Path, explain: Any) -> None:
    import pydicom

    dataset = pydicom.dcmread(chest)
    dataset.PatientName = "CANARY^NAME"
    dataset.PatientID = "CANARY-ID"
    source = tmp_path / "CANARY-FILE.dcm"
    dataset.save_as(source)
    explain(source, "-o", tmp_path / "overlay.png", "--raw", tmp_path / "map.npz")
    for written in (tmp_path / "overlay.png", tmp_path / "map.npz"):
        assert b"CANARY" not in written.read_bytes()
    with Image.open(tmp_path / "overlay.png") as image:
        assert set(image.info) == {"Software", "Model", "Method", "Comment"}


def test_a_page_of_several_is_chosen_by_its_number(explain: Any, tmp_path: Path) -> None:
    pages, rng = tmp_path / "pages.tif", np.random.default_rng(5)
    shapes = [(90, 80), (70, 60)]
    images = [
        Image.fromarray(cv2.resize(rng.integers(0, 255, (6, 6), np.uint8), shape[::-1])) for shape in shapes
    ]
    images[0].save(pages, save_all=True, append_images=images[1:])
    images[1].save(tmp_path / "second.png")
    out = tmp_path / "overlay.png"
    found = explain(pages, "--frame", 2, "-o", out, "--no-lungs")
    assert found["probabilities"] == pytest.approx(
        explain(tmp_path / "second.png", "--no-lungs")["probabilities"], abs=1e-5
    )
    image = json.loads((tmp_path / "overlay.png.json").read_text())["scenes"][0]["image"]
    assert (image["frame"], image["rows"]) == (1, 70)
    for frame in ("0", "3"):
        assert main(["explain", str(pages), "--frame", frame]) == 1
