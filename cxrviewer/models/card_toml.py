"""Model cards as TOML files beside the weights."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from cxrviewer.errors import CardError
from cxrviewer.models.card import (
    MAX_SIDE,
    Activation,
    ContrastRule,
    InputSpec,
    LabelGroup,
    ModelCard,
    ResizeRule,
    Scaling,
)
from cxrviewer.paths import atomic_path

_Enum = TypeVar("_Enum", bound=StrEnum)
_TEXTS = ("training_data", "licence", "intended_use", "limits")
_SCALINGS = {"imagenet-tf": Scaling.SYMMETRIC}
"""Other names that a card may give a scaling."""
_LEAST_STD = 0.001
_LONGEST, _LONGEST_NAME = 20_000, 500
"""Letters of a text and of a label, which have to be drawn."""


def read_card(path: Path) -> ModelCard:
    """Read a model card.

    Raises
    ------
    CardError
        The file cannot be read, is not TOML, lacks a field or contradicts itself.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CardError(f"The model card cannot be read: {error.strerror}.", "", path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardError(f"The model card is not valid TOML: {error}.", "Correct the file.", path) from error
    return card_from_table(table, path)


def card_from_table(table: dict[str, Any], path: Path) -> ModelCard:
    """Return the card that a table says, as `card_table` makes it; `path` is its file.

    Raises
    ------
    CardError
        It lacks a field or contradicts itself.
    """
    try:
        return _card(table)
    except _FieldError as error:
        raise CardError(f"The model card is not usable: {error}.", "Correct the file.", path) from error


def card_table(card: ModelCard) -> dict[str, Any]:
    """Return a card as a table of texts, numbers and lists, for TOML or JSON."""
    table = asdict(card)
    groups = table.pop("label_groups")
    table["labels"] = list(card.labels)
    table["thresholds"] = list(card.thresholds)
    # Tables come last in TOML: a plain key after one would belong to it.
    table["input"] = {key: _plain(value) for key, value in table.pop("input").items() if value != ()}
    table["label_groups"] = [{**group, "labels": list(group["labels"])} for group in groups]
    table["activation"] = card.activation.value
    return table


def write_card(card: ModelCard, path: Path) -> None:
    """Write a model card so that :func:`read_card` returns an equal one; all of it or nothing.

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full.
    """
    import tomli_w

    with atomic_path(path) as temporary:
        temporary.write_bytes(tomli_w.dumps(card_table(card)).encode("utf-8"))


class _FieldError(ValueError):
    """A field of a card is missing or wrong; the text says which."""


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _card(table: dict[str, Any]) -> ModelCard:
    labels = _strings(table, "labels")
    thresholds = tuple(_number(value, "thresholds") for value in table.get("thresholds", [0.5] * len(labels)))
    if len(thresholds) != len(labels):
        raise _FieldError(f"{len(labels)} labels but {len(thresholds)} thresholds")
    complete = table.get("complete", True)
    if not isinstance(complete, bool):
        raise _FieldError("'complete' must be true or false")
    return ModelCard(
        id=_text(table, "id"),
        name=_text(table, "name", table.get("id")),
        version=_text(table, "version", ""),
        sha256=_text(table, "sha256", "").lower(),
        labels=labels,
        thresholds=thresholds,
        activation=_choice(Activation, table, "activation", None),
        input=_input(table.get("input")),
        label_groups=tuple(_group(entry, labels) for entry in table.get("label_groups", [])),
        default_layer=_text(table, "default_layer", "auto"),
        complete=complete,
        **{key: _text(table, key, "") for key in _TEXTS},
    )


def _input(table: object) -> InputSpec:
    if not isinstance(table, dict):
        raise _FieldError("the table [input] is missing")
    channels = _size(table, "channels")
    if channels not in (1, 3):
        raise _FieldError(f"'input.channels' is {channels}, not 1 or 3")
    named = _SCALINGS.get(str(table.get("scaling")))
    scaling = named or _choice(Scaling, table, "scaling", Scaling.UNIT)
    mean, std = (_statistics(table, key, channels) for key in ("mean", "std"))
    if scaling is Scaling.MEAN_STD and not (mean and std):
        raise _FieldError("the scaling 'mean-std' needs 'input.mean' and 'input.std'")
    if scaling is not Scaling.MEAN_STD and (mean or std):
        raise _FieldError("'input.mean' and 'input.std' go with the scaling 'mean-std' alone")
    if any(value < _LEAST_STD for value in std):
        raise _FieldError(f"'input.std' must be at least {_LEAST_STD}")
    return InputSpec(
        height=_size(table, "height"),
        width=_size(table, "width"),
        channels=channels,
        scaling=scaling,
        resize=_choice(ResizeRule, table, "resize", ResizeRule.STRETCH),
        contrast=_choice(ContrastRule, table, "contrast", ContrastRule.NONE),
        mean=mean,
        std=std,
    )


def _statistics(table: dict[str, Any], key: str, channels: int) -> tuple[float, ...]:
    """Return a mean or deviation in 0 to 1, as one number or as one a channel; empty where not given."""
    given = table.get(key, [])
    values = given if isinstance(given, list) else [given]
    if len(values) not in (0, 1, channels):
        raise _FieldError(f"'input.{key}' has {len(values)} numbers for {channels} channels")
    return tuple(_number(value, f"input.{key}") for value in values)


def _group(table: object, labels: tuple[str, ...]) -> LabelGroup:
    if not isinstance(table, dict):
        raise _FieldError("'label_groups' must be tables")
    members = _strings(table, "labels")
    unknown = [name for name in members if name not in labels]
    if unknown:
        raise _FieldError(f"the label group names {unknown[0]!r}, which is not a label")
    return LabelGroup(_text(table, "name"), members, _number(table.get("threshold", 0.5), "threshold"))


def _text(table: dict[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if value is None:
        raise _FieldError(f"'{key}' is missing")
    if not isinstance(value, str):
        raise _FieldError(f"'{key}' must be text")
    if len(value) > _LONGEST:
        raise _FieldError(f"'{key}' is longer than {_LONGEST} letters")
    return value


def _strings(table: dict[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise _FieldError(f"'{key}' must be a list of names")
    if max(map(len, value)) > _LONGEST_NAME:
        raise _FieldError(f"'{key}' has a name longer than {_LONGEST_NAME} letters")
    if len(set(value)) != len(value):
        raise _FieldError(f"'{key}' names something twice")
    return tuple(value)


def _number(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _FieldError(f"'{key}' must be numbers between 0 and 1")
    return float(value)


def _size(table: dict[str, Any], key: str) -> int:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_SIDE:
        raise _FieldError(f"'input.{key}' must be a whole number between 1 and {MAX_SIDE}")
    return value


def _choice(kind: type[_Enum], table: dict[str, Any], key: str, default: _Enum | None) -> _Enum:
    value = table.get(key, default)
    try:
        return kind(value)  # type: ignore[arg-type]
    except ValueError:
        names = ", ".join(repr(member.value) for member in kind)
        raise _FieldError(f"'{key}' must be one of {names}") from None
