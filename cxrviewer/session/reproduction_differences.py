"""Why an export that was made again is not the same file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.overlay import Scene
from cxrviewer.export.provenance import map_digest, versions
from cxrviewer.session.reproduction import Recorded, SceneRecord


def differences(recorded: Recorded, scenes: Sequence[Scene], made: Path) -> Iterator[str]:
    """Return in sentences what differs between an export and the one that was made again.

    Parameters
    ----------
    recorded : Recorded
        Of the export.
    scenes : sequence of Scene
        Those that were made again, in the same order.
    made : Path
        The new file.
    """
    yield "Not the same file."
    for number, (record, scene) in enumerate(zip(recorded.scenes, scenes, strict=True), start=1):
        where = f"Scene {number}: " if len(scenes) > 1 else ""
        yield from (where + line for line in _answers(record, scene))
    yield from _pixels(recorded.export, made)
    yield from _versions(recorded)


def _answers(record: SceneRecord, scene: Scene) -> Iterator[str]:
    answer = record.content["answer"]
    then = np.array([np.nan if value is None else value for value in answer["logits"]], np.float64)
    now = scene.result.prediction.logits.astype(np.float64)
    if then.shape == now.shape and not np.array_equal(then, now, equal_nan=True):
        yield f"the model's logits differ by up to {np.nanmax(np.abs(then - now)):.2g}."
    same = answer["map_sha256"] == map_digest(scene.result.attribution)
    yield "the map is the same to the last bit." if same else "the map is not the same to the last bit."


def _pixels(export: Path, made: Path) -> Iterator[str]:
    one, other = _picture(export), _picture(made)
    if one is None or other is None:
        return
    if one.shape != other.shape:
        yield "The pictures are of different sizes."
        return
    apart = np.abs(one.astype(np.int32) - other.astype(np.int32))
    if not apart.any():
        yield "All pixels are equal: the files differ in how they are packed."
        return
    count = int(apart.reshape(*one.shape[:2], -1).any(axis=2).sum())
    share = f"{count} of {one.shape[0] * one.shape[1]} pixels"
    yield f"{share} differ, by at most {int(apart.max())} of {np.iinfo(one.dtype).max}."


def _picture(path: Path) -> NDArray[np.integer] | None:
    """Return the pixels of a picture; None where there is none that can be read."""
    import cv2

    if not path.is_file():
        return None
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype.kind != "u":
        return None
    return np.asarray(pixels)


def _versions(recorded: Recorded) -> Iterator[str]:
    then, now = recorded.program, versions()
    changed = [
        f"{name} {then.get(name, 'none')} then, {now.get(name, 'none')} now"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    ]
    if changed:
        yield f"Versions: {'; '.join(changed)}."
    else:
        yield "The versions are the same as then."
