"""The numbers behind a heatmap, for other programs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.target import target_name
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.imaging.compose import effective_colormap
from cxrviewer.imaging.geometry import Affine
from cxrviewer.imaging.heatmap import byte_of, interpolation_weights


def grid_to_stored(scene: Scene) -> Affine:
    """Return the affine of cell centres of a scene's attribution to stored points."""
    rows, columns = scene.result.attribution.values.shape
    return scene.geometry.grid_to_stored((rows, columns))


def map_on_image(scene: Scene) -> NDArray[np.float32]:
    """Return the signed attribution on the stored pixels, interpolated as it is drawn.

    Returns
    -------
    (H, W) float32 array
        In the attribution's own values; NaN where the model's input does not reach, and around values that
        are not finite.
    """
    values = scene.result.attribution.values
    to_grid = np.linalg.inv(grid_to_stored(scene))
    (rows, columns), (cells_down, cells_across) = scene.radiograph.shape, values.shape
    across = interpolation_weights(to_grid[0, 0] * np.arange(columns) + to_grid[0, 2], cells_across)
    down = interpolation_weights(to_grid[1, 1] * np.arange(rows) + to_grid[1, 2], cells_down)
    known = np.isfinite(values)
    placed = np.asarray(down @ (np.where(known, values, np.float32(0)) @ across.T), np.float32)
    if not known.all():
        placed[down @ ((~known).astype(np.float32) @ across.T) > 0] = np.nan
    placed[~down.any(axis=1)] = np.nan
    placed[:, ~across.any(axis=1)] = np.nan
    return placed


def map_facts(scene: Scene, options: ExportOptions) -> dict[str, object]:
    """Return what the numbers of a map are, for its file's metadata: plain ASCII as JSON writes it."""
    attribution = scene.result.attribution
    facts: dict[str, object] = {
        "model": f"{scene.card.id} {scene.card.version}".strip(),
        "target": target_name(attribution.target, scene.card),
        "method": attribution.method,
        "layer": attribution.layer,
        "logit_factor": attribution.logit_factor,
        "meaning": "positive values spoke for the target, negative ones against it",
    }
    return {**facts, "notice": DISCLAIMER} if options.disclaimer else facts


def shares_on_image(scene: Scene) -> NDArray[np.float32]:
    """Return the map on the stored pixels as shares of its full scale, as they are drawn.

    Returns
    -------
    (H, W) float32 array
        0 to 1, or -1 to 1 where the scene shows evidence against, too; 0 where the model's input does not
        reach.
    """
    display, values = scene.display, map_on_image(scene)
    full = display.maximum / (scene.result.attribution.logit_factor or 1.0)
    share = np.nan_to_num(values / np.float32(full) if full > 0 else np.zeros_like(values))
    return np.clip(share, -1.0 if display.signed else 0.0, 1.0)


def map_preview(scene: Scene) -> NDArray[np.uint8]:
    """Return what a map looks like on the stored pixels in the colours of its scene, (H, W, 3) uint8."""
    signed = scene.display.signed
    low, high = byte_of(0.0, signed), byte_of(1.0, signed)
    codes = np.round(low + (high - low) * shares_on_image(scene)).astype(np.uint8)
    return np.asarray(colormap_table(effective_colormap(scene.style))[codes], np.uint8)
