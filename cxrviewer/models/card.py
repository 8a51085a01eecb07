"""The model card: what a classifier's weights file does not say by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MAX_SIDE = 4096
"""Most rows and columns that the input of a model may have."""


class Activation(StrEnum):
    """How logits become probabilities."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    LOGITS = "logits"


class Scaling(StrEnum):
    """Range of the values that a model was trained on.

    A card may also say "imagenet-tf", which is SYMMETRIC.
    """

    UNIT = "unit"
    SYMMETRIC = "symmetric"
    BYTE = "byte"
    IMAGENET_CAFFE = "imagenet-caffe"
    IMAGENET_TORCH = "imagenet-torch"
    MEAN_STD = "mean-std"


class ResizeRule(StrEnum):
    """How an image of another shape is brought to the size of the input."""

    STRETCH = "stretch"
    PAD = "pad"
    CROP = "crop"


class ContrastRule(StrEnum):
    """What is done to the contrast of the whole image before it is resized."""

    NONE = "none"
    WHITE_BALANCE = "white-balance"
    CLAHE = "clahe"


@dataclass(frozen=True)
class InputSpec:
    """What a model takes.

    Parameters
    ----------
    height, width : int
        Rows and columns.
    channels : int
        1 (gray) or 3 (the same gray three times).
    scaling : Scaling
        Value range.
    resize : ResizeRule
        How another shape is brought to this one.
    contrast : ContrastRule
        Done first, on the whole image.
    mean, std : tuple of float
        For `Scaling.MEAN_STD`, in units of an image in 0 to 1: one number, or one a channel; else empty.
    """

    height: int
    width: int
    channels: int
    scaling: Scaling = Scaling.UNIT
    resize: ResizeRule = ResizeRule.STRETCH
    contrast: ContrastRule = ContrastRule.NONE
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


@dataclass(frozen=True)
class LabelGroup:
    """Several labels read as one finding; its probability is the sum of theirs under softmax."""

    name: str
    labels: tuple[str, ...]
    threshold: float = 0.5


@dataclass(frozen=True)
class ModelCard:
    """Identity, reading and limits of a classifier.

    Parameters
    ----------
    id : str
        Short name used on the command line.
    name, version : str
        For people.
    sha256 : str
        Of the weights file, hexadecimal.
    labels : tuple of str
        One a class, in the order of the model's outputs.
    thresholds : tuple of float
        Operating threshold on the probability, one a label, in 0 to 1.
    activation : Activation
        How logits become probabilities. Whether the file ends in logits or probabilities is found by
        looking at the model.
    input : InputSpec
        What the model takes.
    label_groups : tuple of LabelGroup
        Findings that are made of several labels.
    default_layer : str
        Target layer that "automatic" stands for, or "auto" for the last spatial one.
    training_data, licence, intended_use, limits : str
        For people; "" where unknown.
    complete : bool
        False where the card was guessed from the model and a user should confirm it.
    """

    id: str
    name: str
    version: str
    sha256: str
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    activation: Activation
    input: InputSpec
    label_groups: tuple[LabelGroup, ...] = field(default=())
    default_layer: str = "auto"
    training_data: str = ""
    licence: str = ""
    intended_use: str = ""
    limits: str = ""
    complete: bool = True
