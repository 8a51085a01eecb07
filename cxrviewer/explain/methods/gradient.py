"""The gradient at the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="gradient",
    name="Gradient",
    summary="How steeply the score would rise if a pixel became brighter.",
    caution="Shows what would change the score, not what it came from; mostly noise from pixel to pixel.",
    reference="Simonyan, Vedaldi and Zisserman, Deep Inside Convolutional Networks, 2013, arXiv:1312.6034",
    family=Family.INPUT_GRADIENT,
    signed=True,
    order=10,
    cost="One backward pass from the score to the input.",
    uses_layer=False,
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = sum_c g_c * (white_c - black_c)``: the derivative by the brightness of every pixel.

    The paper takes the greatest absolute value of the channels, which hides the sign.

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
    return np.asarray(probe.input_gradients(image.values)[0] @ image.span, np.float32)
