"""Each writer on a disk without room: one message, and nothing half-written."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from canary import write_marked
from marked import WRITERS, marked_scenes

from cxrviewer.errors import ExportError
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Scene]:
    return marked_scenes(write_marked(tmp_path_factory.mktemp("scans") / "scan.dcm"))


def contents(disk: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in disk.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("writer", "suffix"), WRITERS)
def test_each_writer(scenes: tuple[Scene, Scene], writer: str, suffix: str, full_disk: Path) -> None:
    path = full_disk / f"former{suffix}"
    before = contents(full_disk)
    with pytest.raises(ExportError) as caught:
        export(scenes, path, ExportOptions(writer, columns=2))
    limited = r"The file (grew beyond|could not be written)"
    assert re.match(r"The disk is full\." if full_disk.is_mount() else limited, caught.value.message)
    assert caught.value.path in (path, path.with_name(f"{path.name}.json"))
    assert contents(full_disk) == before


def test_room_for_the_export_but_not_for_what_tells_of_it(
    scenes: tuple[Scene, Scene], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def no_room(self: Path, data: bytes) -> int:
        if self.suffix == ".json":
            raise OSError(errno.ENOSPC, "no space left")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(ExportError, match="disk is full") as caught:
        export(scenes, tmp_path / "new.png")
    assert caught.value.path == tmp_path / "new.png.json"
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_held_fast_keeps_its_sidecar(
    scenes: tuple[Scene, Scene], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "held.png"
    export(scenes, path)
    before = contents(tmp_path)
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target == path:
            raise PermissionError(errno.EACCES, "open in another program")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(ExportError, match="permission"):
        export(scenes, path, ExportOptions(caption=False))
    assert contents(tmp_path) == before
