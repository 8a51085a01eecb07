"""What a recipe is that puts a new head on a network of keras.applications, and its settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cxrviewer.errors import UsageError
from cxrviewer.learning.augment import Augmentation
from cxrviewer.models.card import MAX_SIDE, Activation, ContrastRule, InputSpec, Scaling

IMAGENET, RANDOM = "imagenet", "random"
"""Weights to begin with that are no file."""

UNCHANGED = Augmentation(
    rotation=0,
    shift=0,
    zoom=0,
    stretch=0,
    contrast=0,
    gamma=0,
    brightness=0,
    sharpness=0,
    noise=0,
    cutout=0,
    flip=False,
)
"""Images as they are."""


class Balance(StrEnum):
    """What is done about classes of which there are few images.

    NONE: nothing. SAMPLING: every class is drawn equally often. LOSS: errors weigh more where a class is
    rare.
    """

    NONE = "none"
    SAMPLING = "sampling"
    LOSS = "loss"


@dataclass(frozen=True)
class TransferSettings:
    """Settings of a training run.

    Parameters
    ----------
    epochs, batch : int
        Passes over the training images; images of a step.
    seed : int
        Of the split, the head's fresh weights, the order and the augmentation.
    learning_rate : float
        Of Adam, to begin with.
    plateau_factor, plateau_patience : float, int
        As for `PlateauSchedule`: what the rate is multiplied by where the validation loss falls no more.
    validation_share : float
        Share of the images held out, whole patients at a time, where the data have no split of their own.
    balance : Balance
        What is done about rare classes.
    size : int
        Rows and columns of the input.
    patient : str
        Regular expression for the patient, as for `find_examples`.
    heatmaps : int
        Validation images whose heatmaps are saved after each epoch.
    augmentation : Augmentation
        How training images are changed.
    """

    epochs: int = 10
    batch: int = 32
    seed: int = 1
    learning_rate: float = 1e-3
    plateau_factor: float = 1.0
    plateau_patience: int = 0
    validation_share: float = 0.2
    balance: Balance = Balance.NONE
    size: int = 224
    patient: str = ""
    heatmaps: int = 0
    augmentation: Augmentation = UNCHANGED

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises
        ------
        UsageError
            One of them is out of its range.
        """
        ranges = {
            "epochs": (1, 10**6),
            "batch": (1, 10**6),
            "seed": (0, 2**32 - 1),
            "learning_rate": (0, 1e38),
            "plateau_factor": (0, 1),
            "plateau_patience": (0, 10**6),
            "validation_share": (0.01, 0.9),
            "size": (32, MAX_SIDE),
            "heatmaps": (0, 256),
        }
        for name, (least, most) in ranges.items():
            if not least <= getattr(self, name) <= most:
                raise UsageError(
                    f"The setting {name!r} is {getattr(self, name)}.", f"Give {least} to {most}."
                )


@dataclass(frozen=True)
class Backbone:
    """A network of keras.applications without its top.

    Parameters
    ----------
    name : str
        Its function there.
    scaling : Scaling
        The values that it gets.
    layer : str
        Target layer that "automatic" stands for in the card.
    frozen : bool
        Whether its weights stay as they are.
    """

    name: str
    scaling: Scaling
    layer: str
    frozen: bool = False


@dataclass(frozen=True)
class Head:
    """What follows global average pooling: dense layers with ReLU, each with its dropout behind it.

    Parameters
    ----------
    units : tuple of int
        Of the dense layers before the last one.
    dropout : tuple of float
        One a layer; 0 for none.
    activation : Activation
        Softmax where the classes exclude one another, else sigmoid.
    """

    units: tuple[int, ...] = ()
    dropout: tuple[float, ...] = ()
    activation: Activation = Activation.SOFTMAX


@dataclass(frozen=True)
class TransferSpec:
    """A recipe: identity, network, data and default settings.

    Parameters
    ----------
    id, name, order, version
        As for any drop-in.
    summary : str
        What it is, in one line.
    backbone, head : Backbone, Head
        The network.
    labels : tuple of str
        The classes; empty for those of the data.
    count : int
        How many classes the data must have; 0 for any number from two on.
    contrast : ContrastRule
        Done to each image first.
    source : str
        The article that it follows, for the card.
    defaults : TransferSettings
        Unless the user says otherwise.
    """

    id: str
    name: str
    order: int
    summary: str
    backbone: Backbone
    head: Head = Head()
    labels: tuple[str, ...] = ()
    count: int = 0
    contrast: ContrastRule = ContrastRule.NONE
    source: str = ""
    version: str = "1.0.0"
    defaults: TransferSettings = field(default_factory=TransferSettings)

    @property
    def exclusive(self) -> bool:
        """Whether an image has exactly one of the classes."""
        return self.head.activation is not Activation.SIGMOID

    def input_spec(self, size: int) -> InputSpec:
        """Return the input of the model, for its card."""
        return InputSpec(size, size, 3, self.backbone.scaling, contrast=self.contrast)
