"""How a second start of the program finds the window that is open, and what it tells it: the files to open.

Nothing is imported here that a first start does not need anyway: it must not wait for a question that has no
answer.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Sequence
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

PATIENCE = 3.0
"""Seconds in which an open window answers, unless it is stuck."""
MAX_BYTES = 2**20
"""Of a message; whoever has more to open gets a window of their own."""
TAKEN = b"taken\n"
"""The answer."""

_SESSION = ("CXRVIEWER_CONFIG_DIR", "DISPLAY", "WAYLAND_DISPLAY", "SESSIONNAME")


def address() -> str:
    """Return where the window of this user on this desktop with these settings listens.

    Returns
    -------
    str
        A socket in a folder of the user's own; on Windows the name of a pipe.
    """
    session = "\0".join(os.environ.get(name, "") for name in _SESSION)
    name = f"cxrviewer-{zlib.crc32(os.fsencode(session)):08x}"
    if sys.platform == "win32":
        return f"{name}-{os.environ.get('USERNAME', '')}"
    return str(_folder() / name)


def hand_over(paths: Sequence[Path]) -> bool:
    """Give files to the window that is open, which comes to the front.

    Parameters
    ----------
    paths : sequence of Path
        May be empty.

    Returns
    -------
    bool
        Whether there is such a window and it has taken them.
    """
    message = encode(paths)
    if len(message) > MAX_BYTES:
        return False
    try:
        if sys.platform == "win32":
            with open(rf"\\.\pipe\{address()}", "r+b", buffering=0) as pipe:  # noqa: PTH123
                return _ask(pipe, message)
        with _connected(address()) as connection, connection.makefile("rwb", buffering=0) as stream:
            return _ask(stream, message)
    except OSError:
        return False


def is_heard() -> bool:
    """Return whether a window listens; a socket may have outlived its program. Not for Windows."""
    try:
        _connected(address()).close()
    except OSError:
        return False
    return True


def encode(paths: Sequence[Path]) -> bytes:
    """Return the message that asks for files to be opened, one line."""
    return json.dumps([str(path.absolute()) for path in paths]).encode("ascii") + b"\n"


def decode(message: bytes) -> tuple[Path, ...] | None:
    """Return the files that a message asks for; None where it is not one of `encode`."""
    try:
        names = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(names, list) or not all(map(_is_path, names)):
        return None
    return tuple(map(Path, names))


def _is_path(name: object) -> bool:
    return isinstance(name, str) and "\0" not in name and Path(name).is_absolute()


def _ask(stream: RawIOBase, message: bytes) -> bool:
    rest = memoryview(message)
    while rest:
        rest = rest[stream.write(rest) or 0 :]
    return stream.readline(len(TAKEN)) == TAKEN


def _connected(place: str) -> socket.socket:
    """Return a connection; raises OSError where nobody of this user listens."""
    status = os.lstat(place)
    if not stat.S_ISSOCK(status.st_mode) or status.st_uid != os.getuid():
        raise ConnectionRefusedError(place)
    import socket

    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(PATIENCE)
        connection.connect(place)
    except OSError:
        connection.close()
        raise
    return connection


def _folder() -> Path:
    """Return a folder that is this user's alone, made where there is none."""
    folder = os.environ.get("XDG_RUNTIME_DIR")
    if folder and _is_private(Path(folder)):
        return Path(folder)
    own = Path(tempfile.gettempdir()) / f"cxrviewer-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if not _is_private(own):
        raise PermissionError(f"{own} belongs to somebody else")
    return own


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077
