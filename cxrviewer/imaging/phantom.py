"""A drawn frontal chest radiograph for teaching and tests: no patient, and nothing measured.

Every organ is a shape with a thickness, as in a projection through rounded bodies; the thicknesses add up to
an attenuation, which is what the shades show. Coordinates are in image widths: x from 0 (the patient's right,
on the image's left) to 1, y from 0 at the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

SHAPE = (1200, 1024)
BITS = 12
SEED = 20

Plane = NDArray[np.float32]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Opacity:
    """A round, soft-edged shadow in a lung.

    Parameters
    ----------
    center : tuple of float
        Column and row, in pixels of the phantom.
    radius : float
        Pixels from the centre to where the shadow has half its strength.
    strength : float
        Attenuation at the centre; that of an aerated lung's own loss is about 0.5.
    """

    center: tuple[float, float] = (262.0, 640.0)
    radius: float = 120.0
    strength: float = 0.25


def draw_phantom(opacity: Opacity | None = None) -> NDArray[np.uint16]:
    """Return the phantom.

    Parameters
    ----------
    opacity : Opacity, optional
        Added to the normal chest.

    Returns
    -------
    (1200, 1024) uint16 array
        12-bit stored values that rise with attenuation, to be shown as MONOCHROME2.
    """
    rng = np.random.default_rng(SEED)
    attenuation = _soft_tissue() + _bones()
    attenuation += _vessels(rng)
    attenuation += _parenchyma(rng)
    if opacity is not None:
        attenuation += _shadow(opacity)
    attenuation = np.maximum(cv2.GaussianBlur(attenuation, (0, 0), 1.1), 0)
    # Denser parts are compressed, as the processing of a digital radiograph does.
    shade = 1.12 * attenuation / (attenuation + 0.62)
    noise = cv2.GaussianBlur(rng.standard_normal(SHAPE).astype(np.float32), (0, 0), 0.7)
    values = 3500 * shade + 180 + noise * (6 + 6 * shade)
    values = np.maximum(values, 3900 * _lettering())
    return np.asarray(np.clip(np.round(values), 0, (1 << BITS) - 1), np.uint16)


def _curve(points: Sequence[tuple[float, float]], *, closed: bool) -> Points:
    """Return a smooth curve along control points, by Chaikin's corner cutting."""
    curve = np.array(points, np.float64)
    for _ in range(4):
        following = np.roll(curve, -1, axis=0) if closed else curve[1:]
        before = curve if closed else curve[:-1]
        cut = np.stack([0.75 * before + 0.25 * following, 0.25 * before + 0.75 * following], axis=1)
        ends = (curve[:1], curve[-1:])
        curve = cut.reshape(-1, 2)
        if not closed:
            curve = np.concatenate([ends[0], curve, ends[1]])
    return curve


def _pixels(curve: Points) -> NDArray[np.int32]:
    """Return points in sixteenths of a pixel, which OpenCV's drawing takes with ``shift=4``."""
    return np.round(curve * SHAPE[1] * 16).astype(np.int32).reshape(-1, 1, 2)


def _mirrored(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(1 - x, y) for x, y in points]


def _body(points: Sequence[tuple[float, float]], roundness: float) -> Plane:
    """Return the thickness, 0 to 1, of a rounded body, which is full `roundness` away from its outline."""
    mask = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(mask, [_pixels(_curve(points, closed=True))], 255, lineType=cv2.LINE_8, shift=4)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / (roundness * SHAPE[1])
    return np.asarray(np.sqrt(1 - (1 - np.minimum(depth, 1)) ** 2), np.float32)


def _ellipse(center: tuple[float, float], axes: tuple[float, float], angle: float) -> Plane:
    """Return the thickness, 0 to 1, of an ellipsoid."""
    reach = max(axes)
    rows, columns = (
        slice(max(0, int((middle - reach) * SHAPE[1])), max(0, int((middle + reach) * SHAPE[1]) + 2))
        for middle in reversed(center)
    )
    plane = np.zeros(SHAPE, np.float32)
    y = np.arange(SHAPE[0], dtype=np.float32)[rows, None] / np.float32(SHAPE[1]) - center[1]
    x = np.arange(SHAPE[1], dtype=np.float32)[None, columns] / np.float32(SHAPE[1]) - center[0]
    turn = np.deg2rad(angle)
    along = (x * np.cos(turn) + y * np.sin(turn)) / axes[0]
    across = (y * np.cos(turn) - x * np.sin(turn)) / axes[1]
    plane[rows, columns] = np.sqrt(np.maximum(1 - along**2 - across**2, 0))
    return plane


