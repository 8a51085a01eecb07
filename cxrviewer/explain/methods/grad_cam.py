"""Grad-CAM."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.method_spec import MethodSpec

SPEC = MethodSpec(
    id="grad-cam",
    name="Grad-CAM",
    summary="Feature maps of the layer, summed with the mean gradient of the score as weight.",
    caution="Averaging the gradients can put weight on regions that the model did not use.",
    reference="Selvaraju et al., Grad-CAM, ICCV 2017, doi:10.1109/ICCV.2017.74",
    signed=True,
    order=1,
)


def attribute(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``M = sum_k mean_ij(g_k) * A_k``, before the paper's final ReLU.

    Parameters
    ----------
    activations, gradients : (h, w, c) float32 array
        Output of the target layer and the gradient of the score with respect to it.

    Returns
    -------
    (h, w) float32 array
    """
    weights = gradients.mean(axis=(0, 1))
    return np.asarray(activations @ weights, np.float32)
