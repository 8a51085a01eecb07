"""Grad-CAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="grad-cam",
    name="Grad-CAM",
    summary="Feature maps of the layer, summed with the mean gradient of the score as weight.",
    caution="Averaging the gradients can put weight on regions that the model did not use.",
    reference="Selvaraju et al., Grad-CAM, ICCV 2017, doi:10.1109/ICCV.2017.74",
    family=Family.GRADIENT_CAM,
    signed=True,
    order=1,
    cost="One backward pass from the score to the layer.",
    units=Units.SHARE,
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_k mean_ij(g_k) * A_k``, before the paper's final ReLU.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the gradient ``g`` of the score there.

    Returns
    -------
    (h, w) float32 array
    """
    weights = probe.gradients.mean(axis=(0, 1))
    return np.asarray(probe.activations @ weights, np.float32)
