"""Standard output for results alone: native libraries write to the file descriptors themselves."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cxrviewer.cli.guard import debugging


@contextmanager
def hushed() -> Iterator[None]:
    """Send what is written to descriptors 1 and 2 inside the block nowhere.

    TensorFlow reports processor features, missing accelerators and compilations there, from C++ and Python.
    With ``CXRVIEWER_DEBUG`` set all of it goes to standard error.
    """
    if sys.stdout is None or sys.stderr is None:
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(1), os.dup(2)]
    target = os.dup(2) if debugging() else os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
        for descriptor in (*saved, target):
            os.close(descriptor)


def tolerate_any_text() -> None:
    """Let standard output escape what the terminal's encoding lacks, rather than fail on it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
