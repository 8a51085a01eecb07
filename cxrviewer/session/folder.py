"""What a folder holds that can be opened."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.open import HEAD, looks_like_image
from cxrviewer.imaging.summary import Summary
from cxrviewer.session.places import is_container

FIRST = 60
"""Images after which a listing is told for the first time: more than a screen shows."""
PAUSE = 0.3
"""Seconds between the listings that are told while more files are looked into."""
MAX_DEPTH = 24
"""Folders within folders that are entered."""


Stamp = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds; plain tuples, which are not garbage-collected."""


@dataclass(frozen=True)
class Listing:
    """The content of a folder in natural order: "image 9" before "image 10".

    Parameters
    ----------
    folder : Path, optional
        The folder, zip archive or DICOMDIR; None for a list of files from several places.
    folders : tuple of Path
        Folders, archives and DICOMDIRs inside it, hidden ones left out.
    files : tuple of Path
        Images, told by their content.
    stamps : mapping of Path to Stamp
        Of the files, and of those that are no images.
    summaries : mapping of Path to Summary
        What the place itself says about its images: a DICOMDIR.
    walked : tuple of Path
        The folders on disk whose content is listed.
    complete : bool
        False while more files are being looked into.
    """

    folder: Path | None
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    stamps: Mapping[Path, Stamp] = field(default_factory=dict, repr=False, compare=False)
    summaries: Mapping[Path, Summary] = field(default_factory=dict, repr=False, compare=False)
    walked: tuple[Path, ...] = field(default=(), repr=False, compare=False)
    complete: bool = True

    @cached_property
    def listed(self) -> frozenset[Path]:
        """The files, to be looked up."""
        return frozenset(self.files)


class Found(NamedTuple):
    """A file in a folder."""

    path: Path
    stamp: Stamp


def list_files(files: tuple[Path, ...]) -> Listing:
    """Return the given files as a listing, in their order."""
    return Listing(None, (), files)


def scan_folder(folder: Path, *, deep: bool = False) -> Iterator[Listing]:
    """Return listings of a folder that grow at their end; the last one is complete.

    Parameters
    ----------
    folder : Path
        A folder on disk.
    deep : bool
        Whether the images of the folders within it are listed, too, in place of these folders.

    Raises
    ------
    ImageReadError
        The folder does not exist or cannot be read.
    """
    folders: list[Path] = []
    files: list[Path] = []
    stamps: dict[Path, Stamp] = {}
    walked: list[Path] = []
    told = time.monotonic() - PAUSE
    for place, inner, found in walk(folder, deep=deep):
        walked.append(place)
        folders += inner
        for path, stamp in found:
            stamps[path] = stamp
            if not is_image_file(path):
                continue
            files.append(path)
            if len(files) >= FIRST and time.monotonic() - told >= PAUSE:
                told = time.monotonic()
                yield Listing(folder, tuple(folders), tuple(files), complete=False)
    yield Listing(folder, tuple(folders), tuple(files), stamps, walked=tuple(walked))


def walk(folder: Path, *, deep: bool) -> Iterator[tuple[Path, tuple[Path, ...], Iterator[Found]]]:
    """Return for each folder: itself, what can be entered in it, and its other files; in natural order.

    What is entered because of `deep` is not among what can be. Links to folders are not followed then.

    Raises
    ------
    ImageReadError
        The first folder cannot be read; others that cannot be are left out.
    """
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            inner, found = _content(place)
        except OSError as error:
            if depth:
                continue
            raise ImageReadError(
                f"The folder cannot be listed ({error.strerror}).",
                "Check that it exists and may be read.",
                place,
            ) from error
        if deep:
            entered = [path for path in inner if path.is_dir() and not path.is_symlink()]
            inner = tuple(path for path in inner if path not in set(entered))
            if depth < MAX_DEPTH:
                waiting += [(path, depth + 1) for path in reversed(entered)]
        yield place, inner, found


def _content(folder: Path) -> tuple[tuple[Path, ...], Iterator[Found]]:
    """Return what can be entered in a folder, folders first, and its other files."""
    folders: list[str] = []
    containers: list[tuple[str, Stamp]] = []
    files: list[tuple[str, Stamp]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name[0] == ".":
                continue
            # A link to itself cannot be asked, nor a file that has gone meanwhile.
            with contextlib.suppress(OSError):
                if entry.is_dir():
                    folders.append(entry.name)
                # What is neither file nor folder is left out: looking into a pipe would wait for ever.
                elif entry.is_file():
                    status = entry.stat()
                    stamp = (status.st_size, status.st_mtime_ns)
                    (containers if is_container(entry.name) else files).append((entry.name, stamp))
    files.sort(key=lambda item: natural_key(item[0]))
    inner = sorted(folders, key=natural_key) + sorted((name for name, _ in containers), key=natural_key)
    # Not a tuple: the first screen need not wait for all of them.
    return tuple(folder / name for name in inner), (Found(folder / name, stamp) for name, stamp in files)


def is_image_file(path: Path) -> bool:
    """Tell an image by its first bytes, without what buffered files cost: there may be thousands."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            return looks_like_image(os.read(handle, HEAD))
        finally:
            os.close(handle)
    except OSError:
        return False


def natural_key(name: str) -> Any:
    """Return what names are sorted by: "image 9" before "Image 10"."""
    return _natural_keys()(name)


@cache
def _natural_keys() -> Callable[[str], Any]:
    from natsort import natsort_keygen, ns

    return natsort_keygen(alg=ns.IGNORECASE)
