"""Eigen-Grad-CAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec
from cxrviewer.explain.principal import CENTRE, first_component

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="eigen-grad-cam",
    name="Eigen-Grad-CAM",
    summary="The strongest common pattern of activation times gradient: HiResCAM with its main part alone.",
    caution="Keeps one pattern: weaker evidence of another kind, for or against, is left out.",
    reference="Gildenblat et al., pytorch-grad-cam, 2021, github.com/jacobgil/pytorch-grad-cam (no paper)",
    family=Family.GRADIENT_CAM,
    signed=True,
    order=7,
    cost="One backward pass from the score to the layer and a decomposition of the product.",
    parameters=(CENTRE,),
)


def attribute(probe: Probe, centre: str) -> Floats:
    """Return ``M = P v``, with ``v`` the first right singular vector of ``P = g * A`` (cells, channels).

    The sign is that with which the map goes along with ``sum_k P``, the map of HiResCAM.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the gradient ``g`` of the score there.
    centre : {"no", "yes"}
        As it is, so that a cell without evidence is zero, or with the mean of every channel
        subtracted, as in pytorch-grad-cam.

    Returns
    -------
    (h, w) float32 array
    """
    products = probe.activations * probe.gradients
    return first_component(products, products.sum(axis=2, dtype=np.float64), centred=centre == "yes")
