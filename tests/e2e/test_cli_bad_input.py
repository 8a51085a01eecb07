"""Bad files, bad models and bad places to write to: one clear line, and nothing half-written left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrviewer.cli.main import main
from cxrviewer.explain.catalog import methods

Explain = Callable[..., str]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("CXRVIEWER_DEBUG", raising=False)


@pytest.fixture
def chest(shared_data: Path) -> Path:
    return shared_data / "dicom" / "gdcm-CR-MONO1-10-chest.dcm"


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def process(tmp_path: Path, outputs: Path) -> Explain:
    """Run the real program in a process in which TensorFlow leaves a mark; return its one line."""
    fake = tmp_path / "fake" / "tensorflow"
    fake.mkdir(parents=True)
    mark = tmp_path / "imported"
    (fake / "__init__.py").write_text(f"open({str(mark)!r}, 'w').close()\nraise SystemExit(99)\n")
    environment = {**os.environ, "PYTHONPATH": str(fake.parent)}

    def run(image: Path, *arguments: object, code: int = 1) -> str:
        command = [sys.executable, "-m", "cxrviewer", "explain", str(image), "--json"]
        places = ["-o", str(outputs / "overlay.png"), "--raw", str(outputs / "map.npz")]
        done = subprocess.run(
            [*command, *places, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert not mark.exists(), "TensorFlow was imported"
        assert not list(outputs.iterdir())
        return one_line(done.stderr)

    return run


@pytest.fixture
def here(outputs: Path, capfd: pytest.CaptureFixture[str]) -> Explain:
    """Run the command in this process, which pays for TensorFlow once; return its one line."""

    def run(image: Path, *arguments: object, code: int = 1) -> str:
        places = ["-o", str(outputs / "overlay.png"), "--raw", str(outputs / "map.npz")]
        ended = main(["explain", str(image), "--json", *places, *map(str, arguments)])
        captured = capfd.readouterr()
        assert (ended, captured.out) == (code, ""), captured.err
        assert not list(outputs.iterdir())
        return one_line(captured.err)

    return run


class Nobody:
    def handle(self, request: object) -> None:
        raise AssertionError(f"{request} was asked")


@pytest.fixture
def light(here: Explain, monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Run the command in this process, without TensorFlow and with nobody to answer; return its one line."""
    for name in ("tensorflow", "keras"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr("cxrviewer.explain.explainer.Explainer", Nobody)
    return here


def one_line(text: str) -> str:
    assert "Traceback" not in text
    assert text.count("\n") == 1, text
    assert text.startswith("cxrviewer explain: error: ")
    assert "internal error" not in text
    return text.removeprefix("cxrviewer explain: error: ").strip()


def truncated(path: Path, folder: Path) -> Path:
    data = path.read_bytes()
    cut = folder / f"cut{path.suffix}"
    cut.write_bytes(data[: len(data) * 2 // 3])
    return cut


def picture(folder: Path, suffix: str) -> Path:
    path = folder / f"picture{suffix}"
    pixels = np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8)
    assert cv2.imwrite(str(path), pixels)
    return path


def test_missing_image(tmp_path: Path, process: Explain) -> None:
    line = process(tmp_path / "not there.dcm")
    assert line.startswith(f"{tmp_path / 'not there.dcm'}: ")
    assert "not exist" in line


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"Dear colleague,\n" * 100, np.random.default_rng(3).bytes(5000)],
    ids=["empty", "one byte", "text", "noise"],
)
def test_no_image_at_all(content: bytes, tmp_path: Path, light: Explain) -> None:
    path = tmp_path / "letter.png"
    path.write_bytes(content)
    assert light(path).startswith(f"{path}: ")


def test_a_folder(tmp_path: Path, light: Explain) -> None:
    assert light(tmp_path).startswith(f"{tmp_path}: ")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tiff", ".bmp"])
def test_truncated_picture(suffix: str, tmp_path: Path, light: Explain) -> None:
    path = truncated(picture(tmp_path, suffix), tmp_path)
    assert light(path).startswith(f"{path}: ")


@pytest.mark.parametrize("name", ["gdcm-CR-MONO1-10-chest.dcm", "wg04_RG1_JLSN.dcm", "wg04_RG2_JPLL.dcm"])
def test_truncated_dicom(name: str, shared_data: Path, tmp_path: Path, light: Explain) -> None:
    path = truncated(shared_data / "dicom" / name, tmp_path)
    assert light(path).startswith(f"{path}: ")


