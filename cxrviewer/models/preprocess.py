"""What a model is fed: the normalised radiograph, brought to the card's input."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, Geometry, resize_affine, translation
from cxrviewer.imaging.grayscale import normalized
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import InputSpec, ResizeRule, Scaling
from cxrviewer.models.contrast import adjust_contrast

_CAFFE_MEAN_BGR = np.array([103.939, 116.779, 123.68], np.float32)
_TORCH_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_TORCH_STD = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, eq=False)
class ModelInput:
    """One image as a model takes it.

    Parameters
    ----------
    values : (1, H, W, C) float32 array
        In the range that the card's scaling names; read-only.
    geometry : Geometry
        How the input lies on the stored pixels.
    key : str
        Equal for equal files under equal rules: what caches go by.
    black, white : tuple of float
        What black and white became, one a channel: all scalings are affine, so that a gray of g became
        ``black + g * (white - black)``.
    """

    values: NDArray[np.float32]
    geometry: Geometry
    key: str
    black: tuple[float, ...]
    white: tuple[float, ...]


def prepare_input(radiograph: Radiograph, spec: InputSpec) -> ModelInput:
    """Bring a radiograph to the input of a model.

    The image is normalised at full precision by the file's default VOI and polarity, never by what
    is on the screen, changed by the contrast rule, resized with half-pixel centres (area average where
    it shrinks, so that fine structure does not alias) and scaled to the value range of the card.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    spec : InputSpec
        Size, channels and rules. Padding is black; cropping keeps the centre.
    """
    gray = adjust_contrast(normalized(radiograph), spec.contrast)
    resized, to_stored = _resize(gray, spec, radiograph.aspect)
    values = scale_values(resized, spec)[None]
    values.setflags(write=False)
    geometry = Geometry(radiograph.shape, (spec.height, spec.width), to_stored)
    rules = ":".join(str(part) for part in astuple(spec))
    key = hashlib.sha256(f"{radiograph.key}:{rules}".encode()).hexdigest()
    black, white = (tuple(map(float, level)) for level in _range(spec))
    return ModelInput(values, geometry, key, black, white)


def visible_input(values: NDArray[np.float32], spec: InputSpec) -> NDArray[np.uint8]:
    """Return a model input as the picture that it is.

    Parameters
    ----------
    values : (1, H, W, C) float32 array
        Of a `ModelInput`.
    spec : InputSpec
        What it was made by.

    Returns
    -------
    (H, W) uint8 array
        0 (black) to 255; the mean of the channels, which differ by rounding alone.
    """
    black, white = _range(spec)
    gray = ((values[0] - black) / (white - black)).mean(axis=2)
    levels: NDArray[np.uint8] = np.rint(np.clip(gray, 0, 1) * 255).astype(np.uint8)
    return levels


def scale_values(gray: NDArray[np.float32], spec: InputSpec) -> NDArray[np.float32]:
    """Return an image in 0 to 1 as channels in the range that a model was trained on.

    Parameters
    ----------
    gray : (H, W) float32 array
        In 0 to 1, low = black.
    spec : InputSpec
        Channels and scaling. The ImageNet rules are those of
        ``keras.applications.imagenet_utils.preprocess_input``: "caffe" subtracts the mean of blue,
        green and red in 0 to 255, "torch" standardises red, green and blue in 0 to 1. With one
        channel the mean over the colours is used. "mean-std" standardises the image in 0 to 1 by the
        card's own numbers.

    Returns
    -------
    (H, W, C) float32 array
    """
    image = np.repeat(gray[..., None], spec.channels, axis=2).astype(np.float32)
    match spec.scaling:
        case Scaling.UNIT:
            return image
        case Scaling.SYMMETRIC:
            return image * np.float32(2) - np.float32(1)
        case Scaling.BYTE:
            return image * np.float32(255)
        case Scaling.IMAGENET_CAFFE:
            return image * np.float32(255) - _per_channel(_CAFFE_MEAN_BGR, spec.channels)
        case Scaling.IMAGENET_TORCH:
            return (image - _per_channel(_TORCH_MEAN, spec.channels)) / _per_channel(
                _TORCH_STD, spec.channels
            )
        case Scaling.MEAN_STD:
            mean, std = (np.asarray(numbers, np.float32) for numbers in (spec.mean, spec.std))
            return (image - mean) / std


def _range(spec: InputSpec) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what black and white become, one value a channel each."""
    black, white = scale_values(np.array([[0, 1]], np.float32), spec)[0]
    return black, white


def _per_channel(values: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    return values if channels == values.size else values.mean(keepdims=True)


def _resize(gray: NDArray[np.float32], spec: InputSpec, aspect: float) -> tuple[NDArray[np.float32], Affine]:
    """Return the image at the size of the input and the map of its points to stored pixels."""
    rows, columns = gray.shape
    size = (spec.height, spec.width)
    if spec.resize is ResizeRule.STRETCH:
        return _scaled(gray, size), resize_affine(size, gray.shape)
    # Lengths in units of a pixel's width: `aspect` is its height.
    factors = spec.height / (rows * aspect), spec.width / columns
    if spec.resize is ResizeRule.PAD:
        factor = min(factors)
        inner = (
            min(spec.height, max(1, round(rows * aspect * factor))),
            min(spec.width, max(1, round(columns * factor))),
        )
        top, left = (spec.height - inner[0]) // 2, (spec.width - inner[1]) // 2
        canvas = np.zeros(size, np.float32)
        canvas[top : top + inner[0], left : left + inner[1]] = _scaled(gray, inner)
        return canvas, resize_affine(inner, gray.shape) @ translation(-left, -top)
    factor = max(factors)
    kept = (
        min(rows, max(1, round(spec.height / factor / aspect))),
        min(columns, max(1, round(spec.width / factor))),
    )
    top, left = (rows - kept[0]) // 2, (columns - kept[1]) // 2
    part = gray[top : top + kept[0], left : left + kept[1]]
    return _scaled(part, size), translation(left, top) @ resize_affine(size, kept)


def _scaled(gray: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    if gray.shape == size:
        return gray.astype(np.float32)
    shrinks = size[0] <= gray.shape[0] and size[1] <= gray.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, size[::-1], interpolation=interpolation), np.float32)
