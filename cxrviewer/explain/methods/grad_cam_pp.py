"""Grad-CAM++."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.method_spec import MethodSpec

SPEC = MethodSpec(
    id="grad-cam++",
    name="Grad-CAM++",
    summary="Feature maps of the layer, weighted by positive gradients so that several regions show alike.",
    caution="Its weights are never negative: it hides evidence against the target.",
    reference="Chattopadhay et al., Grad-CAM++, WACV 2018, doi:10.1109/WACV.2018.00097",
    signed=False,
    order=2,
)


def attribute(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``M = sum_k w_k * A_k`` with ``w_k = sum_ij alpha * ReLU(g)``, before the final ReLU.

    ``alpha = 1 / (2 + g * sum_ij A_k)`` where the gradient is not zero: equation 19 of the paper,
    ``g^2 / (2 g^2 + sum(A) g^3)``, divided by ``g^2`` so that small gradients do not underflow. Only
    positive gradients count in ``w_k``, so alpha is not needed elsewhere.

    Parameters
    ----------
    activations, gradients : (h, w, c) float32 array
        Output of the target layer and the gradient of the score with respect to it.

    Returns
    -------
    (h, w) float32 array
        Negative only where activations are.
    """
    totals = activations.sum(axis=(0, 1), dtype=np.float64)
    positive = np.maximum(gradients, np.float32(0)).astype(np.float64)
    denominator = 2.0 + positive * totals
    # Zero or below only where activations may be negative, which the paper rules out by its ReLU.
    alpha = np.divide(1.0, denominator, out=np.zeros_like(denominator), where=denominator > 0)
    weights = (alpha * positive).sum(axis=(0, 1))
    return np.asarray(activations @ weights, np.float32)
