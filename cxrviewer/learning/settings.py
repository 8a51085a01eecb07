"""What a training run depends on, apart from the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TypeVar

from cxrviewer.errors import UsageError
from cxrviewer.learning.augment import Augmentation

_Settings = TypeVar("_Settings")


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


def changed(settings: _Settings, texts: Iterable[str]) -> _Settings:
    """Return settings with some of them changed.

    Parameters
    ----------
    settings : dataclass
        Of numbers, texts and switches; those of a dataclass inside it are named with a point.
    texts : iterable of str
        "batch=16", "augmentation.noise=0.1", "augmentation.flip=yes".

    Raises
    ------
    UsageError
        There is no such setting, or the value is none of its kind.
    """
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{text!r} is not of the form key=value.", "Write --set batch=16, for one.")
        settings = _with(settings, name.strip(), value.strip(), name.strip())
    return settings


def _with(settings: _Settings, name: str, value: str, whole: str) -> _Settings:
    first, _, rest = name.partition(".")
    assert is_dataclass(settings)
    known = {item.name: getattr(settings, item.name) for item in fields(settings)}
    if first not in known or bool(rest) != is_dataclass(known[first]):
        choices = ", ".join(f"{key}.…" if is_dataclass(known[key]) else key for key in known)
        raise UsageError(f"There is no setting {whole!r}.", f"Choose from: {choices}.")
    new = _with(known[first], rest, value, whole) if rest else _parsed(known[first], value, whole)
    return replace(settings, **{first: new})  # type: ignore[type-var]


def _parsed(former: object, value: str, name: str) -> object:
    if isinstance(former, bool):
        switches = {"yes": True, "true": True, "no": False, "false": False}
        if value.lower() in switches:
            return switches[value.lower()]
        raise UsageError(
            f"The setting {name!r} is yes or no.", f"It is {'yes' if former else 'no'} by default."
        )
    try:
        return type(former)(value)  # type: ignore[call-arg]
    except ValueError as error:
        raise UsageError(f"The setting {name!r} is no {value!r}.", f"It is {former} by default.") from error
