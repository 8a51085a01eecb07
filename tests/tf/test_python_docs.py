"""The examples of docs/python.md, run as a script of a user: without a guard, in a folder of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from pypdf import PdfReader

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "resources" / "samples"
LIGHT = """
import sys
assert not {"numpy", "tensorflow", "keras", "PySide6"} & set(sys.modules), "import cxrviewer is to be light"
"""
END = """
assert not any(name.startswith("PySide6") for name in sys.modules)
"""


def test_the_examples_do_what_they_say(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "example.py").write_text("\n".join([first, LIGHT, *others, END]), encoding="utf-8")
    shutil.copy(SAMPLES / "phantom-opacity.dcm", tmp_path / "chest.dcm")
    (tmp_path / "scans").mkdir()
    for number in range(3):
        picture = cv2.resize(np.random.default_rng(number).integers(0, 255, (9, 9), dtype=np.uint8), (90, 80))
        cv2.imwrite(str(tmp_path / "scans" / f"{number}.png"), picture)
    (tmp_path / "scans" / "bad.png").touch()

    ran = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert "missing.dcm: The file does not exist." in ran.stdout
    assert ran.stdout.count("Pneumonia 0.") == 1
    assert "4 1 results/summary.html" in ran.stdout
    table = pq.read_table(tmp_path / "results" / "results.parquet").to_pylist()
    assert [row["file"] for row in table if row["error"]] == ["bad.png"]
    assert [path.name for path in sorted((tmp_path / "run" / "heatmaps").iterdir())] == [
        "epoch-001.png",
        "epoch-002.png",
    ]
    drawn = ("overlay.png", "figure.png", "run/heatmaps/epoch-002.png")
    for path in (tmp_path / name for name in drawn):
        assert np.asarray(Image.open(path)).std() > 10
    assert (tmp_path / "overlay.png.json").exists()
    assert len(PdfReader(tmp_path / "report.pdf").pages) == 1
    assert np.load(tmp_path / "map.npz")["attribution"].shape == (14, 14)
    # The script itself ran once: its processes did not begin with it.
    assert ran.stdout.count("missing.dcm") == 1
