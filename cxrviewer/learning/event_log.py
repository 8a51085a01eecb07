"""The course of a training for TensorBoard."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = "tensorboard"


class EventLog:
    """Event files in the output folder of a run: ``tensorboard --logdir FOLDER`` draws them.

    Written by TensorFlow alone: TensorBoard itself need not be installed.

    Parameters
    ----------
    folder : Path
        The output folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FOLDER
        self._writer: Any = None

    def scalars(self, values: Mapping[str, float], epoch: int) -> None:
        """Log numbers of an epoch, from 1."""
        import tensorflow as tf

        for name, value in values.items():
            self._write(name, tf.constant(value, tf.float32), "scalars", epoch)
        self._writer.flush()

    def picture(self, name: str, pixels: NDArray[np.uint8], epoch: int) -> None:
        """Log a picture (H, W, 3) of an epoch."""
        import tensorflow as tf

        rows, columns = pixels.shape[:2]
        data = [str(columns).encode(), str(rows).encode(), tf.io.encode_png(pixels).numpy()]
        self._write(name, tf.constant(data), "images", epoch)
        self._writer.flush()

    def _write(self, name: str, tensor: Any, plugin: str, epoch: int) -> None:
        import tensorflow as tf

        metadata = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name=plugin)
        )
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self._path))
        with self._writer.as_default():
            tf.summary.write(name, tensor, step=epoch, metadata=metadata)


def forget_events(folder: Path) -> None:
    """Remove what an earlier run has logged in an output folder."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
