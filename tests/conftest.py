"""Fixtures that every test may use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


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
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk needs privileges")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


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
