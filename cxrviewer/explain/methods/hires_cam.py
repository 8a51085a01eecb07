"""HiResCAM."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.method_spec import MethodSpec

SPEC = MethodSpec(
    id="hires-cam",
    name="HiResCAM",
    summary="Activation times gradient at every cell; where only linear layers follow, the cells and a "
    "constant add up to the score.",
    caution="Where nonlinear layers follow the target layer, the cells no longer add up to the score.",
    reference="Draelos and Carin, HiResCAM, arXiv:2011.08891, 2020",
    signed=True,
    order=3,
)


def attribute(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``M = sum_k g_k * A_k``.

    Parameters
    ----------
    activations, gradients : (h, w, c) float32 array
        Output of the target layer and the gradient of the score with respect to it.

    Returns
    -------
    (h, w) float32 array
        In units of the score.
    """
    result: NDArray[np.float32] = np.einsum("ijk,ijk->ij", activations, gradients)
    return result
