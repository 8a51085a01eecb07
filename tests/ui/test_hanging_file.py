"""A file that never ends to be read does not keep the user from the next one."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from controller_bench import Bench

from cxrviewer.engine import reader as reader_module


@pytest.fixture
def endless() -> Iterator[Path]:
    """A file whose reader waits for ever: a terminal at which nobody types."""
    ends = os.openpty()
    yield Path(os.ttyname(ends[1]))
    for end in ends:
        os.close(end)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals")
def test_another_file_opens_while_one_hangs(qtbot, bench: Bench, endless: Path, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    cv2.imwrite(str(picture), np.add.outer(np.arange(40), np.arange(30)).astype(np.uint8))
    other = tmp_path / "other.png"
    shutil.copy(picture, other)
    bench.open(picture)
    bench.change(path=endless)
    qtbot.wait(int(1000 * reader_module.IMPATIENCE) + 200)
    start = time.monotonic()
    bench.change(path=other)
    assert time.monotonic() - start < 1
    bench.wait(lambda: bench.shown.radiograph is not None and bench.shown.radiograph.path == other)
    assert time.monotonic() - start < reader_module.PATIENCE / 2
    assert bench.errors == []
