"""Grad-CAM++."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="grad-cam++",
    name="Grad-CAM++",
    summary="Feature maps of the layer, weighted by positive gradients so that several regions show alike.",
    caution="Its weights are never negative: it hides evidence against the target.",
    reference="Chattopadhay et al., Grad-CAM++, WACV 2018, doi:10.1109/WACV.2018.00097",
    family=Family.GRADIENT_CAM,
    signed=False,
    order=2,
    cost="One backward pass from the score to the layer.",
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_k w_k * A_k`` with ``w_k = sum_ij alpha * ReLU(g)``, before the final ReLU.

    ``alpha = 1 / (2 + g * sum_ij A_k)`` where the gradient is not zero: equation 19 of the paper,
    ``g^2 / (2 g^2 + sum(A) g^3)``, divided by ``g^2`` so that small gradients do not underflow. Only
    positive gradients count in ``w_k``, so alpha is not needed elsewhere.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the gradient ``g`` of the score there.

    Returns
    -------
    (h, w) float32 array
        Negative only where activations are.
    """
    totals = probe.activations.sum(axis=(0, 1), dtype=np.float64)
    positive = np.maximum(probe.gradients, np.float32(0)).astype(np.float64)
    denominator = 2.0 + positive * totals
    # Zero or below only where probe.activations may be negative, which the paper rules out by its ReLU.
    alpha = np.divide(1.0, denominator, out=np.zeros_like(denominator), where=denominator > 0)
    weights = (alpha * positive).sum(axis=(0, 1))
    return np.asarray(probe.activations @ weights, np.float32)
