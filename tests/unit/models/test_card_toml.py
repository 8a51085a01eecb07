from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cxrviewer.errors import CardError
from cxrviewer.models.card import (
    Activation,
    ContrastRule,
    InputSpec,
    LabelGroup,
    ModelCard,
    ResizeRule,
    Scaling,
)
from cxrviewer.models.card_toml import read_card, write_card

CARD = ModelCard(
    id="three",
    name="Three findings – ünïcode",
    version="1.2",
    sha256="ab" * 32,
    labels=("Normal", "Bacterial", "Viral"),
    thresholds=(0.1, 0.5, 1.0),
    activation=Activation.SOFTMAX,
    input=InputSpec(320, 256, 3, Scaling.IMAGENET_TORCH, ResizeRule.PAD),
    label_groups=(LabelGroup("Pneumonia", ("Bacterial", "Viral"), 0.62),),
    default_layer="conv/last",
    training_data="a\nb",
    licence="CC BY 4.0",
    intended_use="teaching",
    limits="many",
    complete=False,
)


def test_a_card_survives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    measured = InputSpec(
        9, 9, 3, Scaling.MEAN_STD, contrast=ContrastRule.CLAHE, mean=(0.4, 0.5, 0.6), std=(0.2, 0.2, 1.0)
    )
    for card in (
        CARD,
        replace(CARD, label_groups=(), complete=True, activation=Activation.LOGITS),
        replace(CARD, input=measured),
        replace(CARD, input=replace(measured, contrast=ContrastRule.WHITE_BALANCE, mean=(0.5,), std=(0.25,))),
    ):
        write_card(card, path)
        assert read_card(path) == card
    assert list(tmp_path.iterdir()) == [path]


def test_a_short_card_takes_the_usual_rest(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(
        'id="a"\nlabels=["x","y"]\nactivation="sigmoid"\n[input]\nheight=8\nwidth=9\nchannels=1\n'
    )
    card = read_card(path)
    assert card.name == "a"
    assert card.thresholds == (0.5, 0.5)
    assert card.input == InputSpec(8, 9, 1, Scaling.UNIT, ResizeRule.STRETCH)
    assert card.default_layer == "auto"
    assert card.complete


def test_an_input_may_name_one_number_for_all_channels_and_keras_own_modes(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    start = 'id="a"\nlabels=["x","y"]\nactivation="sigmoid"\n[input]\nheight=8\nwidth=9\nchannels=3\n'
    path.write_text(f'{start}scaling="mean-std"\nmean=0.5\nstd=[0.25]\n')
    assert read_card(path).input == InputSpec(8, 9, 3, Scaling.MEAN_STD, mean=(0.5,), std=(0.25,))
    path.write_text(f'{start}scaling="imagenet-tf"\n')
    assert read_card(path).input.scaling is Scaling.SYMMETRIC


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ('scaling="mean-std"\nmean=0.5', "needs 'input.mean' and 'input.std'"),
        ("mean=0.5\nstd=0.5", "with the scaling 'mean-std' alone"),
        ('scaling="mean-std"\nmean=[0.5, 0.5]\nstd=0.5', "'input.mean' has 2 numbers for 3 channels"),
        ('scaling="mean-std"\nmean=127.5\nstd=0.5', "'input.mean' must be numbers between 0 and 1"),
        ('scaling="mean-std"\nmean=0.5\nstd=0', "'input.std' must be at least 0.001"),
        ('scaling="mean-std"\nmean=nan\nstd=0.5', "between 0 and 1"),
        ('contrast="gamma"', "'none', 'white-balance', 'clahe'"),
    ],
)
def test_rules_that_contradict_themselves_are_named(tmp_path: Path, rules: str, reason: str) -> None:
    path = tmp_path / "card.toml"
    start = 'id="a"\nlabels=["x","y"]\nactivation="sigmoid"\n[input]\nheight=8\nwidth=9\nchannels=3\n'
    path.write_text(start + rules)
    with pytest.raises(CardError, match=reason):
        read_card(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "three"', "", "'id' is missing"),
        ('id = "three"', "id = 3", "'id' must be text"),
        ('"Viral",\n]\nthresholds', "]\nthresholds", "2 labels but 3 thresholds"),
        ("0.1", "1.5", "between 0 and 1"),
        ("0.1", "true", "between 0 and 1"),
        ('"softmax"', '"relu"', "'softmax', 'sigmoid', 'logits'"),
        ('"imagenet-torch"', '"percent"', "'input.scaling'|'scaling' must be one of"),
        ("channels = 3", "channels = 2", "not 1 or 3"),
        ("height = 320", "height = 0", "'input.height'"),
        ("height = 320", 'height = "big"', "'input.height'"),
        ("[input]", "[inputs]", r"\[input\] is missing"),
        ('labels = [\n    "Bacterial"', 'labels = [\n    "Fungal"', "'Fungal', which is not a label"),
        ('"Normal"', '"Viral"', "twice"),
        ("complete = false", 'complete = "no"', "true or false"),
        ("id =", "id", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "card.toml"
    write_card(CARD, path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CardError, match=reason) as caught:
        read_card(path)
    assert caught.value.path == path


def test_a_card_that_cannot_be_read_is_a_card_error(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="cannot be read"):
        read_card(tmp_path / "none.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CardError, match="TOML"):
        read_card(binary)
