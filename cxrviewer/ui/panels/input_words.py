"""The input rules of a model in words."""

from __future__ import annotations

from cxrviewer.models.card import ContrastRule, InputSpec, ResizeRule, Scaling

SCALINGS = {
    Scaling.UNIT: "0 to 1",
    Scaling.SYMMETRIC: "−1 to 1",
    Scaling.BYTE: "0 to 255 (the model scales by itself)",
    Scaling.IMAGENET_TORCH: "ImageNet mean and deviation (torch)",
    Scaling.IMAGENET_CAFFE: "ImageNet mean, BGR (caffe)",
    Scaling.MEAN_STD: "A mean and a deviation of its own",
}
CONTRASTS = {
    ContrastRule.NONE: "As it is",
    ContrastRule.WHITE_BALANCE: "White balance (0.05 to 99.95 percentile)",
    ContrastRule.CLAHE: "Local histogram equalisation (CLAHE)",
}
RESIZES = {
    ResizeRule.STRETCH: "Stretched to the input",
    ResizeRule.PAD: "Padded to the input's shape",
    ResizeRule.CROP: "Cropped to the centre",
}


def input_words(spec: InputSpec) -> tuple[str, ...]:
    """Return what a model is fed, a line a rule; what it cannot see is said."""
    channels = "gray" if spec.channels == 1 else "gray on three channels"
    lines = [f"{spec.height}×{spec.width} pixels, {channels}", RESIZES[spec.resize]]
    if spec.resize is ResizeRule.CROP:
        lines.append("What lies outside this square is not seen by the model.")
    if spec.contrast is not ContrastRule.NONE:
        lines.append(CONTRASTS[spec.contrast])
    lines.append(f"Values: {_values(spec)}")
    return tuple(lines)


def _values(spec: InputSpec) -> str:
    if spec.scaling is not Scaling.MEAN_STD:
        return SCALINGS[spec.scaling]
    mean, deviation = (", ".join(f"{value:g}" for value in values) for values in (spec.mean, spec.std))
    return f"mean {mean}, deviation {deviation}"
