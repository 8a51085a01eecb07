"""A method that takes long, at a terminal: how far it has got, and Ctrl+C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.cli.progress import ProgressLine
from cxrviewer.explain.request import Progress
from cxrviewer.models.prediction import Prediction

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals", allow_module_level=True)

import pty

SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "phantom-opacity.dcm"
LONG = ["--method", "score-cam", "--param", "top=0", "--smoothing", "32"]
PATIENCE = 120.0
SHARE = re.compile(r"\rScore-CAM (\d+) %")


class Terminal:
    """The program with its standard error on a terminal.

    Parameters
    ----------
    arguments : str
        Of ``cxrviewer explain``.
    """

    def __init__(self, *arguments: str) -> None:
        self._end, other = pty.openpty()
        command = [sys.executable, "-m", "cxrviewer", "explain", str(SAMPLE), *arguments]
        # A shell has programs in the background ignore Ctrl+C, these tests maybe, and theirs with them.
        former = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=other, text=True)
        signal.signal(signal.SIGINT, former)
        os.close(other)
        self.text = ""

    def read_until(self, wanted: re.Pattern[str]) -> None:
        start = time.monotonic()
        while not wanted.search(self.text):
            assert time.monotonic() - start < PATIENCE, self.text
            assert self._read(), self.text

    def read_all(self) -> None:
        while self._read():
            pass
        os.close(self._end)

    def _read(self) -> bool:
        try:
            data = os.read(self._end, 4096)
        except OSError:
            # The program has closed its side.
            return False
        self.text += data.decode()
        return bool(data)


def test_interrupting_a_long_method_ends_it_at_once(tmp_path: Path) -> None:
    places = ["-o", str(tmp_path / "overlay.png"), "--raw", str(tmp_path / "map.npz")]
    terminal = Terminal(*LONG, *places)
    terminal.read_until(SHARE)
    start = time.monotonic()
    terminal.process.send_signal(signal.SIGINT)
    terminal.read_all()
    out, _ = terminal.process.communicate(timeout=PATIENCE)
    seconds = time.monotonic() - start
    assert (terminal.process.returncode, out) == (130, "")
    last = terminal.text.splitlines()[-1]
    assert last.rpartition("\r")[2] == "cxrviewer explain: error: interrupted"
    assert not list(tmp_path.iterdir())
    assert seconds < 10, "the whole takes minutes"


def test_progress_rises_and_is_wiped() -> None:
    terminal = Terminal("--method", "score-cam", "--param", "top=4", "--smoothing", "3", "--json")
    terminal.read_all()
    out, _ = terminal.process.communicate(timeout=PATIENCE)
    assert terminal.process.returncode == 0
    assert '"method": "score-cam"' in out
    shares = [int(share) for share in SHARE.findall(terminal.text)]
    assert shares == sorted(shares)
    assert len(set(shares)) > 1
    assert shares[-1] <= 100
    assert re.search(r"%\r +\r$", terminal.text)
    assert "\n" not in terminal.text


def test_no_progress_where_standard_error_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    logits = np.zeros(2, np.float32)
    with ProgressLine() as line:
        line.title = "Score-CAM"
        assert line.report(Progress(0, 0.5, Prediction(logits, logits)))
    assert capsys.readouterr() == ("", "")
