"""Several files of one folder that are written together: all of them, or none."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxrviewer.errors import ExportError
from cxrviewer.export.save import write_errors
from cxrviewer.paths import PART


def check_folder(folder: Path) -> None:
    """Refuse a folder that files cannot be written to, or that cannot be made.

    Raises
    ------
    ExportError
        It is a file, or there is no permission.
    """
    with write_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise ExportError("This is not a folder.", "Choose another name.", folder)
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if not there.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


@contextmanager
def written_together(folder: Path) -> Iterator[Path]:
    """Yield an empty folder, whose files take their places in `folder` when the block succeeds.

    Files of the same names are replaced, others stay. When the block raises, or a file cannot take its place,
    `folder` is as it was, and is not there where it was not.

    Raises
    ------
    OSError
        The folder cannot be made or written to, or the disk is full.
    """
    made = [each for each in (folder, *folder.absolute().parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=PART, dir=folder) as temporary:
            new, former = Path(temporary, "new"), Path(temporary, "former")
            new.mkdir()
            former.mkdir()
            yield new
            _replace(sorted(new.iterdir()), folder, former)
    except BaseException:
        for each in made:
            with contextlib.suppress(OSError):
                each.rmdir()
        raise


def _replace(files: list[Path], folder: Path, former: Path) -> None:
    """Move files to a folder, and what they replace aside; where one cannot be moved, all back."""
    with contextlib.ExitStack() as undo:
        for file in files:
            place, old = folder / file.name, former / file.name
            if place.is_dir():
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
            if place.exists():
                place.replace(old)
                undo.callback(old.replace, place)
            file.replace(place)
            undo.callback(place.unlink)
        undo.pop_all()
