"""Runs every benchmark in a process of its own: ``make bench`` or ``python -m benchmarks [NAME]``."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile

TITLES = {
    "bench_start": "Start: medians of five runs, the bare import and the program in turn",
    "bench_canvas": "Canvas: 3000×3000, 16 bits; alone, 1400×1000; and in a window of 1600×1100",
    "bench_open": "Opening: the real window, 1600×1100, medians of seven in turn",
    "bench_panes": "Panes: 3000×3000, 16 bits, in a window of 1280×800, all panes linked",
    "bench_memory": "Memory: 500 radiographs of 1500×1500, 16 bits, one after another, analysed",
    "bench_engine": "Engine: medians of three starts",
    "bench_batch": "Batch: radiographs of 224×224 by the built-in model, a picture and a row each",
    "bench_methods": "Methods: four architectures at 224×224, medians in turn",
}


def main() -> int:
    """Run one benchmark where it is named, else all of them."""
    if len(sys.argv) > 1:
        from benchmarks.measure import print_table

        print_table(TITLES[sys.argv[1]], importlib.import_module(f"benchmarks.{sys.argv[1]}").rows())
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as config:
        environment = {"QT_QPA_PLATFORM": "offscreen", "CXRVIEWER_CONFIG_DIR": config, **os.environ}
        # As in the analysis process.
        environment.setdefault("OPENBLAS_NUM_THREADS", "1")
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        for name in TITLES:
            command = [sys.executable, "-m", "benchmarks", name]
            failed += subprocess.run(command, check=False, env=environment).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
