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
_FINER = 4
"""Points of the outline along the side of a cell."""
_SMOOTHED = 3.0
"""Standard deviation by which the outline is smoothed, in its points."""
_STRAIGHT = 0.08
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
    return LungField(mask, tuple(lines), doubt(mask))


def two_lungs(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the two largest components of a mask, without what is too small to be a lung."""
    _, numbers, statistics, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    large = 1 + np.argsort(-areas)[:2]
    kept = [number for number in large if areas[number - 1] >= _LEAST_LUNG * mask.size]
    return np.asarray(np.isin(numbers, kept))


def is_plausible(mask: NDArray[np.bool_]) -> bool:
    """Return whether a mask looks like two lungs: two components beside each other, of fitting size."""
    return not doubt(mask)


def doubt(mask: NDArray[np.bool_]) -> str:
    """Return why a mask does not look like two lungs, in a few words; "" where it does."""
    count, _, statistics, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count == 1:
        return "nothing looks like a lung"
    if count == 2:
        return "only one region looks like a lung"
    if count > 3:
        return "more than two regions look like lungs"
    areas = np.sort(statistics[1:, cv2.CC_STAT_AREA])
    across, down = np.abs(centres[1] - centres[2])
    share = float(areas.sum()) / mask.size
    if share < _PLAUSIBLE_AREA[0]:
        return "what looks like lungs is too small"
    if share > _PLAUSIBLE_AREA[1]:
        return "what looks like lungs is too large"
    if areas[0] < _LEAST_SYMMETRY * areas[1]:
        return "one of the lungs is much smaller than the other"
    return "" if across > down else "what looks like lungs is not side by side"


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
