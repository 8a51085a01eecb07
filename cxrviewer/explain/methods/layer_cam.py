"""LayerCAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="layer-cam",
    name="LayerCAM",
    summary="Activation times the positive part of the gradient at every cell: finer at early layers.",
    caution="Leaves out what spoke against the target.",
    reference="Jiang et al., LayerCAM, IEEE TIP 2021, doi:10.1109/TIP.2021.3089943",
    family=Family.GRADIENT_CAM,
    signed=False,
    order=4,
    cost="One backward pass from the score to the layer.",
    units=Units.SHARE,
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_k ReLU(g_k) * A_k``, before the paper's final ReLU.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the gradient ``g`` of the score there.

    Returns
    -------
    (h, w) float32 array
        Negative only where activations are.
    """
    return np.asarray(
        np.einsum("ijk,ijk->ij", probe.activations, np.maximum(probe.gradients, np.float32(0))), np.float32
    )
