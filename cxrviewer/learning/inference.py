"""A model on many files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.imaging.grayscale import normalized
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.preprocess import prepare_input

_BATCH = 16
_THUMBNAIL = 160

Progress = Callable[[int, int], None]
"""Takes how many files are done, and how many there are."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One file: the model's output, rows and columns, and a small picture; or why it cannot be read."""

    path: Path
    prediction: Prediction | None = None
    shape: tuple[int, int] = (0, 0)
    thumbnail: NDArray[np.uint8] | None = None
    failure: str = ""


def look_at(session: ModelSession, paths: Sequence[Path], progress: Progress) -> list[Seen]:
    """Return a model's output for each of many files; those that cannot be read say why."""
    spec, seen = session.info.card.input, []
    for batch in _batches(paths):
        read = [_read(path) for path in batch]
        good = [one for one in read if not isinstance(one, Seen)]
        inputs = [prepare_input(radiograph, spec).values for radiograph in good]
        predictions = iter(session.predict_many(np.concatenate(inputs)) if inputs else ())
        for one in read:
            if isinstance(one, Seen):
                seen.append(one)
            else:
                seen.append(Seen(one.path, next(predictions), one.shape, _thumbnail(one)))
        progress(len(seen), len(paths))
    return seen


def _batches(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    for start in range(0, len(paths), _BATCH):
        yield paths[start : start + _BATCH]


def _read(path: Path) -> Radiograph | Seen:
    try:
        return read_radiograph(path)
    except ImageReadError as error:
        return Seen(path, failure=error.message)


def _thumbnail(radiograph: Radiograph) -> NDArray[np.uint8]:
    rows, columns = radiograph.shape
    scale = _THUMBNAIL / max(rows * radiograph.aspect, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * radiograph.aspect * scale)))
    gray = cv2.resize(normalized(radiograph), size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(gray * 255), np.uint8)
