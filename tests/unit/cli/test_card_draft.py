"""The draft of a card is a card, comments and all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cxrviewer.cli.card_draft import card_draft
from cxrviewer.models.card import (
    Activation,
    ContrastRule,
    InputSpec,
    LabelGroup,
    ModelCard,
    ResizeRule,
    Scaling,
)
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.catalog import builtin_cards

CARD = ModelCard(
    id="mine",
    name='Mine "é" \\ # no comment',
    version="2",
    sha256="ab" * 32,
    labels=("Normal", "Ill, very", "= x"),
    thresholds=(0.5, 0.25, 1.0),
    activation=Activation.SIGMOID,
    input=InputSpec(
        100, 120, 3, Scaling.MEAN_STD, ResizeRule.PAD, ContrastRule.CLAHE, (0.1, 0.2, 0.3), (0.5,)
    ),
    label_groups=(LabelGroup("Any", ("Ill, very", "= x"), 0.3), LabelGroup("None", ("Normal",))),
    default_layer="block/conv",
    limits="One\nand two",
)


@pytest.mark.parametrize("card", [CARD, replace(CARD, complete=False), *builtin_cards()])
def test_a_draft_is_read_back_as_the_same_card(card: ModelCard, tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(card_draft(card), encoding="utf-8")
    assert read_card(path) == card


def test_a_guess_says_so_and_is_asked_about_until_its_line_is_deleted(tmp_path: Path) -> None:
    text = card_draft(replace(CARD, complete=False))
    assert "Guessed" in text
    path = tmp_path / "card.toml"
    path.write_text(text.replace("complete = false\n", ""), encoding="utf-8")
    assert read_card(path) == CARD
    assert "complete" not in card_draft(CARD)


def test_every_choice_is_named() -> None:
    text = card_draft(CARD)
    for kind in (Activation, Scaling, ResizeRule, ContrastRule):
        assert f"One of {', '.join(kind)}." in text
