"""The display shutter of a DICOM file (PS3.3 C.7.6.11, C.7.6.15)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging import shutter
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.planes import OverlayPlane, drawn_bits

_EDGES = (
    "ShutterUpperHorizontalEdge",
    "ShutterLeftVerticalEdge",
    "ShutterLowerHorizontalEdge",
    "ShutterRightVerticalEdge",
)
_WHITE = 0xFFFF
_LARGEST = 1 << 20


@dataclass(frozen=True, eq=False)
class Shutter:
    """What is covered, (H, W) bool, by which presentation value; the group of the plane that says so."""

    covered: NDArray[np.bool_]
    value: int = 0
    group: int | None = None


def read_shutter(
    tags: Tags, shape: tuple[int, int], aspect: float, planes: tuple[OverlayPlane, ...]
) -> Shutter | None:
    """Return what the shutters of an image cover together; None where nothing is.

    Parameters
    ----------
    tags : Tags
        Of the image, or of one frame. A malformed shutter, or one that leaves nothing to see, is noted and
        not used.
    shape : tuple of int
        Rows and columns.
    aspect : float
        Height of a pixel over its width.
    planes : tuple of OverlayPlane
        Of which one may be a bitmap shutter.
    """
    shapes = [text.upper() for text in tags.texts("ShutterShape")]
    group = tags.integer("ShutterOverlayGroup") if "BITMAP" in shapes else None
    masks = [
        _rectangle(tags, shape) if "RECTANGULAR" in shapes else None,
        _circle(tags, shape, aspect) if "CIRCULAR" in shapes else None,
        _polygon(tags, shape) if "POLYGONAL" in shapes else None,
        drawn_bits(tuple(plane for plane in planes if plane.group == group), shape) if group else None,
    ]
    covered = np.zeros(shape, np.bool_)
    for mask in masks:
        if mask is not None:
            covered |= mask
    if covered.all():
        tags.note("The shutter of the file covers the whole image and was ignored.")
        return None
    if not covered.any():
        return None
    covered.flags.writeable = False
    return Shutter(covered, _value(tags), group)


def _value(tags: Tags) -> int:
    """Return Shutter Presentation Value, of 16 bits, as one of 8; black where the file does not say."""
    value = tags.integer("ShutterPresentationValue") or 0
    return round(min(max(value, 0), _WHITE) * 255 / _WHITE)


def _rectangle(tags: Tags, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    edges = [tags.number(keyword) for keyword in _EDGES]
    top, left, bottom, right = edges
    if top is None or left is None or bottom is None or right is None:
        tags.malformed("ShutterShape")
        return None
    return shutter.outside_rectangle(shape, top - 1, left - 1, bottom - 1, right - 1)


def _circle(tags: Tags, shape: tuple[int, int], aspect: float) -> NDArray[np.bool_] | None:
    center, radius = tags.numbers("CenterOfCircularShutter"), tags.number("RadiusOfCircularShutter")
    if len(center) != 2 or np.isnan(center).any() or radius is None or radius <= 0:
        tags.malformed("ShutterShape")
        return None
    return shutter.outside_circle(shape, (center[0] - 1, center[1] - 1), radius, aspect)


def _polygon(tags: Tags, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    numbers = tags.numbers("VerticesOfThePolygonalShutter")
    if len(numbers) < 6 or len(numbers) % 2 or not all(abs(number) < _LARGEST for number in numbers):
        tags.malformed("ShutterShape")
        return None
    vertices = [(row - 1, column - 1) for row, column in zip(numbers[::2], numbers[1::2], strict=True)]
    return shutter.outside_polygon(shape, vertices)
