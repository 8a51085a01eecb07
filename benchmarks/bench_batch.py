"""A batch of small radiographs: the whole command, its pace, its memory.

The pace is compared with that of the model alone, for the built-in model, which takes a few milliseconds an
image, and for one of the size that published classifiers have.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil

from benchmarks.measure import Row, at_most
from benchmarks.radiographs import chest
from benchmarks.references.agreement import calibrated_model
from cxrviewer.batch.answering import Answering
from cxrviewer.batch.options import BatchOptions
from cxrviewer.batch.progress import BatchProgress
from cxrviewer.batch.run import run_batch
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.models.preprocess import prepare_input
from cxrviewer.session.state import ViewState

FEW, SOME, MANY = 100, 400, 5000
LABELS = 14
COMMAND_GOAL = 12.0
PACE_GOAL = 0.85
MOST_GROWTH = 1.10
FULL = 500
"""Files after which what is kept of them is as much as it may be."""
SIDE = 224
MIB = 2**20


def rows() -> list[Row]:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _write_files(folder / "files")
        dense = folder / "densenet121.keras"
        calibrated_model("DenseNet121", LABELS).save(dense)
        return [
            _command(files, folder),
            *_pace("built-in", BatchOptions(most=SOME + FEW), files, folder),
            *_memory(files, folder),
            *_pace("DenseNet-121", BatchOptions(ViewState(model=str(dense)), most=2 * FEW), files, folder),
        ]


def _write_files(folder: Path) -> list[Path]:
    """Write JPEG files like those of public sets; the later ones are links to the first."""
    folder.mkdir()
    pixels = (chest(SIDE, SIDE, 16) >> 8).astype(np.uint8)
    files = [folder / f"{number:04}.jpg" for number in range(MANY)]
    for number, path in enumerate(files):
        if number < FEW:
            cv2.imwrite(str(path), np.roll(pixels, 2 * number, axis=1))
        else:
            path.hardlink_to(files[number % FEW])
    return files


def _command(files: list[Path], folder: Path) -> Row:
    command = [sys.executable, "-m", "cxrviewer", "batch", str(files[0].parent), "--max", str(FEW)]
    start = time.perf_counter()
    subprocess.run([*command, "-o", str(folder / "command")], check=True, capture_output=True)
    return at_most(f"command, {FEW} radiographs", time.perf_counter() - start, COMMAND_GOAL, "s")


def _pace(name: str, options: BatchOptions, files: list[Path], folder: Path) -> list[Row]:
    """Compare with the model alone, on inputs that are there, in batches of the same size."""
    answering = Answering(options)
    spec = answering.loaded.info.card.input
    inputs = [prepare_input(read_radiograph(path), spec) for path in files[:FEW]]
    parts = [inputs[start : start + answering.batch] for start in range(0, FEW, answering.batch)]
    assert options.most is not None
    count = options.most - FEW

    def alone() -> None:
        for _ in range(count // FEW):
            for part in parts:
                answering(part)

    times: list[float] = []

    def whole() -> None:
        marks: list[float] = []

        def report(_: BatchProgress) -> None:
            marks.append(time.perf_counter())

        run_batch([str(files[0].parent)], options, folder / f"{name} {len(times)}", report)
        # The start of TensorFlow and of the desks is no pace.
        times.append(marks[-1] - marks[FEW])

    alone()
    bare = [_seconds(alone) for _ in range(2)]
    whole()
    bare += [_seconds(alone) for _ in range(2)]
    whole()
    seconds, reference = float(np.median(times)) / count, float(np.median(bare)) / count
    ratio = reference / seconds
    share, goal = f"{100 * ratio:.0f} %", f"≥ {100 * PACE_GOAL:.0f} %"
    return [
        Row(f"{name}: model alone, in batches", f"{1 / reference:.0f} images/s"),
        Row("  batch, pictures and rows written", f"{1 / seconds:.0f} images/s"),
        Row(f"  share on {len(os.sched_getaffinity(0))} processors", share, goal, ratio >= PACE_GOAL),
    ]


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _memory(files: list[Path], folder: Path) -> list[Row]:
    taken: dict[int, tuple[float, float]] = {}
    this = psutil.Process()

    def report(progress: BatchProgress) -> None:
        if progress.done in (FULL, MANY):
            desks = sum(child.memory_info().rss for child in this.children(recursive=True))
            taken[progress.done] = this.memory_info().rss / MIB, desks / MIB

    before = resource.getrusage(resource.RUSAGE_SELF)
    run_batch([str(files[0].parent)], BatchOptions(), folder / "memory", report)
    after = resource.getrusage(resource.RUSAGE_SELF)
    table = []
    for place, title in enumerate(("model", "desks")):
        full, last = taken[FULL][place], taken[MANY][place]
        growth = last / full
        table.append(Row(f"{title}, after {FULL} files", f"{full:.0f} MiB"))
        table.append(
            Row(
                f"  after {MANY}",
                f"{last:.0f} MiB, ×{growth:.2f}",
                f"≤ ×{MOST_GROWTH:.2f}",
                growth <= MOST_GROWTH,
            )
        )
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    table.append(Row("processor time of the model's process", f"{1000 * seconds / MANY:.1f} ms a file"))
    return table
