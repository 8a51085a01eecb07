"""The page of a training: how it went, and what its model says of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cxrviewer.learning.page import Page, decimal
from cxrviewer.learning.training_log import TrainingLog, in_words, read_log
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import read_card

NAME = "training.html"


def write_page(model: Path, name: str) -> None:
    """Write the page of the training that has made a model, beside it.

    Parameters
    ----------
    model : Path
        The model file in the output folder, with the log and the settings beside it, and its card, if it has
        one.
    name : str
        Of the recipe.
    """
    folder, described = model.parent, model.with_suffix(".toml")
    card = read_card(described) if described.is_file() else None
    page = Page(f"Training of {name}" if card is None else f"Training of {card.name} {card.version}")
    if card is not None:
        page.text(card.limits)
    log = read_log(folder)
    if log is not None:
        _course(page, log)
    if card is not None:
        _model(page, card, model.name)
    _settings(page, folder)
    page.write(folder / NAME)


def _model(page: Page, card: ModelCard, file: str) -> None:
    page.heading("The model")
    page.table(
        ("", "value"),
        [
            ("file", file),
            ("SHA-256", card.sha256),
            ("input", f"{card.input.height}×{card.input.width}×{card.input.channels}"),
            *(
                (f"threshold of {label}", decimal(threshold))
                for label, threshold in zip(card.labels, card.thresholds, strict=True)
            ),
        ],
    )
    page.text(card.training_data, note=True)


def _course(page: Page, log: TrainingLog) -> None:
    page.heading("Epochs")
    if log.losses():
        page.figure(_curves(log, log.losses()), "Loss after each epoch.")
    if log.shares():
        page.figure(_curves(log, log.shares()), "Measured on the images held out, after each epoch.")
    names = [in_words(name) for name, _ in log.measures]
    first, last = 0, len(log.epochs) - 1
    page.table(
        ("epoch", *names),
        [
            (str(log.epochs[place]), *(decimal(values[place], 4) for _, values in log.measures))
            for place in dict.fromkeys((first, last // 2, last))
        ],
    )


def _curves(log: TrainingLog, measures: Sequence[tuple[str, tuple[float, ...]]]) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(5, 3.4))
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    for name, values in measures:
        axes.plot(log.epochs, values, marker="o", markersize=3, linewidth=1.5, label=in_words(name))
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _settings(page: Page, folder: Path) -> None:
    try:
        kept = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    page.heading("Settings")
    page.table(("setting", "value"), [(name, _said(value)) for name, value in kept["settings"].items()])


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
