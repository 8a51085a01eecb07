from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrviewer.cli.main import main

CHILD = """
import sys
from cxrviewer.registry import drop_ins
drop_ins("cxrviewer.learning.recipes"); drop_ins("cxrviewer.models.architectures")
import cxrviewer.cli.train, cxrviewer.learning.training, cxrviewer.learning.run_folder
sys.exit(", ".join(sorted({"tensorflow", "keras"} & set(sys.modules))) or 0)
"""


def test_recipes_and_architectures_are_listed_without_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_unknown_recipe_names_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", "adult-fractures", "--data", str(tmp_path), "-o", str(tmp_path / "out")])
    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == 1
    assert "adult-fractures" in lines[0]
    assert "paediatric-pneumonia" in lines[0]


def test_missing_data_is_one_line_and_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code = main(["train", "paediatric-pneumonia", "--data", str(tmp_path / "none"), "-o", str(out)])
    lines = capsys.readouterr().err.splitlines()
    assert code == 1
    assert len(lines) == 1
    assert str(tmp_path / "none") in lines[0]
    assert not out.exists()


@pytest.mark.parametrize(
    "option", [["--epochs", "0"], ["--epochs", "two"], ["--seed", "-1"], ["--seed", str(2**32)]]
)
def test_numbers_out_of_range_are_usage_errors(option: list[str], tmp_path: Path) -> None:
    arguments = ["train", "paediatric-pneumonia", "--data", str(tmp_path), "-o", str(tmp_path), *option]
    assert main(arguments) == 2


def test_recipes_are_listed_whatever_else_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines[1:]]
    assert listed[:2] == ["paediatric-pneumonia", "lung-field"]
    published = {
        "resnet50-frozen",
        "resnet50-finetuned",
        "mobilenetv2-covid",
        "densenet121-multilabel",
        "vgg19-pli",
    }
    assert published <= set(listed)


def refused(capsys: pytest.CaptureFixture[str], recipe: str, data: Path, *options: str) -> str:
    out = data.parent / "out"
    assert main(["train", recipe, "--data", str(data), "-o", str(out), *options]) in (1, 2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert not out.exists()
    return lines[0]


def test_data_that_do_not_go_with_a_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    for name in ("a", "b", "c"):
        (data / name).mkdir(parents=True)
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(data / name / "1.png")
    assert "the data have 3: a, b, c" in refused(capsys, "resnet50-frozen", data)
    assert "no class 'a'" in refused(capsys, "densenet121-multilabel", data)
    table = data / "table.csv"
    table.write_text("file,label\na/1.png,x|y\nb/1.png,x\nc/1.png,y\n")
    assert "exactly one class an image; 1.png has not" in refused(capsys, "vgg19-pli", table)


def test_settings_and_weights_that_there_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    assert "no ImageNet weights" in refused(capsys, "lung-field", data, "--weights", "imagenet")
    assert "no setting 'heatmaps'" in refused(capsys, "lung-field", data, "--heatmaps", "3")
    assert "'balance' is no 'odd'" in refused(capsys, "vgg19-pli", data, "--set", "balance=odd")
