"""Eigen-CAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec
from cxrviewer.explain.principal import CENTRE, first_component

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="eigen-cam",
    name="Eigen-CAM",
    summary="The strongest common pattern of the layer's feature maps: what stands out to the model.",
    caution="It knows no target: the same map comes out for every class, whatever the model says.",
    reference="Muhammad and Yeasin, Eigen-CAM, IJCNN 2020, arXiv:2008.00299",
    family=Family.GRADIENT_CAM,
    signed=False,
    order=6,
    cost="A run of the model up to the layer and a decomposition of its output.",
    class_discriminative=False,
    parameters=(CENTRE,),
)


def attribute(probe: Probe, centre: str) -> Floats:
    """Return ``M = A v``, with ``v`` the first right singular vector of the activations (cells, channels).

    A singular vector has no sign of its own: the one is taken with which the map goes along with the
    mean activation.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer.
    centre : {"no", "yes"}
        As in the paper, or with the mean of every channel subtracted, as in pytorch-grad-cam.

    Returns
    -------
    (h, w) float32 array
        Uncentred, negative only where activations are.
    """
    activations = probe.activations
    return first_component(activations, activations.mean(axis=2, dtype=np.float64), centred=centre == "yes")
