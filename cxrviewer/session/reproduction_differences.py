"""Why an export that was made again is not the same file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, isnan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.provenance import versions
from cxrviewer.export.scene_record import map_digest
from cxrviewer.session.reproduction import Rebuilt, Recorded


def differences(recorded: Recorded, made_again: Sequence[Rebuilt], made: Path) -> Iterator[str]:
    """Return in sentences what differs between an export and the one that was made again.

    Parameters
    ----------
    recorded : Recorded
        Of the export.
    made_again : sequence of Rebuilt
        Its scenes.
    made : Path
        The new file.
    """
    yield "Not the same file."
    yield from answers(made_again)
    yield from _pixels(recorded.export, made)
    yield from _versions(recorded)


def answers(made_again: Sequence[Rebuilt]) -> Iterator[str]:
    """Return in sentences where a model's answer is not what it was; nothing where all bits are equal."""
    for number, rebuilt in enumerate(made_again, start=1):
        where = f"Scene {number}: " if len(made_again) > 1 else ""
        yield from (where + line for line in _answer(rebuilt))


def _answer(rebuilt: Rebuilt) -> Iterator[str]:
    agreement, told = rebuilt.agreement, rebuilt.record.content["answer"]["map_sha256"]
    if agreement.logits:
        yield f"The logits computed anew differ by {_share(agreement.logits)}."
    if agreement.map > 0:
        yield f"The map computed anew differs by {_share(agreement.map)}."
    if agreement.is_close and (agreement.logits or agreement.map > 0):
        yield "That is rounding: the recorded numbers were drawn."
    if isnan(agreement.map) and map_digest(rebuilt.scene.result.attribution) != told:
        yield "The map computed anew is not the same to the last bit."


def _share(apart: float) -> str:
    return f"{apart:.1g} of the greatest" if apart < inf else "more than can be compared"


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
