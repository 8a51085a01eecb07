"""XGrad-CAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="xgrad-cam",
    name="XGrad-CAM",
    summary="Feature maps of the layer, weighted by the mean of the gradient where they are active; the "
    "cells add up to activation times gradient.",
    caution="Made for layers behind a ReLU: where positive and negative activations cancel, its weights grow "
    "out of proportion.",
    reference="Fu et al., Axiom-based Grad-CAM, BMVC 2020, arXiv:2008.02312",
    family=Family.GRADIENT_CAM,
    signed=True,
    order=5,
    cost="One backward pass from the score to the layer.",
    units=Units.SHARE,
)

_CANCELLED = 1e-6
"""Share of the absolute activations under which their sum is nothing but rounding."""


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_k w_k * A_k`` with ``w_k = sum_ij(g * A_k) / sum_ij A_k``, before the final ReLU.

    The sum in the denominator keeps its sign, as adding a small number to it would not; a channel
    whose activations cancel has no weight.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the gradient ``g`` of the score there.

    Returns
    -------
    (h, w) float32 array
        In units of the score: its sum is that of activation times gradient.
    """
    activations = probe.activations
    products = np.einsum("ijk,ijk->k", activations, probe.gradients, dtype=np.float64)
    totals = activations.sum(axis=(0, 1), dtype=np.float64)
    usable = np.abs(totals) > _CANCELLED * np.abs(activations).sum(axis=(0, 1), dtype=np.float64)
    weights = np.divide(products, totals, out=np.zeros_like(totals), where=usable)
    return np.asarray(activations @ weights, np.float32)
