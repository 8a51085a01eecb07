"""How long the analysis process takes until its first heatmap could begin."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.measure import Row, at_most
from cxrviewer.engine.engine import Engine
from cxrviewer.models.catalog import resolve_model

# Of ready minus bare import; the first overlay has another half second for the image.
READY_GOAL = 1.0


def rows() -> list[Row]:
    """Measure and return the table."""
    bare, ready = [], []
    for _ in range(3):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, capture_output=True)
        bare.append(time.perf_counter() - before)
        before = time.perf_counter()
        engine = Engine()
        engine.start(resolve_model("default")).result()
        ready.append(time.perf_counter() - before)
        engine.close()
    imported, prepared = statistics.median(bare), statistics.median(ready)
    return [
        Row("python -c 'import tensorflow'", f"{imported:.2f} s"),
        at_most("engine start to built-in model compiled", prepared, imported + READY_GOAL, "s"),
    ]


if __name__ == "__main__":
    from benchmarks.measure import print_table

    print_table("Engine", rows())
