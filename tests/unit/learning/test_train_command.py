from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
