"""``cxrviewer compare`` on a real file with the built-in model: numbers, picture, reproduction, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cxrviewer.cli.main import main
from cxrviewer.paths import resource

SAMPLE = resource("samples", "phantom-opacity.dcm")


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def compare(capfd: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process and return the JSON that it prints."""

    def run(*arguments: object) -> dict[str, Any]:
        code = main(["compare", str(SAMPLE), "--json", *map(str, arguments)])
        captured = capfd.readouterr()
        assert (code, captured.err) == (0, "")
        answer: dict[str, Any] = json.loads(captured.out)
        return answer

    return run


def test_methods_and_classes_in_a_grid_that_can_be_made_again(compare, tmp_path: Path, capfd) -> None:
    path = tmp_path / "sheet.png"
    answer = compare("--methods", "grad-cam,hires-cam", "--targets", "0,Viral pneumonia", "-o", path)
    assert answer["compared"] == ["targets", "methods"]
    assert [(each["row"], each["column"], each["method"]) for each in answer["maps"]] == [
        (0, 0, "grad-cam"),
        (0, 1, "hires-cam"),
        (1, 0, "grad-cam"),
        (1, 1, "hires-cam"),
    ]
    assert answer["one_scale"]
    assert len({each["scale"]["maximum"] for each in answer["maps"]}) == 1
    # The built-in model ends in a global mean: there the two methods are the same (Draelos and Carin 2020).
    same = answer["agreement"][0]
    assert same["maps"] == [0, 1]
    assert same["rank_correlation"] == pytest.approx(1, abs=1e-3)
    assert same["peak_distance"] == 0
    assert same["overlap_top_tenth"] == pytest.approx(1, abs=0.05)
    with Image.open(path) as image:
        assert image.size[0] == 1920
        assert np.asarray(image).std() > 10
    assert main(["reproduce", f"{path}.json", "--image", str(SAMPLE)]) == 0
    assert "bit for bit" in capfd.readouterr().out


def test_a_model_beside_itself_agrees_in_everything(compare) -> None:
    identity = compare("--methods", "grad-cam,layer-cam")["maps"][0]["model"]["id"]
    answer = compare("--models", f"default,{identity}", "--targets", "1")
    assert answer["agreement"][0]["rank_correlation"] == pytest.approx(1)
    assert answer["agreement"][0]["peak_distance"] == 0


def test_people_read_maps_and_numbers(capfd) -> None:
    code = main(["compare", str(SAMPLE), "--methods", "grad-cam,layer-cam", "--own-scale"])
    captured = capfd.readouterr()
    lines = captured.out.splitlines()
    assert (code, captured.err) == (0, "")
    assert [line.split("  ")[:2] for line in lines[:2]] == [["1", "Grad-CAM"], ["2", "LayerCAM"]]
    assert lines[2].split("  ")[-1] == "peaks apart"
    assert "of the diagonal" in lines[3]
    assert lines[-2].startswith("Each map is scaled to its own maximum")
    assert lines[-1] == "Research and teaching: not for diagnosis."


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--methods", "grad-cam,no-cam"], 2, "There is no method 'no-cam'. Choose grad-cam"),
        (["--methods", "grad-cam,"], 2, "no list of names"),
        (["--layers", "auto,conv9"], 2, "The model has no spatial layer 'conv9'."),
        (["--targets", "0,Fracture"], 2, "The model has no class 'Fracture'. Choose top, Normal (0)"),
        (["--models", "default,nowhere.keras"], 1, "nowhere.keras: The model does not exist."),
        (["--methods", "occlusion,rise", "--layers", "a,b"], 2, "Occlusion explains the input"),
        (["--methods", "grad-cam,rise", "-o", "sheet.doc"], 1, "Let the name end in .png"),
        (["--methods", "grad-cam,rise", "-o", "nowhere/sheet.png"], 1, "The folder does not exist."),
    ],
)
def test_what_is_wrong_is_said_in_one_line(capfd, arguments: list[str], code: int, message: str) -> None:
    assert main(["compare", str(SAMPLE), *arguments]) == code
    captured = capfd.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert len([line for line in captured.err.splitlines() if "error:" in line]) == 1


def test_a_full_disk_is_told_and_stays_as_it_was(full_disk: Path, tmp_path: Path, capfd) -> None:
    sheet = tmp_path / "sheet.png"
    arguments = ["compare", str(SAMPLE), "--methods", "grad-cam,layer-cam", "-o"]
    before = {path.name: path.read_bytes() for path in full_disk.iterdir()}
    with _as_a_user_sees_it(capfd, full_disk / "former.png"):
        assert main([*arguments, str(full_disk / "former.png")]) == 1
    assert main([*arguments, str(sheet)]) == 0
    capfd.readouterr()
    with _as_a_user_sees_it(capfd, full_disk / "again.png"):
        again = ["--image", str(SAMPLE), "-o", str(full_disk / "again.png")]
        assert main(["reproduce", f"{sheet}.json", *again]) == 1
    assert {path.name: path.read_bytes() for path in full_disk.iterdir()} == before


@contextmanager
def _as_a_user_sees_it(capfd: pytest.CaptureFixture[str], path: Path) -> Iterator[None]:
    yield
    captured = capfd.readouterr()
    (line,) = captured.err.splitlines()
    assert f"error: {path}" in line
    assert "disk is full" in line or "The file" in line
