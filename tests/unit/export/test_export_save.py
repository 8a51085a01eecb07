"""Writing to the disk: what is refused, and what is left behind when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrviewer.errors import ExportError
from cxrviewer.export.provenance import check_sidecar
from cxrviewer.export.save import check_destination, picture_suffixes, save_picture

PICTURE = np.random.default_rng(2).integers(0, 256, (120, 90, 3), np.uint8)

WRITE_UNDER_A_LIMIT = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from cxrviewer.errors import ExportError
from cxrviewer.export.save import save_picture

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
picture = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
try:
    save_picture(picture, Path(sys.argv[1]), {})
except ExportError as error:
    print(error)
"""


@pytest.fixture
def locked(ordinary_user: Callable[[], None]) -> Iterator[Path]:
    """A folder without write permission, seen by an ordinary user: root may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "locked")
        folder.mkdir()
        Path(name).chmod(0o755)
        folder.chmod(0o555)
        # The writers are imported while the program's own files can still be read.
        assert picture_suffixes()
        ordinary_user()
        yield folder
        os.seteuid(os.getuid())


def test_pixels_and_texts_come_back(tmp_path: Path) -> None:
    path = tmp_path / "Übersicht 1.PNG"
    save_picture(PICTURE, path, {"Software": "CXR Viewer", "Model": "modèle Ж"})
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), PICTURE)
        assert image.info == {"Software": "CXR Viewer", "Model": "modèle Ж"}
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["overlay.gif", "overlay", "overlay.png.txt", ".png"])
def test_unknown_format_names_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"end in \.png"):
        save_picture(PICTURE, tmp_path / name, {})
    assert not list(tmp_path.iterdir())


def test_the_image_itself_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "image.png"
    source.write_bytes(b"the patient")
    alias = tmp_path / "alias.png"
    alias.symlink_to(source)
    hard = tmp_path / "hard.png"
    hard.hardlink_to(source)
    for path in (source, alias, hard, tmp_path / "." / "image.png"):
        with pytest.raises(ExportError, match="the image itself"):
            save_picture(PICTURE, path, {}, source)
    assert source.read_bytes() == b"the patient"


def test_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "none" / "overlay.png"
    with pytest.raises(ExportError, match="folder does not exist") as caught:
        save_picture(PICTURE, path, {})
    assert caught.value.path == path
    assert not path.parent.exists()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="folder does not exist"):
        save_picture(PICTURE, tmp_path / "file" / "overlay.png", {})


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "overlay.png").mkdir()
    with pytest.raises(ExportError, match="not a file"):
        save_picture(PICTURE, tmp_path / "overlay.png", {})


def test_too_long_a_name(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="too long"):
        save_picture(PICTURE, tmp_path / ("x" * 300 + ".png"), {})


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No file can have this name"):
        check_destination(tmp_path / "a\0b.png", (".png",))
    # Of the file itself there can be one, but not of that which lies beside it.
    with pytest.raises(ExportError, match="too long"):
        check_sidecar(tmp_path / f"{'x' * 250}.png")


def test_no_permission(locked: Path) -> None:
    with pytest.raises(ExportError, match="no permission") as caught:
        save_picture(PICTURE, locked / "overlay.png", {})
    assert caught.value.hint
    assert caught.value.path == locked / "overlay.png"
    assert not list(locked.iterdir())


def test_full_disk_leaves_the_former_file_and_nothing_else(tiny_disk: Path) -> None:
    path = tiny_disk / "overlay.png"
    save_picture(PICTURE[:20, :20], path, {})
    former = path.read_bytes()
    large = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    with pytest.raises(ExportError, match="disk is full") as caught:
        save_picture(large, path, {})
    assert caught.value.path == path
    assert path.read_bytes() == former
    assert [entry.name for entry in tiny_disk.iterdir()] == ["overlay.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit")
def test_a_write_that_fails_half_way(tmp_path: Path) -> None:
    path = tmp_path / "overlay.png"
    done = subprocess.run(
        [sys.executable, "-c", WRITE_UNDER_A_LIMIT, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{path}: The file grew beyond what the system allows.")
    assert not list(tmp_path.iterdir())


def test_the_check_before_writes_nothing(tmp_path: Path) -> None:
    check_destination(tmp_path / "overlay.png", picture_suffixes())
    assert not list(tmp_path.iterdir())
