"""What is done for one file beside the model: reading it before, and drawing it after.

Called in a process for reading, which a hostile file may break, or on a machine of a cluster.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2

from cxrviewer.batch.row import BatchRow, Item
from cxrviewer.errors import ExportError, UserError
from cxrviewer.explain.display import STATE_TEXT
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import InputSpec
from cxrviewer.models.preprocess import ModelInput, prepare_input
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still_scene

THUMBNAIL = 192
"""Pixels of the longest side of a picture on the contact sheet."""
_QUALITY = 82

_held: dict[Path, Radiograph] = {}
"""Of this process: what was read and is not drawn yet."""


class RefusedError(UserError):
    """An export is not possible of this image."""


@dataclass(frozen=True, eq=False)
class Taken:
    """A file that was read: what the model is given, the bytes that are held for drawing, and the time."""

    prepared: ModelInput
    size: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is to be drawn, the same for all files.

    Parameters
    ----------
    state : ViewState
        How it is drawn.
    loaded : LoadedChoice
        The model.
    folder : Path
        Where pictures go.
    options : ExportOptions
        What goes into them.
    """

    state: ViewState
    loaded: LoadedChoice
    folder: Path
    options: ExportOptions


@dataclass(frozen=True, eq=False)
class Drawn:
    """A row of the results, and its small picture as a JPEG file."""

    row: BatchRow
    thumbnail: bytes


@dataclass(frozen=True, eq=False)
class Failed:
    """A file of which there is no visualisation, and why."""

    item: Item
    reason: str


Ended = Drawn | Failed


def reason(error: Exception) -> str:
    """Return in a sentence why there is no visualisation, without what may be from a patient's file."""
    if isinstance(error, UserError):
        return f"{error.message} {error.hint}".strip()
    return f"The file met a defect of the program ({type(error).__name__}): please report it."


def packed(drawing: Drawing) -> bytes:
    """Return a drawing for `draw_packed`: it goes to other processes with every file."""
    return pickle.dumps(drawing)


@lru_cache(1)
def _unpacked(drawing: bytes) -> Drawing:
    found: Drawing = pickle.loads(drawing)
    return found


def draw_packed(item: Item, analysis: Analysis, drawing: bytes) -> Drawn:
    """Do as `draw`; in another process."""
    return draw(item, analysis, _unpacked(drawing))


def take(item: Item, spec: InputSpec) -> Taken:
    """Read a file and prepare the model's input; the image is held until it is drawn.

    Raises
    ------
    ImageReadError
        As `read_radiograph`.
    """
    start = time.perf_counter()
    radiograph = read_radiograph(item.path)
    prepared = prepare_input(radiograph, spec)
    _held[item.path] = radiograph
    return Taken(prepared, radiograph.pixels.nbytes, time.perf_counter() - start)


def drop(item: Item) -> None:
    """Hold an image no longer: it will not be drawn."""
    _held.pop(item.path, None)


def draw(item: Item, analysis: Analysis, drawing: Drawing) -> Drawn:
    """Write the visualisation of an analysis, and return the row.

    Raises
    ------
    ExportError
        The disk is full, say: none could be written.
    RefusedError
        The format cannot hold this one.
    ImageReadError
        The image was not held any more and cannot be read again.
    """
    start = time.perf_counter()
    radiograph = _held.pop(item.path, None) or read_radiograph(item.path)
    scene = still_scene(drawing.state, radiograph, drawing.loaded, analysis)
    try:
        export([scene], drawing.folder / item.picture, drawing.options)
    except ExportError as error:
        if isinstance(error.__cause__, OSError):
            raise
        raise RefusedError(error.message, error.hint, item.path) from error
    thumbnail = _thumbnail(scene)
    row = _row(item, scene)
    seconds = row.seconds + time.perf_counter() - start
    return Drawn(replace(row, seconds=seconds), thumbnail)


def _row(item: Item, scene: Scene) -> BatchRow:
    radiograph, card, result = scene.radiograph, scene.card, scene.result
    prediction, attribution = result.prediction, result.attribution
    notes = (*radiograph.notes, *attribution.notes, STATE_TEXT[scene.display.state])
    return BatchRow(
        item.number,
        item.name,
        item.picture,
        radiograph.digest,
        *radiograph.shape,
        card.labels[prediction.top],
        target_name(attribution.target, card),
        target_probability(attribution.target, card, prediction),
        tuple(map(float, prediction.probabilities)),
        tuple(map(float, prediction.logits)),
        result.seconds,
        " ".join(note for note in notes if note),
    )


def _thumbnail(scene: Scene) -> bytes:
    """Return the picture without words, small."""
    rows, columns = scene.overlay.shape[:2]
    scale = THUMBNAIL / max(rows, columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    small = cv2.resize(scene.overlay, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(data)
