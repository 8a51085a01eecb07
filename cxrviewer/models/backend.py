"""Importing TensorFlow and Keras: late, on one backend, and without noise."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from cxrviewer.errors import ModelError


@cache
def tensorflow() -> Any:
    """Import TensorFlow and Keras on its backend, and return TensorFlow.

    A few seconds the first time. Nothing is printed unless the import fails.

    Raises
    ------
    ModelError
        Keras was imported before, on another backend: in a notebook, say.
    """
    _check_keras()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _held_stderr(), collection_paused():
        import tensorflow as tf

        # Creates the devices now: their log lines would come with the first operation.
        tf.constant(0)
    # Its warnings are advice for whoever writes the model.
    tf.get_logger().setLevel("ERROR")
    # Hundreds of thousands of objects that stay: no later collection has to look at them.
    gc.freeze()
    return tf


def _check_keras() -> None:
    keras = sys.modules.get("keras")
    if keras is not None and (other := keras.config.backend()) != "tensorflow":
        hint = "Set KERAS_BACKEND=tensorflow before Keras is imported, and start again."
        raise ModelError(f"Keras runs on {other} here, not on TensorFlow.", hint)


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error says that Python or TensorFlow could not get memory."""
    return isinstance(error, MemoryError | tensorflow().errors.ResourceExhaustedError)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Keep the garbage collector still while much is made that stays: a fifth of the import's time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _held_stderr() -> Iterator[None]:
    """Hold back what native code writes to standard error; show it where the block raises.

    TensorFlow logs its start before its log level is read.
    """
    if sys.stderr is None:
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
