"""LayerCAM."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.method_spec import MethodSpec

SPEC = MethodSpec(
    id="layer-cam",
    name="LayerCAM",
    summary="Activation times the positive part of the gradient at every cell: finer at early layers.",
    caution="Leaves out what spoke against the target.",
    reference="Jiang et al., LayerCAM, IEEE TIP 2021, doi:10.1109/TIP.2021.3089943",
    signed=False,
    order=4,
)


def attribute(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``M = sum_k ReLU(g_k) * A_k``, before the paper's final ReLU.

    Parameters
    ----------
    activations, gradients : (h, w, c) float32 array
        Output of the target layer and the gradient of the score with respect to it.

    Returns
    -------
    (h, w) float32 array
        Negative only where activations are.
    """
    result: NDArray[np.float32] = np.einsum("ijk,ijk->ij", activations, np.maximum(gradients, np.float32(0)))
    return result
