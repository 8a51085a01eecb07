"""What a window hears from later starts of the program, and from others who try."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from cxrviewer.session import handover
from cxrviewer.ui import second_starts
from cxrviewer.ui.second_starts import SecondStarts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets are pipes on Windows")


@pytest.fixture(autouse=True)
def desktop(monkeypatch) -> Iterator[Path]:
    """Return a folder for sockets that no other test uses; its path is short, as those of sockets must be."""
    folder = Path(tempfile.mkdtemp(prefix="cxr"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def starts(qtbot) -> Iterator[SecondStarts]:
    made = SecondStarts()
    assert made.listen()
    yield made
    made.close()


@pytest.fixture
def asked(starts) -> list:
    heard: list = []
    starts.asked.connect(heard.append)
    return heard


def _aside(action) -> Future:
    """Run an action in a thread, as the window's own must answer meanwhile."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(action)
    pool.shutdown(wait=False)
    return future


def _done(qtbot, action):
    future = _aside(action)
    qtbot.waitUntil(future.done, timeout=10_000)
    return future.result()


def test_files_are_handed_over_as_absolute_paths(qtbot, asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [Path("a b.dcm"), Path("ü\nx.png"), Path("/far/c.png"), Path(os.fsdecode(b"\xff.dcm"))]
    assert _done(qtbot, lambda: handover.hand_over(names))
    assert asked == [tuple(tmp_path / name for name in names)]


def test_many_files_are_handed_over(qtbot, asked):
    names = [Path("/") / f"{number:04} {'a' * 200}" for number in range(4000)]
    assert _done(qtbot, lambda: handover.hand_over(names))
    assert asked == [tuple(names)]


def test_without_files_the_window_is_asked_to_show_itself(qtbot, asked):
    assert _done(qtbot, lambda: handover.hand_over([]))
    assert asked == [()]


def test_nobody_takes_files_where_no_window_is():
    assert not handover.hand_over([Path("/a.png")])


def test_a_socket_that_outlived_its_program_is_no_window_and_gives_way(qtbot):
    left = socket.socket(socket.AF_UNIX)
    left.bind(handover.address())
    left.close()
    assert Path(handover.address()).exists()
    assert not handover.hand_over([Path("/a.png")])
    made = SecondStarts()
    assert made.listen()
    heard: list = []
    made.asked.connect(heard.append)
    assert _done(qtbot, lambda: handover.hand_over([Path("/a.png")]))
    made.close()
    assert heard == [(Path("/a.png"),)]
    assert not Path(handover.address()).exists()


def test_one_window_listens_and_the_other_does_not_take_its_place(qtbot, asked):
    other = SecondStarts()
    assert not other.listen()
    assert _done(qtbot, lambda: handover.hand_over([Path("/a.png")]))
    other.close()
    assert asked == [(Path("/a.png"),)]


def test_a_window_that_is_stuck_is_not_waited_for(starts, monkeypatch):
    monkeypatch.setattr(handover, "PATIENCE", 0.05)
    assert not handover.hand_over([Path("/a.png")])


@pytest.mark.parametrize("variable", ["DISPLAY", "CXRVIEWER_CONFIG_DIR"])
def test_another_desktop_and_other_settings_are_another_window(starts, monkeypatch, variable):
    monkeypatch.setenv(variable, ":77")
    assert not handover.hand_over([])


def test_others_cannot_reach_the_socket(starts, desktop):
    assert not Path(handover.address()).stat().st_mode & 0o077
    desktop.chmod(0o755)
    own = Path(handover.address()).parent
    assert own != desktop
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert own.stat().st_uid == os.getuid()


def test_a_folder_that_others_may_write_to_is_not_used(desktop, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(desktop))
    (desktop / f"cxrviewer-{os.getuid()}").mkdir()
    (desktop / f"cxrviewer-{os.getuid()}").chmod(0o777)
    assert not handover.hand_over([])
    assert not SecondStarts().listen()


def _say(message: bytes) -> bytes:
    """Send bytes and return the answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(handover.address())
        try:
            connection.sendall(message)
            return connection.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            return b""


@pytest.mark.parametrize(
    "message",
    [
        b"\n",
        b"nonsense\n",
        b'"/a.png"\n',
        b'{"/a.png": 1}\n',
        b"[1]\n",
        b'["relative.png"]\n',
        b'["/with\\u0000zero.png"]\n',
        b"\xff\xfe\n",
        b"[" * 200_000 + b"\n",
        b'["/' + b"a" * handover.MAX_BYTES + b'"]\n',
        b"a" * (3 * handover.MAX_BYTES),
    ],
    ids=lambda message: repr(message[:12]),
)
def test_what_is_no_list_of_paths_is_dropped(qtbot, starts, asked, message):
    assert _done(qtbot, lambda: _say(message)) == b""
    assert asked == []
    assert _done(qtbot, lambda: handover.hand_over([Path("/a.png")])), "the window still listens"


def test_who_says_nothing_is_dropped_and_keeps_nobody_waiting(qtbot, starts, asked, monkeypatch):
    monkeypatch.setattr(second_starts, "_PATIENCE", 200)
    silent = threading.Event()
    first = _aside(lambda: (silent.set(), _say(b"[")))
    qtbot.waitUntil(silent.is_set, timeout=20_000)
    assert _done(qtbot, lambda: handover.hand_over([Path("/a.png")]))
    qtbot.waitUntil(first.done, timeout=10_000)
    assert first.result()[1] == b""


def test_more_than_a_message_holds_opens_a_window_of_its_own(starts):
    assert not handover.hand_over([Path("/") / ("a" * 4000)] * 300)


def test_looking_for_a_window_imports_no_qt():
    code = (
        "import sys; from cxrviewer.session.handover import hand_over; assert not hand_over([]); "
        "print(sorted(name for name in sys.modules if 'Qt' in name or name in ('socket', 'numpy')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