def test_dicom_without_pixels(shared_data: Path, light: Explain) -> None:
    path = shared_data / "dicom" / "orthanc_canon_nopixels_MONO1.dcm"
    line = light(path)
    assert line.startswith(f"{path}: ")
    assert "no image" in line or "no pixel" in line


def test_dicom_that_claims_to_be_huge(chest: Path, tmp_path: Path, light: Explain) -> None:
    import pydicom

    dataset = pydicom.dcmread(chest)
    dataset.Rows = dataset.Columns = 46341
    path = tmp_path / "huge.dcm"
    dataset.save_as(path)
    line = light(path)
    assert line.startswith(f"{path}: ")
    assert "46341" in line


def test_unreadable_image(chest: Path, locked: Path) -> None:
    image = locked / "secret.dcm"
    code, out, error = ordinary_user("explain", image, "--json")
    assert (code, out) == (1, "")
    assert one_line(error).startswith(f"{image}: ")
    assert "permission" in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--method", "guided-backprop"], "grad-cam++"),
        (["--target", "Tuberculosis"], "Bacterial pneumonia"),
        (["--target", "3"], "Viral pneumonia"),
        (["--target", "not Tuberculosis"], "'not LABEL'"),
        (["--param", "top=5", "--method", "score-cam", "--param", "chanels=5"], "top (0 to 4096)"),
        (["--param", "top=5"], "has no parameters"),
        (["--param", "top", "--method", "score-cam"], "NAME=VALUE"),
        (["--param", "-1", "--method", "score-cam"], "NAME=VALUE"),
    ],
)
def test_unknown_choices_are_usage(arguments: list[str], words: str, chest: Path, light: Explain) -> None:
    line = light(chest, *arguments, code=2)
    assert repr(arguments[-1].partition("=")[0]) in line or repr(arguments[1].partition("=")[0]) in line
    assert words in line


@pytest.mark.parametrize("value", ["-1", "5000", "many", "1.5", "nan", ""])
def test_a_parameter_out_of_its_range_is_usage(value: str, chest: Path, light: Explain) -> None:
    line = light(chest, "--method", "score-cam", "--param", f"top={value}", code=2)
    assert f"{value!r} is no value of 'top'" in line
    assert "0 to 4096" in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "normal vs normal"], "against itself"),
        (["--method", "score-cam", "--param", "top=1", "--param", "top=2"], "set twice"),
        (["--fusion", "product"], "several layers"),
        (["--fusion", "product", "--layer", "auto"], "several layers"),
        (["--signed", "--colormap", "jet"], "coolwarm"),
        (["--colormap", "icefire"], "inferno"),
    ],
)
def test_options_that_contradict_one_another_are_usage(
    arguments: list[str], words: str, chest: Path, light: Explain
) -> None:
    assert words in light(chest, *arguments, code=2)


def test_a_layer_for_a_method_that_has_none_is_usage(chest: Path, light: Explain) -> None:
    method = next(spec for spec in methods() if not spec.uses_layer)
    line = light(chest, "--method", method.id, "--layer", "auto", code=2)
    assert "--layer" in line
    assert method.name in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--alpha", "1.5"],
        ["--alpha", "nan"],
        ["--colormap", "rainbow"],
        ["--threshold", "2"],
        ["--top-share", "-0.1"],
        ["--top-share", "0.1", "--threshold", "0.2"],
        ["--scale", "0"],
        ["--scale", "inf"],
        ["--scale", "wide"],
        ["--view", "raw"],
        ["--smoothing", "33"],
        ["--smoothing", "-1"],
        ["--fusion", "sum"],
    ],
)
def test_values_out_of_range_are_usage(
    arguments: list[str], chest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(chest), *arguments]) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert arguments[0] in captured.err.splitlines()[-1]


def test_unknown_layer_is_usage(chest: Path, here: Explain) -> None:
    line = here(chest, "--layer", "conv5_block16_concat", code=2)
    assert "'conv5_block16_concat'" in line
    assert "auto" in line
    assert "'elsewhere'" in here(chest, "--layer", "auto,elsewhere", code=2)


def test_missing_model(chest: Path, tmp_path: Path, process: Explain) -> None:
    path = tmp_path / "none.keras"
    line = process(chest, "--model", path)
    assert str(path) in line
    assert "not exist" in line


def test_damaged_card(chest: Path, tmp_path: Path, light: Explain) -> None:
    (tmp_path / "m.keras").write_bytes(b"")
    (tmp_path / "m.toml").write_text("id = [")
    assert str(tmp_path / "m.toml") in light(chest, "--model", tmp_path / "m.keras")


