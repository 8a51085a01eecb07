"""The real command, ended by Ctrl+C and by a kill at any moment, goes on where it was."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from cxrviewer.cli.main import main

if sys.platform == "win32":
    pytest.skip("no POSIX signals", allow_module_level=True)

FILES = 160
PATIENCE = 200.0


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for number in range(FILES):
        picture = cv2.resize(rng.integers(0, 255, (9, 9), dtype=np.uint8), (96, 80))
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def started(data: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "cxrviewer",
        "batch",
        str(data),
        "-o",
        str(output),
        *more,
    ]
    # A shell has programs in the background ignore Ctrl+C, these tests maybe, and theirs with them.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, former)
    return process


def wait_for_pictures(process: subprocess.Popen[str], output: Path, count: int) -> list[psutil.Process]:
    """Return the processes of a run once it has so many pictures."""
    start = time.monotonic()
    while len(list((output / "pictures").glob("[!.]*"))) < count:
        assert process.poll() is None, process.communicate()
        if time.monotonic() - start > PATIENCE:
            process.kill()
            raise AssertionError(process.communicate())
        time.sleep(0.02)
    return psutil.Process(process.pid).children(recursive=True)


def ended(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


def journal(output: Path) -> dict[str, str]:
    """Return the rows of the journal by their pictures."""
    with sqlite3.connect(output / "batch.sqlite") as connection:
        contents = [content for (content,) in connection.execute("SELECT content FROM rows")]
    connection.close()
    return {json.loads(content)["picture"]: content for content in contents}


@pytest.mark.timeout(600)
def test_ended_twice_a_batch_is_as_if_never_ended(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    first = started(data, output, "--no-sidecar")
    children = wait_for_pictures(first, output, 20)
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=PATIENCE)
    assert (first.returncode, out) == (130, "")
    assert f"of {FILES + 1} files" in err
    assert "Traceback" not in err
    assert ended(children)
    kept = journal(output)
    with (output / "results.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == len(kept) < FILES

    second = started(data, output, "--no-sidecar", "--resume")
    children = wait_for_pictures(second, output, len(kept) + random.randint(1, 60))
    second.kill()
    second.communicate()
    assert ended(children)
    after_kill = journal(output)
    assert kept.items() <= after_kill.items()
    times = {name: (output / "pictures" / name).stat().st_mtime_ns for name in after_kill if name}

    assert main(["batch", str(data), "-o", str(output), "--no-sidecar", "--resume"]) == 1
    assert after_kill.items() <= journal(output).items()
    assert all((output / "pictures" / name).stat().st_mtime_ns == when for name, when in times.items())
    with (output / "results.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["number"]) for row in rows] == list(range(1, FILES + 2))
    assert sorted(row["file"] for row in rows if row["error"]) == ["bad.png"]
    pictures = sorted((output / "pictures").iterdir())
    assert [path.name for path in pictures] == sorted(row["picture"] for row in rows if row["picture"])
    for path in pictures[::40]:
        assert cv2.imread(str(path)) is not None


def assert_whole(output: Path) -> dict[str, str]:
    """Check that every picture and sidecar under its own name is whole, and both agree; return the rows."""
    rows = journal(output) if (output / "batch.sqlite").exists() else {}
    for path in (output / "pictures").glob("[!.]*"):
        if path.suffix == ".json":
            json.loads(path.read_text())
        else:
            assert cv2.imread(str(path)) is not None, path
    for name in filter(None, rows):
        path = output / "pictures" / name
        recorded = json.loads(path.with_name(f"{name}.json").read_text())["file"]["sha256"]
        assert recorded == hashlib.sha256(path.read_bytes()).hexdigest()
    return rows


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_twenty_times_a_batch_loses_no_row_and_doubles_none(data: Path, tmp_path: Path) -> None:
    output, kept, met = tmp_path / "out", {}, 0
    for _ in range(20):
        process = started(data, output, "--resume")
        time.sleep(random.uniform(1, 7))
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        met += process.poll() is None
        process.kill()
        process.communicate()
        assert ended(children)
        rows = assert_whole(output)
        assert kept.items() <= rows.items()
        kept = rows
    assert met >= 5, "too fast to be killed"
    assert main(["batch", str(data), "-o", str(output), "--resume"]) == 1
    assert kept.items() <= assert_whole(output).items()
    with (output / "results.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert [int(row["number"]) for row in table] == list(range(1, FILES + 2))
    assert [row["file"] for row in table if row["error"]] == ["bad.png"]
    names = {row["picture"] for row in table if row["picture"]}
    assert {path.name for path in (output / "pictures").iterdir()} == names | {
        f"{name}.json" for name in names
    }
