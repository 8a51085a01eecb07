"""The program as a process: what it imports, what it shows without a display, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrviewer.paths import resource

SAMPLE = str(resource("samples", "phantom-opacity.dcm"))

_RUN = """
import sys
from cxrviewer.cli.main import main

if __name__ == "__main__":
    code = main(sys.argv[1:])
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
    sys.exit(code)
"""
"""The program, and what it has imported at its end."""


def _environment(config: Path) -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "CXRVIEWER_CONFIG_DIR": str(config)}


@pytest.fixture(scope="module")
def screenshot(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run the program without a display, as ``make run`` does there."""
    folder = tmp_path_factory.mktemp("shot")
    environment = _environment(folder / "config")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    target, script = folder / "new" / "window.png", folder / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), "--screenshot", str(target), SAMPLE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return target, done


def test_screenshot_shows_the_window_with_a_heatmap(screenshot):
    target, done = screenshot
    assert done.returncode == 0, done.stderr
    assert str(target) in done.stdout
    picture = cv2.imread(str(target)).astype(int)
    assert picture.shape == (800, 1280, 3)
    canvas = picture[150:700, 300:900]
    assert (np.ptp(canvas, axis=2) > 60).mean() > 0.01, "no colours over the image"
    assert [entry.name for entry in target.parent.iterdir()] == [target.name]


def test_window_process_never_imports_tensorflow(screenshot):
    loaded = set(screenshot[1].stdout.splitlines()[-1].split())
    assert {"PySide6", "numpy", "cv2"} <= loaded
    assert not loaded & {"tensorflow", "keras", "matplotlib", "h5py", "pydicom"}


def test_without_a_display_the_window_says_what_to_do(tmp_path):
    environment = _environment(tmp_path)
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have a display")
    done = subprocess.run(
        [sys.executable, "-m", "cxrviewer", SAMPLE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "display" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_unreadable_image_ends_a_screenshot_with_one_line(tmp_path):
    target, missing = tmp_path / "w.png", tmp_path / "no.dcm"
    done = subprocess.run(
        [sys.executable, "-m", "cxrviewer", "--screenshot", str(target), str(missing)],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "no.dcm" in done.stderr
    assert "Traceback" not in done.stderr
    assert not target.exists()