def test_damaged_model(shared_data: Path, chest: Path, here: Explain) -> None:
    path = shared_data / "models" / "truncated.keras"
    assert here(chest, "--model", path).startswith(f"{path}: ")


@pytest.mark.parametrize("content", [b"", b"not a model" * 50], ids=["empty", "text"])
def test_no_model_at_all(content: bytes, chest: Path, tmp_path: Path, here: Explain) -> None:
    for suffix in (".keras", ".h5"):
        path = tmp_path / f"m{suffix}"
        path.write_bytes(content)
        assert here(chest, "--model", path).startswith(f"{path}: ")


def test_model_without_a_spatial_layer(chest: Path, tmp_path: Path, here: Explain) -> None:
    import keras

    layers = [keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    path = tmp_path / "flat.keras"
    keras.Sequential(layers).save(path)
    line = here(chest, "--model", path, "--method", "grad-cam")
    assert line.startswith(f"{path}: ")
    assert "spatial" in line
    assert "spatial" in here(chest, "--model", path, "--layer", "flatten", code=2)


def test_model_with_a_lambda_layer_is_never_run(chest: Path, tmp_path: Path, here: Explain) -> None:
    import keras

    canary = tmp_path / "canary"
    inputs = keras.Input((16, 16, 1))
    hidden = keras.layers.Conv2D(2, 3)(inputs)
    hidden = keras.layers.Lambda(
        lambda x, p=str(canary): (open(p, "w").close(), x)[1],  # noqa: PTH123
        output_shape=(14, 14, 2),
    )(hidden)
    outputs = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(hidden))
    path = tmp_path / "lambda.keras"
    keras.Model(inputs, outputs).save(path)
    canary.unlink(missing_ok=True)
    line = here(chest, "--model", path)
    assert line.startswith(f"{path}: ")
    assert "Lambda" in line
    assert not canary.exists()


def test_model_with_an_unexpected_input(chest: Path, tmp_path: Path, here: Explain) -> None:
    import keras

    vector = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2)])
    five = keras.Sequential(
        [
            keras.Input((16, 16, 5)),
            keras.layers.Conv2D(2, 3),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2),
        ]
    )
    for number, model in enumerate((vector, five)):
        path = tmp_path / f"odd{number}.keras"
        model.save(path)
        assert here(chest, "--model", path).startswith(f"{path}: ")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that an ordinary user cannot write to, with a file that one cannot read."""
    if sys.platform == "win32":
        pytest.skip("no POSIX permissions")
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "secret.dcm").write_bytes(b"secret")
    (folder / "secret.dcm").chmod(0)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def ordinary_user(*arguments: object) -> tuple[int, str, str]:
    """Run the program without root's right to pass over permissions; return exit code, output and error."""
    command = [sys.executable, "-m", "cxrviewer", *map(str, arguments)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may write everywhere, and there is no setpriv")
        command = [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_output_folder_without_permission(chest: Path, locked: Path) -> None:
    for option, name in (("-o", "overlay.png"), ("--raw", "map.npz")):
        code, out, error = ordinary_user("explain", chest, option, locked / name)
        assert (code, out) == (1, "")
        assert (
            one_line(error)
            == f"{locked / name}: There is no permission to write here. Choose another folder."
        )
    assert [path.name for path in locked.iterdir()] == ["secret.dcm"]


def test_output_folder_that_does_not_exist(chest: Path, tmp_path: Path, process: Explain) -> None:
    path = tmp_path / "none" / "overlay.png"
    assert str(path) in process(chest, "-o", path)
    assert not path.parent.exists()


def test_output_of_an_unknown_kind(chest: Path, tmp_path: Path, light: Explain) -> None:
    assert ".png" in light(chest, "-o", tmp_path / "overlay.webm")
    assert ".npz" in light(chest, "--raw", tmp_path / "map.csv")


def test_output_over_the_input(tmp_path: Path, light: Explain) -> None:
    path = picture(tmp_path, ".png")
    data = path.read_bytes()
    assert "the image itself" in light(path, "-o", path)
    assert path.read_bytes() == data


def test_full_disk(chest: Path, tiny_disk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tiny_disk / "overlay.png"
    path.write_bytes(b"the former export")
    assert main(["explain", str(chest), "-o", str(path)]) == 1
    captured = capfd.readouterr()
    assert captured.out == ""
    assert one_line(captured.err).startswith(f"{path}: The disk is full.")
    assert path.read_bytes() == b"the former export"
    assert [entry.name for entry in tiny_disk.iterdir()] == ["overlay.png"]
