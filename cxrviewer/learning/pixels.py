"""Images as a network's input, read once: in memory where they fit, else in a file of the output folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError, UserError
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.learning.time_left import Seldom, TimeLeft
from cxrviewer.models.card import InputSpec
from cxrviewer.models.memory import machine_memory
from cxrviewer.models.preprocess import prepare_input
from cxrviewer.paths import atomic_path

_SHARE, _MOST = 0.25, 2**30
"""What images may take of the machine's memory, and bytes from which a file saves a resumed run much time."""
_TELL = 5.0
_CACHE = "images.bin"
_LIST = "images.json"


@dataclass(frozen=True, eq=False)
class Pixels:
    """Images that could be read.

    Parameters
    ----------
    images : (N, H, W, 1) uint8 array
        Low = black; in memory or in a file. Divided by 255 they are what the scaling "unit" gives.
    kept : (N,) int64 array
        Which of the files they are.
    contents : tuple of str
        SHA-256 of the pixels of each, hexadecimal: equal images are duplicates.
    files : tuple of str
        SHA-256 of each file, hexadecimal.
    failures : tuple of (str, str)
        Names of the files that could not be read, and why.
    """

    images: NDArray[np.uint8]
    kept: NDArray[np.int64]
    contents: tuple[str, ...]
    files: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]


def read_pixels(
    paths: Sequence[Path],
    spec: InputSpec,
    folder: Path,
    progress: Callable[[str], None],
    most: int | None = None,
) -> Pixels:
    """Read images as the viewer prepares them for a model.

    Parameters
    ----------
    paths : sequence of Path
        The files. Those that cannot be read are told of and left out.
    spec : InputSpec
        Size, resize and contrast rule; one channel of the scaling "unit".
    folder : Path
        Takes ``images.bin`` where they do not fit in memory; found there again by a run that is resumed.
    progress : callable
        Takes a line of text now and then.
    most : int, optional
        Bytes that may be taken in memory; a GiB by default, or a quarter of the machine's where that is less.

    Raises
    ------
    UserError
        None can be read, or the disk is full.
    """
    shape = (len(paths), spec.height, spec.width, 1)
    if most is None:
        most = min(int(_SHARE * machine_memory()), _MOST)
    if int(np.prod(shape)) <= most:
        images = np.empty(shape, np.uint8)
        found = _read(paths, spec, images.__setitem__, progress)
        return replace(found, images=images[: len(found.kept)])
    key = _key(paths, spec)
    known = _cached(folder, key, shape)
    if known is not None:
        progress(f"{len(known.kept)} images were read before")
        return known
    try:
        # Written piece by piece: where a file is mapped before its disk is full, the process would be killed.
        with atomic_path(folder / _CACHE) as temporary, temporary.open("wb") as stream:
            found = _read(paths, spec, lambda _, image: stream.write(image.tobytes()), progress)
        _remember(found, key, folder)
    except OSError as error:
        (folder / _CACHE).unlink(missing_ok=True)
        message = f"The images cannot be kept in the output folder: {error.strerror}."
        raise UserError(message, "Give a folder on a disk with more room.", folder) from error
    kept = _cached(folder, key, shape)
    assert kept is not None
    return kept


def _read(
    paths: Sequence[Path],
    spec: InputSpec,
    keep: Callable[[int, NDArray[np.uint8]], object],
    progress: Callable[[str], None],
) -> Pixels:
    """Read images and give each to `keep`, with its place; returns all but the images."""
    kept: list[int] = []
    contents, files, failures = [], [], []
    clock, seldom = TimeLeft(), Seldom(_TELL)
    for number, path in enumerate(paths):
        try:
            radiograph = read_radiograph(path)
        except ImageReadError as error:
            failures.append((path.name, error.message))
            progress(f"left out: {path.name}: {error.message}")
            continue
        image = np.rint(prepare_input(radiograph, spec).values[0] * 255).astype(np.uint8)
        keep(len(kept), image)
        kept.append(number)
        contents.append(hashlib.sha256(image.tobytes()).hexdigest())
        files.append(radiograph.digest)
        if seldom.due():
            progress(f"reading image {number + 1} of {len(paths)}, {clock.after(number + 1, len(paths))}")
    if not kept:
        name, reason = failures[0]
        message = f"None of the {len(paths)} images can be read; of {name}: {reason}"
        raise UserError(message, "Give other images.", paths[0].parent)
    nothing = np.empty((0, spec.height, spec.width, 1), np.uint8)
    return Pixels(nothing, np.array(kept, np.int64), tuple(contents), tuple(files), tuple(failures))


def _key(paths: Sequence[Path], spec: InputSpec) -> str:
    """Return what changes with the list of files, their sizes and times, and the rules of reading."""
    digest = hashlib.sha256(repr(spec).encode())
    for path in paths:
        status = path.stat()
        digest.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _remember(found: Pixels, key: str, folder: Path) -> None:
    table = {
        "key": key,
        "kept": found.kept.tolist(),
        "contents": found.contents,
        "files": found.files,
        "failures": found.failures,
    }
    with atomic_path(folder / _LIST) as temporary:
        temporary.write_text(json.dumps(table), encoding="utf-8")


def _cached(folder: Path, key: str, shape: tuple[int, ...]) -> Pixels | None:
    """Return the images in a folder, of a shape but for their number, where they are those of the key."""
    try:
        table = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        if table["key"] != key:
            return None
        kept = np.array(table["kept"], np.int64)
        images = np.memmap(folder / _CACHE, np.uint8, "r", shape=(len(kept), *shape[1:]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    failures = tuple((name, reason) for name, reason in table["failures"])
    return Pixels(images, kept, tuple(table["contents"]), tuple(table["files"]), failures)
