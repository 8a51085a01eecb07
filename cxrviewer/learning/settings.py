"""What a training run depends on, apart from the data."""

from __future__ import annotations

from dataclasses import dataclass, field

from cxrviewer.learning.augment import Augmentation


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training run.

    Parameters
    ----------
    epochs : int
        Passes over as many images as the training part has.
    seed : int
        Of the split, the fresh weights, the order and the augmentation.
    batch : int
        Images a step.
    learning_rate, weight_decay : float
        Of AdamW: the peak of the rate, after `warmup` epochs, from where it falls as a cosine.
    warmup : float
        Epochs of rising rate, at most half of all.
    label_smoothing : float
        Share of the target that is spread over all classes.
    averaging : float
        Momentum of the running average of the weights, which is what is validated and kept.
    validation_share : float
        Share of the images held out.
    augmentation : Augmentation
        How training images are changed.
    """

    epochs: int = 22
    seed: int = 1
    batch: int = 32
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    warmup: float = 1.0
    label_smoothing: float = 0.05
    averaging: float = 0.995
    validation_share: float = 0.18
    augmentation: Augmentation = field(default_factory=Augmentation)