def _distance(points: Sequence[tuple[float, float]]) -> Plane:
    """Return the distance of every pixel to a curve."""
    canvas = np.full(SHAPE, 255, np.uint8)
    line = _pixels(_curve(points, closed=False))
    cv2.polylines(canvas, [line], False, 0, thickness=1, lineType=cv2.LINE_8, shift=4)
    return np.asarray(
        cv2.distanceTransform(canvas, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / SHAPE[1], np.float32
    )


def _bone(points: Sequence[tuple[float, float]], half_width: float) -> Plane:
    """Return the attenuation of a hollow bone, 0 to 1: its cortex is seen as two brighter lines."""
    radius = _distance(points) / np.float32(half_width)
    shell = np.sqrt(np.maximum(1 - radius**2, 0)) - 0.72 * np.sqrt(np.maximum(0.74 - radius**2, 0))
    return np.asarray(1.7 * shell, np.float32)


def _fade(low: float, high: float, axis: int) -> Plane:
    """Return a smooth step along x (axis 1) or y (axis 0)."""
    position = np.arange(SHAPE[axis], dtype=np.float32) / SHAPE[1]
    step = np.clip((position - low) / (high - low), 0, 1)
    step = step * step * (3 - 2 * step)
    return np.asarray(step[:, None] if axis == 0 else step[None, :], np.float32)


_TORSO = [
    (0.36, -0.1), (0.355, 0.05), (0.33, 0.105), (0.22, 0.135), (0.08, 0.175), (-0.06, 0.26), (-0.1, 0.42),
    (0.02, 0.50), (0.045, 0.62), (0.05, 0.80), (0.055, 1.0), (0.05, 1.3),
]  # fmt: skip
_LUNG_RIGHT = [
    (0.40, 0.165), (0.33, 0.18), (0.25, 0.235), (0.185, 0.33), (0.145, 0.45), (0.115, 0.60), (0.10, 0.73),
    (0.085, 0.85), (0.088, 0.905), (0.12, 0.865), (0.19, 0.805), (0.27, 0.775), (0.36, 0.785), (0.44, 0.83),
    (0.475, 0.845), (0.475, 0.70), (0.47, 0.50), (0.455, 0.33), (0.45, 0.21),
]  # fmt: skip
_LUNG_LEFT = [
    (0.60, 0.165), (0.67, 0.18), (0.75, 0.235), (0.815, 0.33), (0.855, 0.45), (0.885, 0.60), (0.90, 0.74),
    (0.915, 0.87), (0.912, 0.93), (0.88, 0.895), (0.81, 0.84), (0.73, 0.812), (0.64, 0.82), (0.56, 0.86),
    (0.525, 0.865), (0.525, 0.70), (0.53, 0.50), (0.545, 0.33), (0.55, 0.21),
]  # fmt: skip
_CHEST_WALL = ((0.235, 0.33, 0.45, 0.60, 0.73, 0.85, 1.0), (0.25, 0.185, 0.145, 0.115, 0.10, 0.085, 0.08))
"""Heights, and where the inner wall of the image's left half is there."""
_MEDIASTINUM = [
    (0.455, 0.02), (0.445, 0.20), (0.437, 0.33), (0.432, 0.45), (0.425, 0.60), (0.43, 0.90), (0.45, 1.30),
    (0.56, 1.30), (0.57, 0.90), (0.575, 0.60), (0.585, 0.48), (0.572, 0.33), (0.555, 0.20), (0.545, 0.02),
]  # fmt: skip


@cache
def _lungs() -> Plane:
    return _body(_LUNG_RIGHT, 0.13) + _body(_LUNG_LEFT, 0.13)


def _soft_tissue() -> Plane:
    outline = [*_TORSO, *reversed(_mirrored(_TORSO))]
    tissue = 0.82 * _body(outline, 0.30) + 0.06 * _body(outline, 0.04)
    tissue += 0.22 * _fade(0.78, 1.05, 0) * _body(outline, 0.2)
    air = 0.66 * _lungs()
    heart = np.maximum(
        _ellipse((0.572, 0.705), (0.185, 0.135), 33), _ellipse((0.47, 0.69), (0.088, 0.125), 8)
    )
    heart = np.maximum(heart, 0.8 * _ellipse((0.545, 0.56), (0.062, 0.10), -12))
    knob = 0.7 * _ellipse((0.571, 0.392), (0.047, 0.052), 0)
    center = np.maximum(np.maximum(heart, knob), 0.8 * _body(_MEDIASTINUM, 0.06))
    tissue += -air * (1 - 0.84 * np.minimum(center, 1)) + 0.17 * center
    aorta = _distance([(0.585, 0.40), (0.582, 0.55), (0.57, 0.75), (0.55, 1.0)])
    tissue += 0.05 * np.sqrt(np.maximum(1 - (aorta / 0.034) ** 2, 0))
    for hilum in ((0.405, 0.535), (0.602, 0.515)):
        tissue += 0.10 * _ellipse(hilum, (0.034, 0.06), 12 if hilum[0] < 0.5 else -12)
    # A stomach bubble under the left dome, and the airway.
    tissue -= 0.16 * _ellipse((0.735, 0.885), (0.075, 0.038), -6)
    return tissue - _airway()


def _airway() -> Plane:
    trunk = _distance([(0.5, -0.05), (0.498, 0.2), (0.494, 0.36), (0.492, 0.455)])
    right = _distance([(0.492, 0.45), (0.465, 0.50), (0.43, 0.53)])
    left = _distance([(0.492, 0.45), (0.53, 0.495), (0.575, 0.515)])
    airway = 0.22 * np.sqrt(np.maximum(1 - (trunk / 0.021) ** 2, 0))
    for branch, width in ((right, 0.015), (left, 0.0135)):
        airway = np.maximum(airway, 0.15 * np.sqrt(np.maximum(1 - (branch / width) ** 2, 0)))
    return np.asarray(airway, np.float32)


def _bones() -> Plane:
    half = _half_of_thorax()
    return np.asarray(_spine() + half + half[:, ::-1], np.float32)


def _half_of_thorax() -> Plane:
    """Return ribs, clavicle, scapula and humerus of the image's left half."""
    total = np.zeros(SHAPE, np.float32)
    cartilage = _fade(0.25, 0.35, 1)
    for number in range(10):
        root = 0.160 + 0.0735 * number
        sag = 0.052 + 0.0115 * number
        turn = root + 1.7 * sag
        lateral = float(np.interp(turn, *_CHEST_WALL)) + 0.008
        wide = 0.0150 + 0.0004 * number
        middle = 0.55 * 0.455 + 0.45 * lateral
        back = [(0.465, root), (0.43, root - 0.010), (middle, root + 0.004),
                (lateral + 0.035, root + 0.8 * sag), (lateral, turn)]  # fmt: skip
        front = [(lateral, turn), (lateral + 0.006, turn + 0.7 * sag), (lateral + 0.075, turn + 1.6 * sag),
                 (0.37, turn + 2.2 * sag)]  # fmt: skip
        rib = _bone(back, wide)
        if number < 7:
            rib = np.maximum(rib, 0.72 * _bone(front, wide * 1.05) * (1 - cartilage))
        total += 0.105 * rib
    clavicle = [(0.462, 0.238), (0.41, 0.224), (0.31, 0.212), (0.22, 0.178), (0.155, 0.176)]
    total += 0.13 * _bone(clavicle, 0.0165)
    scapula = [(0.13, 0.19), (0.20, 0.255), (0.192, 0.38), (0.15, 0.535), (0.11, 0.50), (0.06, 0.31)]
    total += 0.055 * _body(scapula, 0.014)
    humerus = np.maximum(
        _ellipse((0.052, 0.272), (0.055, 0.058), 0), _bone([(0.045, 0.30), (-0.05, 0.50)], 0.038)
    )
    return np.asarray(total + 0.15 * humerus, np.float32)


def _spine() -> Plane:
    total = np.zeros(SHAPE, np.float32)
    for number in range(19):
        y = 0.015 + 0.0625 * number + 0.0006 * number**2
        half, tall = 0.040 + 0.0009 * number, 0.0225 + 0.0006 * number
        corners = [(0.5 - half, y - tall), (0.5, y - 0.9 * tall), (0.5 + half, y - tall),
                   (0.5 + 0.9 * half, y), (0.5 + half, y + tall), (0.5, y + 0.9 * tall),
                   (0.5 - half, y + tall), (0.5 - 0.9 * half, y)]  # fmt: skip
        total += 0.11 * _body(corners, 0.008)
        for pedicle in (0.5 - 0.62 * half, 0.5 + 0.62 * half):
            total += 0.05 * _ellipse((pedicle, y - 0.2 * tall), (0.0075, 0.010), 0)
        total += 0.05 * _ellipse((0.5, y + 0.75 * tall), (0.006, 0.016), 0)
    return total


def _vessels(rng: np.random.Generator) -> Plane:
    """Return branching vessels that fan out of both hila and thin towards the pleura."""
    branches: list[tuple[float, Points]] = []

    def grow(x: float, y: float, angle: float, width: float, length: float) -> None:
        path = [(x, y)]
        for _ in range(5):
            angle += rng.normal(0, 0.10)
            x, y = x + np.cos(angle) * length / 5, y + np.sin(angle) * length / 5
            path.append((x, y))
        branches.append((width, np.array(path)))
        if width > 1.3:
            for turn in (-1, 1):
                spread = turn * rng.uniform(0.22, 0.55)
                grow(x, y, angle + spread, width * rng.uniform(0.60, 0.75), length * rng.uniform(0.72, 0.92))

    for hilum, outward in (((0.415, 0.535), np.pi), ((0.592, 0.515), 0.0)):
        for spread in (-1.25, -0.75, -0.3, 0.15, 0.6, 1.05):
            grow(*hilum, outward + spread + rng.normal(0, 0.06), 9.0, 0.075)
    canvas = np.zeros(SHAPE, np.uint8)
    # The widest last: thin branches must not cut into the trunks that they leave.
    for width, path in sorted(branches, key=lambda branch: branch[0]):
        shade = round(255 * min(1.0, 0.22 + width / 11))
        cv2.polylines(canvas, [_pixels(path)], False, shade, max(1, round(width)), cv2.LINE_AA, shift=4)
    blurred = cv2.GaussianBlur(canvas.astype(np.float32) / 255, (0, 0), 1.6)
    return np.asarray(0.085 * blurred * np.minimum(_lungs(), 1), np.float32)


def _parenchyma(rng: np.random.Generator) -> Plane:
    """Return the fine mottle of small vessels that no single line shows."""
    texture = np.zeros(SHAPE, np.float32)
    for sigma, weight in ((2.5, 0.05), (6.0, 0.09), (18.0, 0.22)):
        grain = cv2.GaussianBlur(rng.standard_normal(SHAPE).astype(np.float32), (0, 0), sigma)
        texture += np.float32(weight) * grain * np.float32(sigma / 2)
    return np.asarray(0.12 * texture * np.minimum(_lungs(), 1), np.float32)


def _shadow(opacity: Opacity) -> Plane:
    rng = np.random.default_rng(SEED + 1)
    y = np.arange(SHAPE[0], dtype=np.float32)[:, None]
    x = np.arange(SHAPE[1], dtype=np.float32)[None, :]
    distance = np.hypot(x - opacity.center[0], y - opacity.center[1]) / np.float32(opacity.radius)
    ragged = cv2.GaussianBlur(rng.standard_normal(SHAPE).astype(np.float32), (0, 0), 9.0) * 9
    soft = 1 / (1 + np.exp(np.minimum((distance + 0.16 * ragged - 1) / 0.16, 50)))
    return np.asarray(opacity.strength * soft * (1 + 0.10 * ragged), np.float32)


def _lettering() -> Plane:
    """Return the side marker and the statement that nobody was examined, 0 to 1."""
    layer = np.zeros(SHAPE, np.uint8)
    cv2.putText(layer, "R", (34, 150), cv2.FONT_HERSHEY_DUPLEX, 2.0, 255, 4, cv2.LINE_AA)
    cv2.putText(layer, "SYNTHETIC", (20, SHAPE[0] - 186), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
    cv2.putText(layer, "no patient", (20, SHAPE[0] - 160), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    return np.asarray(layer / 255, np.float32)
