"""A model card to start from, with what to correct beside each line."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum

from cxrviewer.models.card import Activation, ContrastRule, InputSpec, ModelCard, ResizeRule, Scaling


def card_draft(card: ModelCard) -> str:
    """Return a card as commented TOML, which `read_card` reads back as an equal one.

    Parameters
    ----------
    card : ModelCard
        Where it was guessed the text says so, and the window goes on asking until that line is deleted.
    """
    lines = ["# Model card: a file beside the weights, NAME.toml for NAME.keras."]
    if not card.complete:
        lines += _line("complete", False, "Guessed from the model. Delete this line once all below is right.")
    for name in ("id", "name", "version"):
        lines += _line(name, getattr(card, name))
    lines += _line(
        "sha256", card.sha256, "Of the weights; a note says where others are loaded. May be empty."
    )
    lines += _line("labels", list(card.labels), "One a class, in the order of the model's outputs.")
    lines += _line("thresholds", list(card.thresholds), "Probabilities at or above count as positive.")
    lines += _line("activation", card.activation, _names(Activation))
    lines += _line("default_layer", card.default_layer, "'cxrviewer layers PATH' lists them.")
    for name in ("training_data", "licence", "intended_use", "limits"):
        lines += _line(name, getattr(card, name))
    lines += ["", "[input]", *_input_lines(card.input)]
    for group in card.label_groups:
        lines += ["", "[[label_groups]]"]
        for name, value in asdict(group).items():
            lines += _line(name, list(value) if isinstance(value, tuple) else value)
    return "\n".join(lines) + "\n"


def _input_lines(spec: InputSpec) -> list[str]:
    lines = []
    for name in ("height", "width", "channels"):
        lines += _line(name, getattr(spec, name))
    lines += _line("scaling", spec.scaling, _names(Scaling))
    for name in ("mean", "std"):
        if getattr(spec, name):
            lines += _line(name, list(getattr(spec, name)))
    lines += _line("resize", spec.resize, _names(ResizeRule))
    return lines + _line("contrast", spec.contrast, _names(ContrastRule))


def _names(kind: type[StrEnum]) -> str:
    return f"One of {', '.join(kind)}."


def _line(name: str, value: object, comment: str = "") -> list[str]:
    import tomli_w

    plain = value.value if isinstance(value, StrEnum) else value
    text = tomli_w.dumps({name: plain}).rstrip("\n")
    return [f"# {comment}", text] if comment else [text]
