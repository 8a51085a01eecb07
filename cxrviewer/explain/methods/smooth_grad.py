"""SmoothGrad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Steps

SPEC = MethodSpec(
    id="smooth-grad",
    name="SmoothGrad",
    summary="How steeply the score would rise if a pixel became brighter, averaged over noisy copies of the "
    "image.",
    caution="Shows what would change the score, not what it came from; smoother is not more faithful.",
    reference="Smilkov et al., SmoothGrad, 2017, arXiv:1706.03825",
    family=Family.INPUT_GRADIENT,
    signed=True,
    order=12,
    cost="A forward and a backward pass through the whole model for every sample.",
    uses_layer=False,
    parameters=(
        Parameter("samples", "Samples", 25, "More noisy copies: less noise.", minimum=1, maximum=1000),
        Parameter(
            "noise",
            "Noise",
            0.15,
            "Standard deviation of the noise as a share of the way from black to white.",
            minimum=0.01,
            maximum=1.0,
        ),
        Parameter("seed", "Seed", 0, "Another number draws another noise.", minimum=0, maximum=9999),
    ),
)


def attribute(probe: Probe, samples: int, noise: float, seed: int) -> Steps:
    """Return the mean over noisy copies of ``sum_c g_c * (white_c - black_c)``, in steps.

    Parameters
    ----------
    probe : Probe
        Gives the gradient ``g`` of the score at copies of the image.
    samples : int
        Number of copies.
    noise : float
        Standard deviation of the noise, 1 for the way from black to white. It is gray: the same in all
        channels.
    seed : int
        Of the noise.

    Returns
    -------
    (H, W) float32 array
        On the grid of the model's input.
    """
    image = probe.image
    draw = np.random.default_rng(seed)
    total = np.zeros(image.values.shape[1:])
    size = probe.gradients_a_step
    for start in range(0, samples, size):
        stop = min(start + size, samples)
        grain = draw.standard_normal((stop - start, *total.shape[:2], 1), np.float32)
        copies = image.values + grain * (np.float32(noise) * image.span)
        total += probe.input_gradients(copies).sum(axis=0, dtype=np.float64)
        yield stop / (samples + 1)
    return np.asarray(total @ image.span / samples, np.float32)
