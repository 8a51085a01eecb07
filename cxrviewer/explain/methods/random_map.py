"""Random map, a control."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="random",
    name="Random",
    summary="Smooth noise: what a heatmap looks like that has nothing to do with image or model.",
    caution="It explains nothing; a map that looks no better than this one says no more.",
    reference="After Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018, arXiv:1810.03292",
    family=Family.CONTROL,
    signed=True,
    order=17,
    cost="None but the grid of the layer.",
    class_discriminative=False,
    parameters=(Parameter("seed", "Seed", 0, "Another number gives another map.", minimum=0, maximum=9999),),
)

_BLUR = 0.1
"""Standard deviation of the blur as a share of the side."""


def attribute(probe: Probe, seed: int) -> Floats:
    """Return Gaussian noise, blurred, with mean 0 and standard deviation 1.

    Parameters
    ----------
    probe : Probe
        Gives the grid of the target layer, and nothing else.
    seed : int
        Of the noise: the same one gives the same map for every image, model and target.

    Returns
    -------
    (h, w) float32 array
    """
    shape = probe.activations.shape[:2]
    noise = np.random.default_rng(seed).standard_normal(shape, np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), sigmaX=_BLUR * shape[1], sigmaY=_BLUR * shape[0])
    return np.asarray((blurred - blurred.mean()) / blurred.std(), np.float32)
