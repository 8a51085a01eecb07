"""Integrated gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.baselines import Baseline, image_of_nothing
from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Steps

SPEC = MethodSpec(
    id="integrated-gradients",
    name="Integrated gradients",
    summary="What each pixel adds to the score on the straight way from an image that shows nothing to this "
    "one; the parts sum to the change of the score.",
    caution="Depends on the baseline: what looks like it, such as dark lungs against black, never counts; "
    "and the images on the way are unlike any radiograph.",
    reference="Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017, "
    "arXiv:1703.01365",
    family=Family.INPUT_GRADIENT,
    signed=True,
    order=13,
    cost="A forward and a backward pass through the whole model for every step.",
    uses_layer=False,
    units=Units.SHARE,
    parameters=(
        Parameter(
            "steps",
            "Steps",
            64,
            "More steps on the way: a smaller gap to the change of the score.",
            minimum=1,
            maximum=1000,
        ),
        Parameter(
            "baseline",
            "Baseline",
            Baseline.BLACK.value,
            "The image that shows nothing, from which the way starts.",
            choices=tuple(kind.value for kind in Baseline),
        ),
    ),
)

_SMALL_GAP = 0.01


def attribute(probe: Probe, steps: int, baseline: str) -> Steps:
    """Return ``M = sum_c (x - b)_c * mean_a g_c(b + a * (x - b))`` in steps, and note how complete it is.

    The mean is that of the midpoints of equal parts of the way. On networks of ReLUs the gradient jumps on
    the way, so that a Gauss-Legendre rule gains nothing (of a change of three logits, both missed 0.5 % at
    most from 32 steps on), and the trapezoidal one needs two to four times the steps. Where what speaks for
    the target and what against nearly cancel, the same error is a larger share of what is left.

    Parameters
    ----------
    probe : Probe
        Gives the gradient ``g`` of the score on the way to the image ``x``.
    steps : int
        Number of parts.
    baseline : str
        Of `Baseline`; ``b``.

    Returns
    -------
    (H, W) float32 array
        On the grid of the model's input.
    """
    start = image_of_nothing(probe.image, baseline)
    way = probe.image.values - start
    positions = ((np.arange(steps) + 0.5) / steps).astype(np.float32)
    total = np.zeros(way.shape[1:])
    size = probe.gradients_a_step
    for first in range(0, steps, size):
        part = positions[first : first + size]
        points = start + part[:, None, None, None] * way
        total += probe.input_gradients(points).sum(axis=0, dtype=np.float64)
        yield (first + len(part)) / (steps + 1)
    values = np.einsum("ijk,ijk->ij", total / steps, way[0])
    change = probe.score - float(probe.scores(lambda: start)[0])
    probe.notes.append(_completeness(float(values.sum()), change))
    return np.asarray(values, np.float32)


def _completeness(total: float, change: float) -> str:
    """Return how well the parts of a map sum to the change of the score."""
    found = f"The map sums to {total:+.3f}; the score changes by {change:+.3f} from the baseline to the image"
    if change == 0:
        return f"{found}."
    gap = abs(total - change) / abs(change)
    advice = " More steps make it smaller." if gap > _SMALL_GAP else ""
    return f"{found}, a gap of {gap:.1%}.{advice}"
