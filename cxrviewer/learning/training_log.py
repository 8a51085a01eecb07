"""The table that a training leaves, a line an epoch, read again while it grows."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

_NO_MEASURES = ("epoch", "seconds", "rate", "learning_rate")


@dataclass(frozen=True)
class TrainingLog:
    """What was measured after each epoch.

    Parameters
    ----------
    epochs : tuple of int
        Those that are done.
    total : int
        Epochs in all, as far as is known; at least the last.
    measures : tuple of (str, tuple of float)
        By name, one value an epoch.
    """

    epochs: tuple[int, ...]
    total: int
    measures: tuple[tuple[str, tuple[float, ...]], ...]

    def losses(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """Return what falls as the model learns."""
        return tuple(pair for pair in self.measures if "loss" in pair[0])

    def shares(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """Return what rises to 1 as the model learns."""
        known = (pair for pair in self.measures if "loss" not in pair[0])
        return tuple(pair for pair in known if all(0 <= value <= 1 for value in pair[1]))


def read_log(folder: Path) -> TrainingLog | None:
    """Return the log in the output folder of a training; None before the first epoch's end."""
    try:
        with (folder / "log.csv").open(newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        epochs = tuple(int(float(row[header.index("epoch")])) for row in rows)
        columns = {
            name: tuple(float(row[place]) for row in rows)
            for place, name in enumerate(header)
            if name not in _NO_MEASURES
        }
    except (OSError, ValueError, IndexError):
        return None
    if not epochs:
        return None
    return TrainingLog(epochs, max(_total(folder), epochs[-1]), tuple(columns.items()))


def _total(folder: Path) -> int:
    try:
        kept = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        return int(kept["settings"]["epochs"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def in_words(name: str) -> str:
    """Return the name of a measure as one would say it: "auc_pneumonia" is "AUC pneumonia"."""
    return name.replace("_", " ").replace("auc", "AUC").replace("iou", "IoU").replace("ece", "ECE")
