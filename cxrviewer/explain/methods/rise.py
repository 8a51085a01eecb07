"""RISE."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cxrviewer.explain.baselines import Baseline, image_of_nothing
from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats, Steps

SPEC = MethodSpec(
    id="rise",
    name="RISE",
    summary="How much higher than average the score is when a pixel is seen, over many random masks.",
    caution="An estimate from random masks: what is weak drowns in their noise, and another seed gives "
    "another map.",
    reference="Petsiuk, Das and Saenko, RISE, BMVC 2018, arXiv:1806.07421",
    family=Family.BLACK_BOX,
    signed=True,
    order=16,
    cost="A run of the whole model for every mask.",
    uses_layer=False,
    units=Units.CHANGE,
    parameters=(
        Parameter("masks", "Masks", 800, "More masks: less noise.", minimum=10, maximum=20000),
        Parameter(
            "cells",
            "Cells a side",
            7,
            "More cells: finer masks, which need more of them.",
            minimum=2,
            maximum=32,
        ),
        Parameter(
            "seen",
            "Share seen",
            0.5,
            "Share of the cells that a mask leaves as they are.",
            minimum=0.1,
            maximum=0.9,
        ),
        Parameter(
            "fill",
            "Covered with",
            Baseline.BLURRED.value,
            "What is seen behind a mask.",
            choices=(Baseline.BLURRED.value, Baseline.MEAN.value, Baseline.BLACK.value),
        ),
        Parameter("seed", "Seed", 0, "Another number draws other masks.", minimum=0, maximum=9999),
    ),
)


def attribute(probe: Probe, masks: int, cells: int, seen: float, fill: str, seed: int) -> Steps:
    """Return ``M = sum_i S(x behind m_i) * m_i / sum_i m_i - mean_i S(x behind m_i)`` in steps.

    The paper divides by the expected sum of the masks, ``n * seen``, which is dearer in noise, does not
    subtract the mean, so that everything looks important, and masks with black, which no radiograph has in
    the middle of a lung.

    Parameters
    ----------
    probe : Probe
        Gives the score ``S`` of images.
    masks : int
        Their number n.
    cells : int
        Of a mask along the shorter side.
    seen : float
        Probability that a cell shows the image.
    fill : str
        Of `Baseline`: what the other cells show.
    seed : int
        Of the masks.

    Returns
    -------
    (H, W) float32 array
        On the grid of the model's input.
    """
    image = probe.image.values
    behind = image_of_nothing(probe.image, fill)
    draw = np.random.default_rng(seed)
    weighted, weights = np.zeros(image.shape[1:3]), np.zeros(image.shape[1:3])
    total, size = 0.0, probe.images_a_step
    for start in range(0, masks, size):
        part = _masks(draw, min(size, masks - start), image.shape[1:3], cells, seen)
        # Of the change, which single precision resolves where it would not a score of many logits.
        changes = probe.scores(partial(_masked, image, behind, part)) - probe.score
        weighted += np.tensordot(changes.astype(np.float32), part, axes=1)
        weights += part.sum(axis=0)
        total += float(changes.sum())
        yield (start + len(part)) / (masks + 1)
    mean = total / masks
    # What was never seen is not known to differ from the mean.
    seen_mean = np.divide(weighted, weights, out=np.full_like(weighted, mean), where=weights > 0)
    return np.asarray(seen_mean - mean, np.float32)


def _masks(draw: np.random.Generator, count: int, shape: tuple[int, ...], cells: int, seen: float) -> Floats:
    """Return masks (count, H, W), 0 to 1: random grids, upsampled by one cell too much and cut at random."""
    side = math.ceil(min(shape) / cells)
    grid = [math.ceil(length / side) for length in shape]
    height, width = ((number + 1) * side for number in grid)
    masks = np.empty((count, *shape), np.float32)
    for mask in masks:
        chosen = (draw.random(grid) < seen).astype(np.float32)
        top, left = draw.integers(side, size=2)
        upsampled = cv2.resize(chosen, (width, height), interpolation=cv2.INTER_LINEAR)
        mask[:] = upsampled[top : top + shape[0], left : left + shape[1]]
    return masks


def _masked(image: Floats, behind: Floats, masks: Floats) -> Floats:
    """Return an image behind each of several masks (n, H, W), as (n, H, W, C)."""
    masked = np.empty((len(masks), *image.shape[1:]), np.float32)
    # Channel by channel: broadcasting over a last axis this short takes three times as long.
    for channel in range(image.shape[-1]):
        np.multiply(masks, (image - behind)[..., channel], out=masked[..., channel])
        masked[..., channel] += behind[..., channel]
    return masked
