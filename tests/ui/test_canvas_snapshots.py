"""What is on the screen, pixel by pixel, at the scale factors of screens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("canvas_snapshots.py")
ROOT = SCRIPT.parents[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fonts and rounding differ elsewhere")
@pytest.mark.parametrize("factor", ["1", "1.25", "1.5", "2"])
def test_the_screen_shows_what_numpy_says_it_should(factor: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": factor,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ratio"] == float(factor)
    far = {name: share for name, share in found["shares"].items() if share < 0.995}
    assert not far, f"pictures of the differences are in {tmp_path}"
