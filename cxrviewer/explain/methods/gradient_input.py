"""Gradient times input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="gradient-x-input",
    name="Gradient × input",
    summary="What each pixel, as far as it is brighter than black, would add to the score of a linear model.",
    caution="No model is linear all the way to black, and what is black never counts, lungs that are dark "
    "for a reason included.",
    reference="Shrikumar et al., Not Just a Black Box, 2016, arXiv:1605.01713",
    family=Family.INPUT_GRADIENT,
    signed=True,
    order=11,
    cost="One backward pass from the score to the input.",
    uses_layer=False,
    units=Units.SHARE,
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_c g_c * (x_c - black_c)``.

    Parameters
    ----------
    probe : Probe
        Gives the gradient ``g`` of the score at the input.

    Returns
    -------
    (H, W) float32 array
        On the grid of the model's input.
    """
    image = probe.image
    gradients = probe.input_gradients(image.values)[0]
    return np.asarray(np.einsum("ijk,ijk->ij", gradients, image.values[0] - image.black), np.float32)
