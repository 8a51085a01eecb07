"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"

FORMER = ("former.png", "former.npz")
"""Files of a disk that is full, a block each."""
FORMER_CONTENT = b"as it was before"


@pytest.fixture
def ordinary_user() -> Iterator[Callable[[], None]]:
    """Return a call from which on the test runs without root's right to read and write everything."""
    if sys.platform == "win32":
        pytest.skip("no POSIX permissions")
    was_root = os.geteuid() == 0

    def become() -> None:
        if was_root:
            os.seteuid(65534)

    yield become
    if was_root:
        os.seteuid(0)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _mounted(disk, "64k"):
        pytest.skip("mounting a small disk needs privileges")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk without room, but for the files `FORMER` that are there and of a few bytes.

    Where no disk can be mounted, no file can grow beyond a few bytes while the test runs.
    """
    disk = tmp_path / "full"
    disk.mkdir()
    mounted = _mounted(disk, f"{4 * len(FORMER)}k")
    for name in FORMER:
        (disk / name).write_bytes(FORMER_CONTENT)
    if mounted:
        yield disk
        subprocess.run(["umount", str(disk)], check=True)
        return
    if sys.platform == "win32":
        pytest.skip("neither a small disk nor a limit to the size of files")
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(FORMER_CONTENT), limits[1]))
    yield disk
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _mounted(folder: Path, size: str) -> bool:
    if sys.platform != "linux" or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of public test data that lies beside the checkout."""
    if not _SHARED.is_dir():
        pytest.skip("the test data folder 'shared/data' is not beside this checkout")
    return _SHARED


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Return the class of the Qt application that all tests share: the program's own."""
    from cxrviewer.ui.application import Application

    return Application
