"""HiResCAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="hires-cam",
    name="HiResCAM",
    summary="Activation times gradient at every cell; where only linear layers follow, the cells and a "
    "constant add up to the score.",
    caution="Where nonlinear layers follow the target layer, the cells no longer add up to the score.",
    reference="Draelos and Carin, HiResCAM, arXiv:2011.08891, 2020",
    family=Family.GRADIENT_CAM,
    signed=True,
    order=3,
    cost="One backward pass from the score to the layer.",
    units=Units.SHARE,
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_k g_k * A_k``.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the gradient ``g`` of the score there.

    Returns
    -------
    (h, w) float32 array
        In units of the score.
    """
    return np.asarray(np.einsum("ijk,ijk->ij", probe.activations, probe.gradients), np.float32)
