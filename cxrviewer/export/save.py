"""Writing results to the user's disk: the writer by the suffix, and a clear message where it fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExportError, UsageError
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec
from cxrviewer.paths import atomic_path
from cxrviewer.registry import drop_ins

_REASONS = {
    errno.ENOSPC: ("The disk is full.", "Free some space or choose another disk; nothing was written."),
    errno.EDQUOT: ("The disk quota is used up.", "Free some space; nothing was written."),
    errno.EFBIG: (
        "The file grew beyond what the system allows.",
        "Choose another disk; nothing was written.",
    ),
    errno.EACCES: ("There is no permission to write here.", "Choose another folder."),
    errno.EPERM: ("There is no permission to write here.", "Choose another folder."),
    errno.EROFS: ("The disk is read-only.", "Choose another folder."),
    errno.ENAMETOOLONG: ("The file name is too long.", "Choose a shorter one."),
    errno.ENOENT: ("The folder does not exist.", "Create it first, or choose another one."),
    errno.ENOTDIR: ("The folder does not exist.", "Create it first, or choose another one."),
}


def check_destination(path: Path, suffixes: tuple[str, ...], source: Path | None = None) -> None:
    """Refuse a file that could not be written or must not be, before any work is done for it.

    Parameters
    ----------
    path : Path
        File to be written.
    suffixes : tuple of str
        File name endings that are possible, in lower case.
    source : Path, optional
        The file that the result was made from: never written over, under no other name either.

    Raises
    ------
    ExportError
        Says which of these it is.
    """
    if path.suffix.lower() not in suffixes:
        raise _unknown(suffixes, path)
    if "\0" in str(path):
        raise ExportError("No file can have this name.", "Choose another name.", path)
    with write_errors(path):
        if path.exists():
            if not path.is_file():
                raise ExportError("This is not a file.", "Choose another name.", path)
            if source is not None and source.exists() and path.samefile(source):
                raise ExportError("This is the image itself.", "Choose another name for the export.", path)
        folder = path.parent
        if not folder.is_dir():
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        if not os.access(folder, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def save_picture(
    picture: NDArray[np.uint8], path: Path, metadata: Mapping[str, str], source: Path | None = None
) -> None:
    """Write a picture in the format that the suffix of `path` names, atomically.

    Parameters
    ----------
    picture : (H, W, 3) or (H, W) uint8 array
        Red, green, blue; or shades of gray, 0 black.
    path : Path
        Replaced when it exists.
    metadata : mapping of str to str
        Short texts for the file's metadata.
    source : Path, optional
        The file that the picture was made from: never written over.

    Raises
    ------
    ExportError
        The suffix is unknown, `path` is `source`, the folder cannot be written to or the disk is full.
        `path` is then as it was, and nothing is left beside it.
    """
    check_destination(path, picture_suffixes(), source)
    with write_errors(path), atomic_path(path) as temporary:
        find_writer(path, group=Group.PICTURE).write(picture, temporary, metadata)


def writers() -> tuple[ModuleType, ...]:
    """Return the modules of all formats, in their order."""
    return tuple(drop_ins("cxrviewer.export.writers").values())


def specs() -> tuple[WriterSpec, ...]:
    """Return what the writers say of themselves, in their order."""
    return tuple(writer.SPEC for writer in writers())


def find_writer(path: Path, writer: str = "", group: Group | None = None) -> ModuleType:
    """Return the module that writes a file.

    Parameters
    ----------
    path : Path
        Its suffix decides where `writer` does not.
    writer : str
        Id of a writer, or "".
    group : Group, optional
        Of which it must be.

    Raises
    ------
    ExportError
        There is none, or it does not write files of this name.
    """
    suffix = path.suffix.lower()
    possible = [each for each in writers() if group in (None, each.SPEC.group)]
    meant = [each for each in possible if writer in ("", each.SPEC.id)]
    if not meant:
        known = ", ".join(each.SPEC.id for each in possible)
        raise ExportError(f"There is no format {writer!r}.", f"Choose one of {known}.", path)
    found = next((each for each in meant if suffix in each.SPEC.suffixes), None)
    if found is None:
        raise _unknown(tuple(name for each in meant for name in each.SPEC.suffixes), path)
    return found


def named_format(name: str) -> tuple[str, str]:
    """Return the ending of a format's files, and the id of its writer where that does not tell it.

    Parameters
    ----------
    name : str
        Ending of a picture, or the id of a writer of single scenes.

    Raises
    ------
    UsageError
        There is no such format.
    """
    wanted = name.strip().lower().removeprefix(".")
    if f".{wanted}" in picture_suffixes():
        return f".{wanted}", ""
    others = {each.id: each for each in specs() if each.takes is Takes.SCENE}
    if wanted in others:
        return others[wanted].suffixes[0], wanted
    known = [ending.removeprefix(".") for ending in picture_suffixes()] + list(others)
    raise UsageError(f"There is no format {name!r}.", f"Choose {', '.join(known)}.")


def picture_suffixes() -> tuple[str, ...]:
    """Return the endings of all picture formats, in lower case."""
    return tuple(
        suffix
        for writer in writers()
        if writer.SPEC.group is Group.PICTURE
        for suffix in writer.SPEC.suffixes
    )


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Turn an `OSError` inside the block into an `ExportError` about `path`."""
    try:
        yield
    except OSError as error:
        other = (f"The file could not be written ({error.strerror or 'input/output error'}).", "")
        message, hint = _REASONS.get(error.errno or 0, other)
        raise ExportError(message, hint, path) from error


def _unknown(suffixes: tuple[str, ...], path: Path) -> ExportError:
    known = " or ".join(dict.fromkeys(suffixes))
    return ExportError("The file format is not known by this name.", f"Let the name end in {known}.", path)
