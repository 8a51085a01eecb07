"""Where stored pixels lie in a view: orientation, scale and offset, one affine map.

View points follow the convention of `geometry`: the centre of the first view pixel is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxrviewer.imaging.geometry import Affine, apply_affine, resize_affine


@dataclass(frozen=True)
class Orientation:
    """What the user did to the image: a left-right flip first, then quarter turns clockwise."""

    flipped: bool = False
    quarter_turns: int = 0

    def rotated(self, turns: int) -> Orientation:
        """Return the orientation after `turns` further quarter turns clockwise."""
        return replace(self, quarter_turns=(self.quarter_turns + turns) % 4)

    def mirrored(self, *, vertical: bool = False) -> Orientation:
        """Return the orientation after a flip of what is seen, left-right or top-bottom."""
        extra = 2 if vertical else 0
        return Orientation(not self.flipped, (extra - self.quarter_turns) % 4)

    def matrix(self) -> Affine:
        """Return the linear part: signed axes, no translation."""
        matrix = np.diag([-1.0, 1.0, 1.0]) if self.flipped else np.eye(3)
        turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        for _ in range(self.quarter_turns % 4):
            matrix = turn @ matrix
        return matrix


@dataclass(frozen=True, eq=False)
class Viewport:
    """A view of `shape` = (rows, columns) pixels, and the map of stored points to view points.

    The map only scales, flips, turns by quarters and moves, so that rows and columns stay rows and columns.
    """

    shape: tuple[int, int]
    stored_to_view: Affine

    @property
    def view_to_stored(self) -> Affine:
        """The inverse map."""
        return np.asarray(np.linalg.inv(self.stored_to_view), np.float64)

    @property
    def scale(self) -> float:
        """View pixels along one stored column step."""
        return float(np.abs(self.stored_to_view[:2, 0]).max())


def orientation_of(viewport: Viewport) -> Orientation:
    """Return how the image is turned in a view."""
    signs = np.sign(viewport.stored_to_view[:2, :2])
    every = (Orientation(flipped, turns) for flipped in (False, True) for turns in range(4))
    return next(each for each in every if np.array_equal(np.sign(np.rint(each.matrix()[:2, :2])), signs))


def on_whole_pixels(viewport: Viewport) -> Viewport:
    """Return a viewport of scale 1 moved by half a pixel at most, so that nothing is interpolated.

    Viewports of other scales are returned as they are.
    """
    if viewport.scale != 1.0:
        return viewport
    matrix = viewport.stored_to_view.copy()
    matrix[:2, 2] = np.round(matrix[:2, 2])
    return Viewport(viewport.shape, matrix)


def oriented_size(
    image_shape: tuple[int, int], aspect: float, orientation: Orientation
) -> tuple[float, float]:
    """Return width and height of an image as seen at scale 1, in columns.

    Parameters
    ----------
    image_shape : tuple of int
        Rows and columns.
    aspect : float
        Height of a pixel over its width.
    orientation : Orientation
        Quarter turns swap the two.
    """
    width, height = float(image_shape[1]), image_shape[0] * aspect
    return (height, width) if orientation.quarter_turns % 2 else (width, height)


def make_viewport(
    image_shape: tuple[int, int],
    view_shape: tuple[int, int],
    *,
    scale: float,
    center: tuple[float, float],
    aspect: float = 1.0,
    orientation: Orientation | None = None,
) -> Viewport:
    """Return the viewport that shows the stored point `center` in the middle of the view.

    Parameters
    ----------
    image_shape : tuple of int
        Rows and columns of the stored pixels.
    view_shape : tuple of int
        Rows and columns of the view.
    scale : float
        View pixels per stored column.
    center : tuple of float
        Stored point (x, y) as fractions of the image's width and height, (0.5, 0.5) for its middle.
    aspect : float
        Height of a pixel over its width.
    orientation : Orientation, optional
        As stored when left out.
    """
    linear = (orientation or Orientation()).matrix() @ np.diag([scale, scale * aspect, 1.0])
    x = center[0] * image_shape[1] - 0.5
    y = center[1] * image_shape[0] - 0.5
    px, py = apply_affine(linear, x, y)
    matrix = linear.copy()
    matrix[0, 2] = (view_shape[1] - 1) / 2 - px
    matrix[1, 2] = (view_shape[0] - 1) / 2 - py
    return Viewport(view_shape, matrix)


def fit_scale(
    image_shape: tuple[int, int],
    view_shape: tuple[int, int],
    aspect: float = 1.0,
    orientation: Orientation | None = None,
) -> float:
    """Return the largest scale at which the whole image is in the view."""
    width, height = oriented_size(image_shape, aspect, orientation or Orientation())
    return min(view_shape[1] / width, view_shape[0] / height)


def fill_scale(
    image_shape: tuple[int, int],
    view_shape: tuple[int, int],
    aspect: float = 1.0,
    orientation: Orientation | None = None,
) -> float:
    """Return the smallest scale at which the image leaves nothing of the view free."""
    width, height = oriented_size(image_shape, aspect, orientation or Orientation())
    return max(view_shape[1] / width, view_shape[0] / height)


def fitted(image_shape: tuple[int, int], size: int, aspect: float = 1.0) -> Viewport:
    """Return the viewport of the whole image, `size` pixels along its longer side as it is seen."""
    width, height = oriented_size(image_shape, aspect, Orientation())
    scale = size / max(width, height)
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    return make_viewport(image_shape, shape, scale=scale, center=(0.5, 0.5), aspect=aspect)


def resized(viewport: Viewport, shape: tuple[int, int]) -> Viewport:
    """Return the same view in so many rows and columns."""
    return Viewport(shape, resize_affine(viewport.shape, shape) @ viewport.stored_to_view)


def full_resolution(
    image_shape: tuple[int, int], aspect: float = 1.0, orientation: Orientation | None = None
) -> Viewport:
    """Return the viewport of a picture at the image's own resolution.

    Non-square pixels are stretched along their longer side, so that no stored pixel is lost.
    """
    orientation = orientation or Orientation()
    scale = max(1.0, 1.0 / aspect)
    width, height = oriented_size(image_shape, aspect, orientation)
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    return make_viewport(
        image_shape, shape, scale=scale, center=(0.5, 0.5), aspect=aspect, orientation=orientation
    )
