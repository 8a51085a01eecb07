"""Weights and images that the writer and the readers of ``models.json`` draw alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def drawn_weights(shapes: Iterable[Sequence[int]], names: Iterable[str]) -> list[Floats]:
    rng = np.random.default_rng(0)
    values = []
    for shape, name in zip(shapes, names, strict=True):
        value = rng.normal(0, 0.3, shape)
        values.append((np.abs(value) + 0.5 if "variance" in name else value).astype(np.float32))
    return values


def drawn_images(channels: int, size: int) -> Floats:
    return np.random.default_rng(1).uniform(0, 255, (2, size, size, channels)).astype(np.float32)
