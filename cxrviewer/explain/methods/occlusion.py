"""Occlusion."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.baselines import Baseline, image_of_nothing
from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter, Units

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats, Steps

SPEC = MethodSpec(
    id="occlusion",
    name="Occlusion",
    summary="How far the score drops when a patch of the image is covered, patch by patch.",
    caution="What a patch is too small to cover, or what is seen in two places, makes no difference; and the "
    "edge of a patch may itself look like a finding.",
    reference="Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, "
    "arXiv:1311.2901",
    family=Family.BLACK_BOX,
    signed=True,
    order=15,
    cost="A run of the whole model for every place of the patch.",
    uses_layer=False,
    units=Units.CHANGE,
    parameters=(
        Parameter(
            "patch",
            "Patch, % of the side",
            12,
            "Side of the patch; a larger one covers larger findings.",
            minimum=2,
            maximum=60,
        ),
        Parameter(
            "stride",
            "Stride, % of the patch",
            50,
            "From one patch to the next; half of it takes four times as long.",
            minimum=10,
            maximum=100,
        ),
        Parameter(
            "fill",
            "Covered with",
            Baseline.BLURRED.value,
            "What is seen in place of the patch.",
            choices=(Baseline.BLURRED.value, Baseline.MEAN.value, Baseline.BLACK.value),
        ),
    ),
)

_Box = tuple[slice, slice]


def attribute(probe: Probe, patch: int, stride: int, fill: str) -> Steps:
    """Return ``M_p = S(x) - S(x with patch p covered)`` in steps, one value a patch.

    The grid of the map is that of the patches: each value is a change of the score that was measured, for
    the patch centred on its cell. A mean over the patches that cover a pixel would be finer to look at and
    a number that the model never gave.

    Parameters
    ----------
    probe : Probe
        Gives the score ``S`` of images.
    patch : int
        Side of the square patch in % of the image's shorter side.
    stride : int
        Distance of patches, at most, in % of the patch.
    fill : str
        Of `Baseline`.

    Returns
    -------
    (h, w) float32 array
        Cells of equal size over the whole input; patches at the rim stick out of it.
    """
    image = probe.image.values
    rows, columns = image.shape[1:3]
    side = max(patch / 100 * min(rows, columns), 1.0)
    places = [_places(length, side, side * stride / 100) for length in (rows, columns)]
    boxes = [(down, across) for down in places[0] for across in places[1]]
    covered = image_of_nothing(probe.image, fill)
    scores, size = np.empty(len(boxes)), probe.images_a_step
    for start in range(0, len(boxes), size):
        part = boxes[start : start + size]
        scores[start : start + len(part)] = probe.scores(partial(_covered, image, covered, part))
        yield (start + len(part)) / (len(boxes) + 1)
    return np.asarray((probe.score - scores).reshape(len(places[0]), len(places[1])), np.float32)


def _places(length: int, side: float, stride: float) -> list[slice]:
    """Return the pixels along one axis of patches centred in equal cells no longer than the stride."""
    count = min(math.ceil(length / stride), length)
    firsts = [round((number + 0.5) * length / count - side / 2) for number in range(count)]
    # Rounded up, so that nothing is left between two patches.
    return [slice(max(first, 0), min(first + math.ceil(side), length)) for first in firsts]


def _covered(image: Floats, covered: Floats, boxes: list[_Box]) -> Floats:
    """Return copies (n, H, W, C) of an image, each with another box covered."""
    copies = np.repeat(image, len(boxes), axis=0)
    for copy, box in zip(copies, boxes, strict=True):
        copy[box] = covered[0][box]
    return copies
