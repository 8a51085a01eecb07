"""One damaged file is opened in every way that the program opens files."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import process_memory
from fuzz.mutations import mutate
from fuzz.originals import Original

from cxrviewer.errors import UserError
from cxrviewer.imaging import archive
from cxrviewer.imaging.dicomdir import read_directory
from cxrviewer.imaging.examine import list_elements, read_facts
from cxrviewer.imaging.grayscale import default_voi, normalized, presentation_table
from cxrviewer.imaging.open import read_radiograph, read_thumbnail
from cxrviewer.imaging.presets import presets
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import NO_OVERLAY, Renderer
from cxrviewer.imaging.summary import read_summaries
from cxrviewer.imaging.viewport import Viewport

MOST_SECONDS = 10.0
MOST_MEMORY = 1024**3
"""Bytes that opening a small file may make resident: twice the largest image."""


@dataclass(frozen=True)
class Outcome:
    """What came of a damaged file.

    Parameters
    ----------
    number : int
        Which one.
    opened : bool
        Whether an image was shown; else it was refused.
    fault : str
        What must not be; empty where all is well.
    seconds : float
        How long it computed: a busy machine is no fault of the file.
    memory : int
        Bytes that it took at most.
    """

    number: int
    opened: bool
    fault: str
    seconds: float = 0.0
    memory: int = 0


def damaged(seed: int, number: int, originals: Sequence[Original]) -> tuple[Original, bytes]:
    """Return what is damaged and the damaged file; the same ones for the same numbers."""
    chance = random.Random(f"{seed}:{number}")
    original, other = chance.choice(originals), chance.choice(originals)
    return original, mutate(chance, original.content, other.content)


def attempt(number: int, path: Path) -> Outcome:
    """Open a damaged file in every way, and tell what came of it."""
    process_memory.forget_peak()
    before, start = process_memory.peak_bytes(), time.process_time()
    fault, opened = "", False
    for way in _WAYS:
        try:
            opened |= bool(way(path))
        except UserError as error:
            if error.path is None or not error.hint or "not enough memory" in error.message:
                fault = fault or f"{way.__name__}: {error}"
        except BaseException:
            fault = fault or f"{way.__name__}: {traceback.format_exc()}"
    seconds, memory = time.process_time() - start, process_memory.peak_bytes() - before
    if not fault and seconds > MOST_SECONDS:
        fault = f"took {seconds:.0f} seconds"
    if not fault and memory > MOST_MEMORY:
        fault = f"took {memory / 1024**2:.0f} MiB"
    return Outcome(number, opened, fault, seconds, memory)


def _show(path: Path) -> bool:
    radiograph = read_radiograph(path)
    _draw(radiograph)
    if radiograph.frames > 1:
        _draw(read_radiograph(path, radiograph.frames - 1))
    return True


def _draw(radiograph: Radiograph) -> None:
    """Draw an image as the canvas does, with its planes, and make what a model gets of it."""
    renderer = Renderer(radiograph)
    table = presentation_table(radiograph, default_voi(radiograph))
    view = Viewport((64, 64), np.diag([0.5, 0.5, 1.0]))
    picture = renderer.picture(view, table, None, NO_OVERLAY, planes=True)
    assert picture.shape == view.shape
    shades = normalized(radiograph)
    assert shades.shape == radiograph.shape
    assert np.isfinite(shades).all()
    for preset in presets(radiograph):
        presentation_table(radiograph, preset.voi)


def _thumbnail(path: Path) -> None:
    assert max(read_thumbnail(path, 64).shape) == 64


def _facts(path: Path) -> None:
    read_facts(path)


def _elements(path: Path) -> None:
    list_elements(path)


def _summary(path: Path) -> None:
    read_summaries((path,))


def _archive(path: Path) -> bool:
    if path.suffix != ".zip":
        return False
    inside = archive.members(path)[:3]
    for member in inside:
        read_thumbnail(member.path, 64)
    return bool(inside)


def _directory(path: Path) -> None:
    if not path.suffix:
        read_directory(path)


_WAYS: tuple[Callable[[Path], Any], ...] = (
    _show,
    _thumbnail,
    _facts,
    _elements,
    _summary,
    _archive,
    _directory,
)
