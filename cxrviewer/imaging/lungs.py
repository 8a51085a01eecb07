"""The lungs on a frontal chest radiograph: what a mask of them must look like, and its outline."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Geometry

_LEAST_LUNG = 0.01
"""Share of the image under which a component is an island."""
_PLAUSIBLE_AREA = (0.12, 0.65)
_LEAST_SYMMETRY = 0.4
"""Area of the smaller lung over that of the larger one."""
_MOST_LEFT = 0.47
"""Share of the width to the left of which the middle of one lung is, and to the right that of the other."""
_LEVEL = 0.22
"""Share of the height by which one lung may be higher than the other."""
_LEAST_HEIGHT, _LEAST_HEIGHTS = 0.4, 0.6
"""Height of the lower lung as a share of the image's and of the other lung's."""
_UNSURE, _MOST_UNSURE = 0.4, 0.95
"""Distance of a probability from 0.5 under which it says little; share of the lungs that may be so."""
_FINER = 4
"""Points of the outline along the side of a cell."""
_SMOOTHED = 3.0
"""Standard deviation by which the outline is smoothed, in its points."""
_STRAIGHT = 0.05
"""Cells by which the outline may miss its points."""


@dataclass(frozen=True, eq=False)
class LungField:
    """The lungs on one image.

    Parameters
    ----------
    mask : (h, w) bool array
        Over the whole image.
    outline : tuple of (n, 2) float64 array
        Closed lines around the lungs, points (x, y) of the stored pixels.
    doubt : str
        Why the mask does not look like two lungs; "" where it does.
    """

    mask: NDArray[np.bool_]
    outline: tuple[NDArray[np.float64], ...]
    doubt: str

    @property
    def plausible(self) -> bool:
        """Whether the mask looks like two lungs."""
        return not self.doubt

    @property
    def area(self) -> float:
        """Share of the image, 0 to 1."""
        return float(self.mask.mean())


def lung_field(probabilities: NDArray[np.float32], threshold: float, geometry: Geometry) -> LungField:
    """Return the lungs where a segmenter has found them.

    Parameters
    ----------
    probabilities : (h, w) float array
        Of lung, 0 to 1, over the whole image.
    threshold : float
        Probability from which it is lung.
    geometry : Geometry
        Of the segmenter's input, which is the whole image.
    """
    mask = two_lungs(probabilities >= threshold)
    rows, columns = probabilities.shape
    affine = geometry.grid_to_stored((rows, columns))
    lines = (line @ affine[:2, :2].T + affine[:2, 2] for line in outline(probabilities, threshold, mask))
    return LungField(mask, tuple(lines), doubt(mask, probabilities))


def two_lungs(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the two largest components of a mask, without what is too small to be a lung."""
    _, numbers, statistics, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    large = 1 + np.argsort(-areas)[:2]
    kept = [number for number in large if areas[number - 1] >= _LEAST_LUNG * mask.size]
    return np.asarray(np.isin(numbers, kept))


def is_plausible(mask: NDArray[np.bool_]) -> bool:
    """Return whether a mask looks like two lungs: two components beside each other, of fitting size."""
    lungs = _components(mask)
    return not (_doubt_of_size(lungs) or _doubt_of_place(lungs))


def doubt(mask: NDArray[np.bool_], probabilities: NDArray[np.float32]) -> str:
    """Return why a mask does not look like the lungs of a frontal chest radiograph, "" where it does.

    Stricter than `is_plausible`, which looks at no more than size and side: two regions are found on
    almost any picture.
    """
    lungs = _components(mask)
    return _doubt_of_size(lungs) or _doubt_of_place(lungs) or _doubt_of_shape(lungs, mask, probabilities)


@dataclass(frozen=True)
class _Component:
    """A region of a mask; all are shares of the image, 0 to 1."""

    area: float
    x: float
    y: float
    height: float


def _components(mask: NDArray[np.bool_]) -> list[_Component]:
    """Return the regions of a mask, from left to right."""
    count, _, statistics, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    rows, columns = mask.shape
    found = [
        _Component(
            area=statistics[number, cv2.CC_STAT_AREA] / mask.size,
            x=centres[number, 0] / columns,
            y=centres[number, 1] / rows,
            height=statistics[number, cv2.CC_STAT_HEIGHT] / rows,
        )
        for number in range(1, count)
    ]
    return sorted(found, key=lambda each: each.x)


def _doubt_of_size(lungs: list[_Component]) -> str:
    if len(lungs) != 2:
        return ("nothing looks like a lung", "only one region looks like a lung")[len(lungs) == 1]
    areas = [lung.area for lung in lungs]
    if sum(areas) < _PLAUSIBLE_AREA[0]:
        return "what looks like lungs is too small"
    if sum(areas) > _PLAUSIBLE_AREA[1]:
        return "what looks like lungs is too large"
    return (
        "one of two regions is much smaller than the other"
        if min(areas) < _LEAST_SYMMETRY * max(areas)
        else ""
    )


def _doubt_of_place(lungs: list[_Component]) -> str:
    left, right = lungs
    return "" if right.x - left.x > abs(right.y - left.y) else "what looks like lungs is not side by side"


def _doubt_of_shape(
    lungs: list[_Component], mask: NDArray[np.bool_], probabilities: NDArray[np.float32]
) -> str:
    left, right = lungs
    if left.x >= _MOST_LEFT or right.x <= 1 - _MOST_LEFT or abs(right.y - left.y) > _LEVEL:
        return "what looks like lungs is not where lungs are"
    low, high = sorted((left.height, right.height))
    if low < _LEAST_HEIGHT or low < _LEAST_HEIGHTS * high:
        return "what looks like lungs is not shaped so"
    unsure = np.count_nonzero(np.abs(probabilities - 0.5) < _UNSURE)
    return "what looks like lungs has no clear edge" if unsure > _MOST_UNSURE * mask.sum() else ""


def outline(
    probabilities: NDArray[np.float32], threshold: float, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], ...]:
    """Return the line at which a map crosses a threshold, around each component of a mask.

    Returns
    -------
    tuple of (n, 2) float64 array
        Closed lines, points (x, y) of the map's grid.
    """
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept = np.where(near, probabilities, np.float32(0)).astype(np.float32)
    rows, columns = kept.shape
    fine = cv2.resize(kept, (columns * _FINER, rows * _FINER), interpolation=cv2.INTER_LINEAR)
    inside = (fine >= threshold).astype(np.uint8)
    lines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    least = _LEAST_LUNG * inside.size / 2
    return tuple(_smooth(line[:, 0]) for line in lines if cv2.contourArea(line) >= least)


def _smooth(line: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return a closed line of pixels without its steps, in cells of the coarser grid."""
    points = (line.astype(np.float64) + 0.5) / _FINER - 0.5
    frequencies = np.fft.fftfreq(len(points))[:, None]
    weights = np.exp(-2 * (np.pi * frequencies * _SMOOTHED) ** 2)
    smooth = np.fft.ifft(np.fft.fft(points, axis=0) * weights, axis=0).real
    fewer = cv2.approxPolyDP(smooth.astype(np.float32)[:, None], _STRAIGHT, closed=True)
    return np.asarray(fewer[:, 0], np.float64)
