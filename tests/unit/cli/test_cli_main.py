"""Dispatch between the window and the commands, and how a command ends."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cxrviewer import __version__, app
from cxrviewer.cli.guard import guarded
from cxrviewer.cli.listing import print_json, print_table
from cxrviewer.cli.main import COMMANDS, main
from cxrviewer.cli.streams import hushed
from cxrviewer.errors import ImageReadError, UsageError

GUIDE = (Path(__file__).parents[3] / "docs" / "guide.md").read_text(encoding="utf-8") + "--output --help"
"""Where every option is; -o and -h are known by their short names."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Path], Path | None, bool]]:
    """What the window was asked to open, where its picture goes, and whether it is to be a new one."""
    calls: list[tuple[list[Path], Path | None, bool]] = []

    def run(paths: list[Path], *, screenshot: Path | None = None, new_window: bool = False) -> int:
        calls.append((paths, screenshot, new_window))
        return 0

    monkeypatch.setattr(app, "run", run)
    return calls


def raising(error: BaseException) -> int:
    raise error


def test_paths_open_the_window(opened: list[tuple[list[Path], Path | None, bool]]) -> None:
    assert main([]) == 0
    assert main(["a b.dcm", "folder"]) == 0
    assert main(["--", "-odd.dcm"]) == 0
    assert main(["--screenshot", "shot.png", "./models"]) == 0
    assert main(["--new-window", "a.png"]) == 0
    assert opened == [
        ([], None, False),
        ([Path("a b.dcm"), Path("folder")], None, False),
        ([Path("-odd.dcm")], None, False),
        ([Path("models")], Path("shot.png"), False),
        ([Path("a.png")], None, True),
    ]


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)
    assert "not for diagnosis" in text
    assert "screenshot" not in text
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cxrviewer {__version__}\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_examples_that_it_understands(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: cxrviewer {command}")
    assert "not for diagnosis" in told
    assert told.isascii()
    assert max(map(len, told.splitlines())) < 110
    options = re.findall(r"--[a-z-]+", told.partition("\n\n")[0])
    assert [option for option in options if option not in GUIDE] == []
    examples = re.findall(r"^  cxrviewer (.*)$", told.partition("\nexamples:\n")[2], re.MULTILINE)
    assert examples
    understood: list[argparse.Namespace] = []
    module = importlib.import_module(f"cxrviewer.cli.{command}")
    monkeypatch.setattr(module, "run", lambda arguments: understood.append(arguments) or 0)
    for example in examples:
        assert main(shlex.split(example)) == 0, capsys.readouterr().err
    assert len(understood) == len(examples) - ("--list" in told)


def test_a_slip_is_no_file_to_be_opened(
    opened: list[tuple[list[Path], Path | None, bool]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["explian", "chest.dcm"]) == 2
    assert "'explain'" in capsys.readouterr().err
    assert not opened
    (tmp_path / "batsch").touch()
    assert main([str(tmp_path / "batsch"), "b.dcm"]) == 0
    assert main(["scan.dcm", "b.dcm"]) == 0
    assert len(opened) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_while_something_is_imported_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import atexit, os, signal\natexit.register(os.abort)\nos.kill(os.getpid(), signal.SIGINT)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "cxrviewer", "layers"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        # A shell has programs in the background ignore Ctrl+C, these tests maybe.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "cxrviewer layers: error: interrupted\n"


@pytest.mark.parametrize(
    "arguments", [["--unknown"], ["explain"], ["methods", "rise", "extra"], ["batch", "a.png", "-o", ""]]
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"cxrviewer( \w+)?: error: .* See 'cxrviewer( \w+)? --help'.\n", captured.err)


def test_nothing_heavy_is_imported_on_the_way_to_the_window() -> None:
    code = (
        "import sys, cxrviewer.__main__, cxrviewer.cli.main\n"
        "print(sorted({'argparse', 'numpy', 'PySide6', 'tensorflow', 'json'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            ImageReadError("It is cut off.", "Copy it again.", Path("a.dcm")),
            1,
            "a.dcm: It is cut off. Copy it again.",
        ),
        (UsageError("No such\nclass."), 2, "No such class."),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_an_error_is_one_line(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded("prog", lambda: raising(error)) == code
    assert capsys.readouterr() == ("", f"prog: error: {line}\n")


def test_a_defect_is_one_line_without_the_content_of_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CXRVIEWER_DEBUG", raising=False)
    assert guarded("prog", lambda: raising(ValueError("Doe^Jane"))) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "internal error: ValueError" in captured.err
    assert "CXRVIEWER_DEBUG" in captured.err
    assert "Jane" not in captured.err
    monkeypatch.setenv("CXRVIEWER_DEBUG", "1")
    with pytest.raises(ValueError, match="Jane"):
        guarded("prog", lambda: raising(ValueError("Doe^Jane")))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_name_gives_no_orders_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    error = ImageReadError("The file is empty.", "", Path("\x1b]0;title\x07\u202egnp.exe"))
    assert guarded("cxrviewer", lambda: raising(error)) == 1
    said = r"cxrviewer: error: \x1b]0;title\x07\u202egnp.exe: The file is empty." "\n"
    assert capsys.readouterr().err == said


def test_a_reader_that_goes_away_is_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "cxrviewer", "methods"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_behind_standard_output_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cxrviewer", "methods"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        b"cxrviewer methods: error: Standard output could not be written: the disk is full.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    program = f"exec '{sys.executable}' -m cxrviewer"
    listed = subprocess.run(["sh", "-c", f"{program} methods {closed}"], capture_output=True, check=False)
    assert (listed.returncode, listed.stderr) == (0, b"")
    wrong = subprocess.run(
        ["sh", "-c", f"{program} explain none.png {closed}"], capture_output=True, check=False
    )
    assert wrong.returncode == 1
    assert wrong.stdout == b""


def test_hushed_discards_what_native_code_writes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CXRVIEWER_DEBUG", raising=False)
    os.write(1, b"before\n")
    with hushed():
        os.write(1, b"noise on 1")
        os.write(2, b"noise on 2")
    os.write(1, b"after\n")
    assert capfd.readouterr() == ("before\nafter\n", "")


def test_hushed_ends_with_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), hushed():
        raise KeyError
    os.write(2, b"still there\n")
    assert capfd.readouterr() == ("", "still there\n")


def test_hushed_shows_everything_on_standard_error_for_debugging(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXRVIEWER_DEBUG", "1")
    with hushed():
        os.write(1, b"noise")
    assert capfd.readouterr() == ("", "noise")


def test_json_is_always_valid(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1.5, float("nan"), float("-inf")], "label": "Ж"})
    assert json.loads(capsys.readouterr().out) == {"a": [1.5, None, None], "label": "Ж"}


def test_table_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("a", "long name", "x"), ("bbb", "b", "")])
    assert capsys.readouterr().out == "a    long name  x\nbbb  b\n"
