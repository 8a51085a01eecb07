"""Score-CAM."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe, ProbedImage
    from cxrviewer.explain.steps import Floats, Steps

SPEC = MethodSpec(
    id="score-cam",
    name="Score-CAM",
    summary="Feature maps of the layer, weighted by the score of the image when only what they show is left.",
    caution="A masked image is unlike any that the model has learned from, and the weights are never "
    "negative: evidence against the target is not shown.",
    reference="Wang et al., Score-CAM, CVPR Workshops 2020, arXiv:1910.01279",
    family=Family.PERTURBATION_CAM,
    signed=False,
    order=8,
    cost="A run of the model for every channel that is tried.",
    parameters=(
        Parameter(
            "top",
            "Channels",
            64,
            "How many channels are tried, those that vary most over the map; 0 for all.",
            minimum=0,
            maximum=4096,
        ),
    ),
)


def attribute(probe: Probe, top: int) -> Steps:
    """Return ``M = sum_k w_k * A_k`` in steps, with ``w = softmax_k S(black + H_k * (x - black))``.

    ``H_k`` is the map of a channel, upsampled with half-pixel centres and stretched to 0 to 1; that of a
    channel that is the same everywhere is 0. The paper subtracts the score of a baseline from each, which
    the softmax takes out again, so that no baseline is run.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the scores ``S`` of masked images.
    top : int
        Number of channels with the greatest variance that are tried; 0 for all.

    Returns
    -------
    (h, w) float32 array
        Negative only where activations are.
    """
    activations = probe.activations
    varies = np.ptp(activations, axis=(0, 1)) > 0
    spread = np.where(varies, activations.var(axis=(0, 1), dtype=np.float64), -1.0)
    chosen = np.argsort(-spread, kind="stable")[: top or None]
    count, size = int(varies[chosen].sum()), probe.images_a_step
    scores = []
    for start in range(0, count, size):
        stop = min(start + size, count)
        maps = activations[..., chosen[start:stop]]
        scores.append(probe.scores(partial(_masked, probe.image, maps)))
        yield stop / (len(chosen) + 1)
    if count < len(chosen):
        # Behind a channel that does not vary everything is black: one image stands for all of these.
        black = probe.scores(lambda: np.zeros_like(probe.image.values) + probe.image.black)
        scores.append(np.repeat(black, len(chosen) - count))
    given = np.concatenate(scores)
    weights = np.exp(given - given.max())
    return np.asarray(activations[..., chosen] @ (weights / weights.sum()), np.float32)


def _masked(image: ProbedImage, maps: Floats) -> Floats:
    """Return an image behind each of several maps (h, w, n), as (n, H, W, C)."""
    _, rows, columns, channels = image.values.shape
    above = [np.ascontiguousarray(image.values[0, ..., c] - image.black[c]) for c in range(channels)]
    masked = np.empty((maps.shape[2], rows, columns, channels), np.float32)
    # One image and channel at a time, which stay in the processor's cache: twice as fast as all at once.
    for behind, values in zip(masked, np.ascontiguousarray(maps.transpose(2, 0, 1)), strict=True):
        mask = cv2.resize(values, (columns, rows), interpolation=cv2.INTER_LINEAR)
        mask -= mask.min()
        mask /= max(mask.max(), np.finfo(np.float32).tiny)
        for channel, black in enumerate(image.black):
            np.multiply(mask, above[channel], out=behind[..., channel])
            behind[..., channel] += black
    return masked
