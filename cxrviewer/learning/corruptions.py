"""Validation images as another hospital might have made them.

A model is chosen by the worst of these, because a clean validation set shares every accident of the training
images (Hendrycks and Dietterich 2019, arXiv:1903.12261).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Corruption = Callable[[Picture, np.random.Generator], Picture]


def _as_uint8(values: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _tone(contrast: float, gamma: float) -> Corruption:
    ramp = np.arange(256) / 255
    table = _as_uint8((((ramp - 0.5) * contrast + 0.5) ** gamma) * 255)
    return lambda image, _: np.asarray(cv2.LUT(image, table))


def _blurred(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.6))


def _sharp_and_noisy(image: Picture, rng: np.random.Generator) -> Picture:
    values = image.astype(np.float32)
    sharp = 2 * values - cv2.GaussianBlur(values, (0, 0), 1.5)
    return _as_uint8(sharp + rng.normal(0, 9, image.shape))


def _compressed(image: Picture, _: np.random.Generator) -> Picture:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 12])
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _coarse(image: Picture, _: np.random.Generator) -> Picture:
    rows, columns = image.shape
    small = cv2.resize(image, (columns * 2 // 5, rows * 2 // 5), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR))


def _cropped(image: Picture, _: np.random.Generator) -> Picture:
    rows, columns = image.shape
    y, x = rows // 9, columns // 9
    return np.asarray(cv2.resize(image[y : rows - y, x : columns - x], (columns, rows)))


def _squeezed(across: bool) -> Corruption:
    """Make the chest narrower or flatter, with black beside it: other proportions of the detector."""

    def squeezed(image: Picture, _: np.random.Generator) -> Picture:
        rows, columns = image.shape
        small = (columns * 4 // 5, rows) if across else (columns, rows * 4 // 5)
        y, x = (rows - small[1]) // 2, (columns - small[0]) // 2
        result = np.zeros_like(image)
        result[y : y + small[1], x : x + small[0]] = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        return result

    return squeezed


def _lettered(image: Picture, rng: np.random.Generator) -> Picture:
    result = image.copy()
    rows, columns = image.shape
    for text in ("R", "PORTABLE", "AP"):
        corner = (int(rng.uniform(0, 0.7) * columns), int(rng.uniform(0.1, 0.95) * rows))
        cv2.putText(result, text, corner, cv2.FONT_HERSHEY_SIMPLEX, columns / 350, 255, 2, cv2.LINE_AA)
    return result


CORRUPTIONS: dict[str, Corruption] = {
    "flat": _tone(0.6, 1.0),
    "dark": _tone(1.0, 1.8),
    "bright": _tone(1.0, 0.55),
    "blurred": _blurred,
    "sharp and noisy": _sharp_and_noisy,
    "compressed": _compressed,
    "coarse": _coarse,
    "cropped": _cropped,
    "narrow": _squeezed(across=True),
    "low": _squeezed(across=False),
    "lettered": _lettered,
}


def corrupted(images: NDArray[np.uint8], name: str, seed: int = 0) -> NDArray[np.uint8]:
    """Return images, (N, H, W, 1) uint8, under one of `CORRUPTIONS`."""
    rng = np.random.default_rng(seed)
    return np.stack([CORRUPTIONS[name](image[..., 0], rng) for image in images])[..., None]


def swapped_style(images: NDArray[np.uint8], positive: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return images with the grey values and the sharpness of the other class.

    Each image gets the mean histogram of the other class; of the finest detail it gets as much as the other
    class has in the mean. A model that tells classes by how their images were made fails here.

    Parameters
    ----------
    images : (N, H, W, 1) uint8 array
        Of both classes.
    positive : (N,) bool array
        The class of each.
    """
    quantiles = np.quantile(images.reshape(len(images), -1), np.linspace(0, 1, 65), axis=1)
    details = np.array([_detail(image[..., 0]).std() for image in images])
    result = np.empty_like(images)
    for kind in (False, True):
        tones = quantiles[:, positive != kind].mean(axis=1)
        share = details[positive != kind].mean() / details[positive == kind].mean()
        for index in np.flatnonzero(positive == kind):
            image = images[index, ..., 0]
            rising = quantiles[:, index] + np.arange(65) * 1e-6
            matched = np.interp(image, rising, tones)
            fine = _detail(matched)
            result[index, ..., 0] = _as_uint8(matched + (share - 1) * fine)
    return result


def _detail(image: NDArray[np.generic]) -> NDArray[np.float32]:
    values = image.astype(np.float32)
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), 1.2))
