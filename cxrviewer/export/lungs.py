"""The lungs in an export: how their outline looks in a view, and what is saved of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.ink import BLACK, draw_shapes
from cxrviewer.imaging.drawing import Path
from cxrviewer.imaging.geometry import Affine
from cxrviewer.imaging.lungs import LungField
from cxrviewer.models.lungs import lung_card

MADE_FOR = "the model was made for frontal chest radiographs"
NO_LUNGS = f"No lungs found: {MADE_FOR}"

COLOR = (143, 227, 176)
HALO = 0.55
"""Opacity of the dark edge of the line."""
WIDTH, HALO_WIDTH = 1.4, 3.4
"""Screen pixels."""
_DECIMALS = 2
_LONGEST_NAME = 500


@dataclass(frozen=True, eq=False)
class SceneLungs:
    """What is known of the lungs on the image of a scene.

    Parameters
    ----------
    outline : tuple of (n, 2) float64 array
        Closed lines that are drawn, points (x, y) of the stored pixels; none where no lungs were found.
    segmenter, sha256 : str
        Name, version and weights of the model that has found them.
    """

    outline: tuple[NDArray[np.float64], ...]
    segmenter: str
    sha256: str

    @property
    def found(self) -> bool:
        """Whether there are lungs to be outlined; else it is said that there are none."""
        return bool(self.outline)


def scene_lungs(field: LungField) -> SceneLungs:
    """Return lungs as they are drawn and recorded, to a hundredth of a pixel."""
    card = lung_card()
    outline = tuple(np.round(line, _DECIMALS) for line in field.outline if field.plausible)
    return SceneLungs(outline, f"{card.name} {card.version}", card.sha256)


def paint_lungs(picture: NDArray[np.uint8], lungs: SceneLungs, to_view: Affine, unit: float) -> None:
    """Outline lungs on a picture, in place, as the window does.

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
        Red, green, blue.
    lungs : SceneLungs
        Of the image.
    to_view : (3, 3) float64 array
        Stored points to points of the picture.
    unit : float
        Pixels of the picture a screen pixel.
    """
    lines = (line @ to_view[:2, :2].T + to_view[:2, 2] for line in lungs.outline)
    shapes = [Path(tuple((float(x), float(y)) for x, y in line), closed=True) for line in lines]
    draw_shapes(picture, shapes, BLACK, HALO_WIDTH * unit, opacity=HALO)
    draw_shapes(picture, shapes, COLOR, WIDTH * unit)


def lungs_record(lungs: SceneLungs) -> dict[str, object]:
    """Return lungs as JSON has them."""
    return {
        "segmenter": lungs.segmenter,
        "sha256": lungs.sha256,
        "outline": [line.tolist() for line in lungs.outline],
    }


def lungs_of_record(content: Mapping[str, Any] | None) -> SceneLungs | None:
    """Return the lungs that a sidecar of an export records; None for none.

    Raises
    ------
    ValueError, TypeError, KeyError
        The record is damaged.
    """
    if content is None:
        return None
    outline = tuple(np.array(line, np.float64) for line in content["outline"])
    if not all(line.ndim == 2 and line.shape[1] == 2 and np.isfinite(line).all() for line in outline):
        raise ValueError("no line")
    segmenter = str(content["segmenter"])
    if len(segmenter) > _LONGEST_NAME:
        raise ValueError("no name")
    return SceneLungs(outline, segmenter, str(content["sha256"]))
