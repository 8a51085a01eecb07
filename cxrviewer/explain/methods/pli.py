"""Pixel-level interpretability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats

SPEC = MethodSpec(
    id="pli",
    name="PLI",
    summary="Pixel-level interpretability: the mean gradient of the score at every cell of the layer, "
    "stretched to 0 to 1.",
    caution="Looks at no activation and has no zero; where the layer's output is averaged over the map, it "
    "is the same everywhere, whatever the image shows.",
    reference="Ennab and Mcheick, IEEE Open Journal of the Computer Society 2025, "
    "doi:10.1109/OJCS.2025.3582726",
    family=Family.GRADIENT_CAM,
    signed=False,
    order=14,
    cost="One backward pass from the score to the layer.",
)


def attribute(probe: Probe) -> Floats:
    """Return ``M = mean_k((g - min g) / (max g - min g))``, rectified; the extremes are over all of ``g``.

    As in the script published with the comparison on VGG19, but for its gradient, which is that of the
    output of a second run with respect to the first and so does not exist: here there is one run.

    Parameters
    ----------
    probe : Probe
        Gives the gradient ``g`` of the score at the target layer.

    Returns
    -------
    (h, w) float32 array
        0 to 1; zero where the gradient is the same everywhere, over all channels too.
    """
    gradients = probe.gradients
    low, high = float(gradients.min()), float(gradients.max())
    if high == low:
        return np.zeros(gradients.shape[:2], np.float32)
    stretched = (gradients.mean(axis=2, dtype=np.float64) - low) / (high - low)
    return np.asarray(np.maximum(stretched, 0), np.float32)
