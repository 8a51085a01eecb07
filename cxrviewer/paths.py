"""Where the program's own files and the user's files are."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
PART = ".part-"
"""Beginning of the names of files that are being written."""


def resource(*parts: str) -> Path:
    """Return the path of a file that ships with the program.

    An installed package carries ``resources`` inside itself; a checkout has it beside the package.
    """
    installed = _PACKAGE / "resources"
    root = installed if installed.is_dir() else _PACKAGE.parent / "resources"
    return root.joinpath(*parts)


def config_dir() -> Path:
    """Return the folder of the user's settings; ``CXRVIEWER_CONFIG_DIR`` overrides it."""
    override = os.environ.get("CXRVIEWER_CONFIG_DIR")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_config_dir("cxrviewer", appauthor=False))


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that replaces it when the block succeeds.

    When the block raises, the temporary file is removed and `path` is as it was.

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f"{PART}{secrets.token_hex(6)}{path.suffix}")
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_parts(folder: Path) -> None:
    """Remove what `atomic_path`, and what writes several files, has left where a writer was killed."""
    with contextlib.suppress(OSError):
        for part in list(folder.glob(f"{PART}*")):
            if part.is_dir() and not part.is_symlink():
                shutil.rmtree(part, ignore_errors=True)
                continue
            with contextlib.suppress(OSError):
                part.unlink()
