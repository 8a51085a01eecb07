"""Ablation-CAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.explain.method_spec import Family, MethodSpec

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Steps

SPEC = MethodSpec(
    id="ablation-cam",
    name="Ablation-CAM",
    summary="Feature maps of the layer, weighted by how far the score drops when each is set to zero.",
    caution="Channels are taken out one at a time: what several of them show alike is undervalued.",
    reference="Desai and Ramaswamy, Ablation-CAM, WACV 2020, doi:10.1109/WACV45572.2020.9093360",
    family=Family.PERTURBATION_CAM,
    signed=True,
    order=9,
    cost="A run of what follows the layer for every channel.",
)


def attribute(probe: Probe) -> Steps:
    """Return ``M = sum_k (S - S_k) * A_k`` in steps, with ``S_k`` the score without channel k.

    The paper divides the drop by ``S``, which turns the map around where the score is negative: left out.
    Before the paper's final ReLU.

    Parameters
    ----------
    probe : Probe
        Gives the activations ``A`` of the target layer and the scores that follow from changed ones.

    Returns
    -------
    (h, w) float32 array
    """
    activations = probe.activations
    weights = np.zeros(activations.shape[2])
    # Without a channel that is zero already, nothing changes.
    active = np.flatnonzero(activations.any(axis=(0, 1)))
    size = probe.ablations_a_step
    for start in range(0, len(active), size):
        part = active[start : start + size]
        weights[part] = probe.score - probe.ablated_scores(part)
        yield (start + len(part)) / (len(active) + 1)
    return np.asarray(activations @ weights, np.float32)
