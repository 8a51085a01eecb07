"""Files of the program and of the user."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cxrviewer.paths import PART, atomic_path, config_dir, remove_parts, resource


def test_resources_are_there() -> None:
    for parts in (("icons", "open.svg"), ("theme", "dark.qss"), ("samples", "phantom-opacity.dcm")):
        assert resource(*parts).is_file()
    assert any(resource("models").glob("*.keras"))


def test_config_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path))
    assert config_dir() == tmp_path


def test_config_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXRVIEWER_CONFIG_DIR", raising=False)
    assert config_dir().is_absolute()
    assert "cxrviewer" in config_dir().parts


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        assert not target.exists()
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".png"
        temporary.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("problem", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_former_file_and_nothing_else(tmp_path: Path, problem: BaseException) -> None:
    target = tmp_path / "out.png"
    target.write_bytes(b"former")

    def write() -> None:
        with atomic_path(target) as temporary:
            temporary.write_bytes(b"half")
            raise problem

    with pytest.raises(type(problem)):
        write()
    assert target.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_before_anything_is_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at once"), atomic_path(tmp_path / "out.png"):
        raise ValueError("at once")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "missing" / "out.png"):
        raise AssertionError("the block must not run")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_the_file_may_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with atomic_path(tmp_path / "out.png") as temporary:
            temporary.touch()
        assert stat.S_IMODE((tmp_path / "out.png").stat().st_mode) == 0o640
    finally:
        assert os.umask(before) == 0o027, "the program's own umask is as it was"


@pytest.mark.skipif(os.name == "nt", reason="Windows limits whole paths instead")
@pytest.mark.parametrize("letter", ["a", "é", "胸"])
def test_the_longest_name_that_a_folder_takes_can_be_written(tmp_path: Path, letter: str) -> None:
    stem = letter * ((255 - len(".png")) // len(letter.encode()))
    target = tmp_path / f"{stem}.png"
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"


def test_what_was_being_written_is_cleared_away_where_that_is_allowed(
    tmp_path: Path, ordinary_user: Callable[[], None]
) -> None:
    for folder in ("open", "locked"):
        (tmp_path / folder / f"{PART}several").mkdir(parents=True)
        (tmp_path / folder / f"{PART}several" / "inner.dcm").touch()
        (tmp_path / folder / f"{PART}one.png").touch()
        (tmp_path / folder / "done.png").touch()
    remove_parts(tmp_path / "open")
    assert [path.name for path in (tmp_path / "open").iterdir()] == ["done.png"]
    ordinary_user()
    remove_parts(tmp_path / "locked")
    remove_parts(tmp_path / "gone")
