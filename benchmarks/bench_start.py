"""From the start of the process to the window, to the first overlay, and the longest stall on the way.

Each round runs TensorFlow's bare import and the whole program in turn, so that both see the same machine.
Both find their bytecode compiled, as after an installation: a first round, not counted, sees to that.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from benchmarks.measure import Row, at_most, milliseconds
from cxrviewer.paths import resource

ROUNDS = 5
IMAGES = 10


def rows() -> list[Row]:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory() as folder:
        images = _images(Path(folder))
        environment = _environment(Path(folder) / "bytecode")
        bare, probes = [], []
        for _ in range(ROUNDS + 1):
            bare.append(_bare_import(environment))
            probes.append(_probe(images, environment))
        bare, probes = bare[1:], probes[1:]
    tensorflow = statistics.median(bare)
    window = statistics.median(probe["window"] for probe in probes)
    overlay = statistics.median(probe["overlay"] for probe in probes)
    extra = statistics.median(
        probe["overlay"] - import_time for probe, import_time in zip(probes, bare, strict=True)
    )
    gaps = [probe["gaps"][0][0] for probe in probes]
    gap, worst = statistics.median(gaps), max(gaps)
    changes = [seconds for probe in probes for seconds in probe["class_change"]]
    assert not any(probe["tensorflow_here"] for probe in probes)
    return [
        at_most("window painted after process start", window, 0.5),
        Row("bare import of TensorFlow", f"{tensorflow:.2f} s"),
        Row("first overlay after process start", f"{overlay:.2f} s"),
        at_most("first overlay minus bare import", extra, 1.5, unit="s"),
        at_most("longest event-loop gap, median of runs", gap, 0.016),
        at_most("longest event-loop gap, worst run", worst, 0.050),
        Row("gaps over 16 ms in a run (of the five longest)", _count_over(probes, 0.016)),
        at_most("class change from cached activations to repaint", statistics.median(changes), 0.016),
        Row("  its 90th percentile", milliseconds(float(np.percentile(changes, 90)))),
    ]


def _count_over(probes: list[dict], limit: float) -> str:
    counts = [sum(gap > limit for gap, _ in probe["gaps"]) for probe in probes]
    return f"{statistics.median(counts):g}"


def _images(folder: Path) -> list[Path]:
    """Return the phantom as DICOM, and ten pictures that differ from it by noise and brightness."""
    sample = cv2.imread(str(resource("samples", "phantom-opacity.png")), cv2.IMREAD_UNCHANGED)
    rng = np.random.default_rng(0)
    paths = [resource("samples", "phantom-opacity.dcm")]
    for number in range(IMAGES):
        noisy = sample * (0.7 + 0.03 * number) + rng.normal(0, 200, sample.shape)
        paths.append(folder / f"image {number}.png")
        cv2.imwrite(str(paths[-1]), np.clip(noisy, 0, 65535).astype(np.uint16))
    return paths


def _environment(bytecode: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode)}


def _bare_import(environment: dict[str, str]) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-c", "import tensorflow"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def _probe(images: list[Path], environment: dict[str, str]) -> dict:
    command = [sys.executable, "-m", "benchmarks.probe_start", repr(time.time()), *map(str, images)]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
        cwd=Path(__file__).parents[1],
    )
    return json.loads(done.stdout.splitlines()[-1])
