"""A planted blob is at one place in all panes of every layout, at whole and broken scale factors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("factor", ["1", "1.25", "2"])
def test_blob_peak_and_cursor_are_at_one_place_in_all_panes(factor: str, tmp_path: Path) -> None:
    script = Path(__file__).with_name("pane_alignment.py")
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join((*map(str, script.parents[:3]), os.environ.get("PYTHONPATH", ""))),
        "QT_SCALE_FACTOR": factor,
        "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough",
        "CXRVIEWER_CONFIG_DIR": str(tmp_path / "config"),
    }
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    passed = done.stdout.split("\n")
    assert {"beside", "methods", "SIDE_BY_SIDE", "STACKED", "THREE", "FOUR", "another image"} <= set(passed)
