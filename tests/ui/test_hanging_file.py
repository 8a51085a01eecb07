"""A file that never ends to be read does not keep the user from the next one."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from controller_bench import Bench

from cxrviewer.engine import reader as reader_module


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_another_file_opens_while_one_hangs(qtbot, bench: Bench, tmp_path: Path) -> None:
    picture, pipe = tmp_path / "picture.png", tmp_path / "pipe"
    cv2.imwrite(str(picture), np.add.outer(np.arange(40), np.arange(30)).astype(np.uint8))
    # Nobody writes to it: who opens it to read waits for ever.
    os.mkfifo(pipe)
    other = tmp_path / "other.png"
    shutil.copy(picture, other)
    bench.open(picture)
    bench.change(path=pipe)
    qtbot.wait(int(1000 * reader_module.IMPATIENCE) + 200)
    start = time.monotonic()
    bench.change(path=other)
    assert time.monotonic() - start < 1
    bench.wait(lambda: bench.shown.radiograph is not None and bench.shown.radiograph.path == other)
    assert time.monotonic() - start < reader_module.PATIENCE / 2
    assert bench.errors == []
