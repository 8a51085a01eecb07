"""The program as a process: what it imports, what it shows without a display, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrviewer.paths import resource

SAMPLE = str(resource("samples", "phantom-opacity.dcm"))

_LOOK = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop
from cxrviewer import app
from cxrviewer.engine.reader import Reader

def main():
    engine, ready = app.start_engine()
    app.make_application()
    window = app.make_window(engine, ready, Reader())
    window.show()
    loop = QEventLoop()
    window.controller.changed.connect(lambda shown: loop.quit() if shown.heatmap is not None else None)
    window.commands.open_paths([Path(sys.argv[1])])
    loop.exec()
    roots = {name.partition(".")[0] for name in sys.modules}
    window.close()
    print(json.dumps(sorted(roots)))

if __name__ == "__main__":
    main()
"""


def _environment(config: Path) -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "CXRVIEWER_CONFIG_DIR": str(config)}


def test_window_process_never_imports_tensorflow(tmp_path):
    script = tmp_path / "look.py"
    script.write_text(_LOOK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), SAMPLE],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"PySide6", "numpy", "cv2"} <= loaded
    assert not loaded & {"tensorflow", "keras", "matplotlib", "h5py", "pydicom"}


@pytest.fixture(scope="module")
def screenshot(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run the program without a display, as ``make run`` does there."""
    folder = tmp_path_factory.mktemp("shot")
    environment = _environment(folder / "config")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    target = folder / "new" / "window.png"
    done = subprocess.run(
        [sys.executable, "-m", "cxrviewer", "--screenshot", str(target), SAMPLE],
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
