"""A writer that is killed leaves nothing under the name of its file, and two at once leave one whole file."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

import cv2
import pytest
from canary import write_marked
from marked import WRITERS, marked_scenes

from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.paths import PART, remove_parts


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Scene]:
    # Here, so that not each child does.
    for library in ("highdicom.seg", "highdicom.sr", "highdicom.pr", "matplotlib.backends.backend_pdf"):
        importlib.import_module(library)
    return marked_scenes(write_marked(tmp_path_factory.mktemp("scans") / "scan.dcm"))


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("writer", "suffix"), dict(WRITERS).items())
def test_killed_before_it_is_done(
    scenes: tuple[Scene, Scene], writer: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, options = tmp_path / f"former{suffix}", ExportOptions(writer, columns=2)
    path.write_bytes(b"as it was")

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        # All that has a name by now is as it would be after a kill at any moment before.
        monkeypatch.setattr(Path, "replace", die)
        monkeypatch.setattr(os, "replace", die)
        export(scenes, path, options)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert path.read_bytes() == b"as it was"
    left = [each.name for each in tmp_path.iterdir() if each != path]
    assert left
    assert all(name.startswith(PART) for name in left)
    remove_parts(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_two_at_once_leave_one_whole_file(scenes: tuple[Scene, Scene], tmp_path: Path) -> None:
    path, errors = tmp_path / "same.png", []

    def write(scene: Scene) -> None:
        try:
            for _ in range(5):
                export((scene,), path)
                assert cv2.imread(str(path)) is not None
                json.loads(path.with_name("same.png.json").read_bytes())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(scene,)) for scene in scenes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["same.png", "same.png.json"]
