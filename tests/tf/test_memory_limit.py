"""The limit to the memory of the process that runs models."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")


def run(program: str) -> str:
    """Return what a program prints that runs in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def test_the_limit_is_most_of_the_memory() -> None:
    limit, soft = run(
        "import resource; from cxrviewer.models.memory import limit_memory\n"
        "print(limit_memory(), resource.getrlimit(resource.RLIMIT_DATA)[0])"
    ).split()
    assert limit == soft
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert min(4 * 2**30, physical // 2) <= int(limit) <= max(0.9 * physical, 4 * 2**30)


def test_a_limit_that_is_there_is_kept_and_both_libraries_say_so() -> None:
    """A limit set by the system is not raised; NumPy and TensorFlow fail at it with errors that are known."""
    said = run(
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**31, 2**31))\n"
        "from cxrviewer.models import backend\n"
        "from cxrviewer.models.memory import limit_memory\n"
        "import numpy as np\n"
        "print(limit_memory())\n"
        "tf = backend.tensorflow()\n"
        "for make in (lambda: np.ones(2**29, np.float32), lambda: tf.ones((2**28,)) + tf.ones((2**28, 1))):\n"
        "    try:\n"
        "        make()\n"
        "    except Exception as error:\n"
        "        print(backend.is_out_of_memory(error))\n"
    )
    assert said.split() == [str(2**31), "True", "True"]
