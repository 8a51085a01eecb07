"""Settings of a training against accidents of acquisition."""

from __future__ import annotations

from dataclasses import dataclass, field

from cxrviewer.learning.augment import Augmentation
from cxrviewer.learning.augment_objects import Objects
from cxrviewer.learning.augment_style import Style
from cxrviewer.learning.settings import TrainSettings

_STRONG = Augmentation(
    rotation=12,
    shift=0.1,
    zoom=0.25,
    stretch=0.3,
    contrast=0.4,
    gamma=0.5,
    brightness=0.12,
    sharpness=0.0,
    noise=0.04,
    cutout=0.35,
)


@dataclass(frozen=True)
class RobustSettings(TrainSettings):
    """As `TrainSettings`, and what is done against accidents of acquisition.

    Parameters
    ----------
    style, objects : Style, Objects
        How images are disguised, beside their augmentation.
    lung_weight : float
        Of the share of the evidence outside the lungs in the loss.
    corrupted_images : int
        How many validation images stand for each corruption.
    """

    epochs: int = 24
    augmentation: Augmentation = field(default_factory=lambda: _STRONG)
    style: Style = field(default_factory=Style)
    objects: Objects = field(default_factory=Objects)
    lung_weight: float = 1.0
    corrupted_images: int = 160
