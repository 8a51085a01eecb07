"""From the choice of a file to its pixels on screen, in the real window; and to the next of a folder."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks.desk import Desk, open_desk
from benchmarks.measure import Row, at_most, milliseconds
from benchmarks.radiographs import chest, write_dicom

ROUNDS = 7
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "dicom"
ENCODINGS = {
    "UNC": "uncompressed",
    "RLE": "RLE",
    "JPLL": "JPEG Lossless",
    "JLSL": "JPEG-LS",
    "J2KR": "JPEG 2000",
}
GOALS = {"uncompressed": 0.1, "JPEG Lossless": 0.25}
FLICK_GOAL = 0.05
THUMBNAIL = 0.6
"""Seconds after which the thumbnail of an image is there, too; less than until the user is taken to look."""
BESIDE = 12


def rows() -> list[Row]:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory() as name, open_desk() as desk:
        folder = Path(name)
        files = _files(folder)
        times = _opening(desk, folder, files)
        table = [_row(title, taken) for title, taken in times.items()]
        return table + _flicking(desk, folder / "beside")


def _files(folder: Path) -> dict[str, Path]:
    """Return files by what they are: a hip of 2140×1760 pixels in five encodings where it is there."""
    small, large = chest(2140, 1760, 10), chest(3000, 3000, 16)
    found = {
        f"2140×1760, 10 bits, {title}": SAMPLES / f"wg04_RG2_{name}.dcm"
        for name, title in ENCODINGS.items()
        if (SAMPLES / f"wg04_RG2_{name}.dcm").is_file()
    }
    made = {} if found else {"2140×1760, 10 bits": (small, 10)}
    made["3000×3000, 16 bits"] = (large, 16)
    for title, (pixels, bits) in made.items():
        for encoding, packed in (("uncompressed", False), ("JPEG Lossless", True)):
            path = folder / f"{title} {encoding}.dcm"
            found[f"{title}, {encoding}"] = write_dicom(path, pixels, bits, lossless_jpeg=packed)
    return found


def _opening(desk: Desk, folder: Path, files: dict[str, Path]) -> dict[str, list[float]]:
    """Return the seconds to open each file, which take turns; none has been read before or has neighbours."""
    times: dict[str, list[float]] = {title: [] for title in files}
    for number in range(ROUNDS + 1):
        for title, path in files.items():
            place = folder / f"{number}" / title
            place.mkdir(parents=True)
            copy = Path(shutil.copy(path, place / "image.dcm"))
            times[title].append(desk.open(copy))
            desk.wait_for_heatmap()
            desk.pause(THUMBNAIL)
            shutil.rmtree(place)
    return {title: taken[1:] for title, taken in times.items()}


def _row(title: str, taken: list[float]) -> Row:
    goal = next((limit for encoding, limit in GOALS.items() if title.endswith(encoding)), None)
    name, median = f"open to repaint: {title}", statistics.median(taken)
    return at_most(name, median, goal) if goal is not None else Row(name, milliseconds(median))


def _flicking(desk: Desk, folder: Path) -> list[Row]:
    """Return the times from the key to the next image with its heatmap, which were made in advance."""
    folder.mkdir()
    pixels = chest(2140, 1760, 10)
    for number in range(BESIDE):
        write_dicom(folder / f"{number:02}.dcm", np.roll(pixels, 16 * number, axis=1), 10)
    files = sorted(folder.iterdir())
    desk.open(files[0])
    desk.wait_for_heatmap()
    images, waits = [], []
    for path in files[1:]:
        begun = time.perf_counter()
        desk.wait(lambda path=path: desk.is_ahead(path))
        waits.append(time.perf_counter() - begun)
        desk.pause(0.1)
        start = time.perf_counter()
        QTest.keyClick(desk.canvas, Qt.Key.Key_Right)
        desk.canvas.repaint()
        images.append(time.perf_counter() - start)
        assert desk.shown.heatmap is not None
    return [
        at_most("next image and heatmap, made ahead, median", statistics.median(images), FLICK_GOAL),
        at_most("  the slowest of them", max(images), FLICK_GOAL),
        Row("  until the one after it is there, too", milliseconds(statistics.median(waits[1:]))),
    ]
