"""The form over a guessed model card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from material import card
from PySide6.QtWidgets import QDialogButtonBox, QLabel

from cxrviewer.models.card import Activation, ContrastRule, InputSpec, ResizeRule, Scaling
from cxrviewer.models.card_toml import read_card, write_card
from cxrviewer.ui.dialogs.model_form import ModelForm

GUESS = card(name="weights", labels=("class 0", "class 1", "class 2"), thresholds=(0.5,) * 3, complete=False)


@pytest.fixture
def form(qtbot) -> ModelForm:
    made = ModelForm(GUESS)
    qtbot.addWidget(made)
    return made


def _ok(form: ModelForm):
    return form.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)


def _words(form: ModelForm) -> str:
    return " ".join(label.text() for label in form.findChildren(QLabel))


def test_the_guess_as_it_stands_is_complete_once_confirmed(form: ModelForm) -> None:
    answer = form.card()
    assert _ok(form).isEnabled()
    assert answer.complete
    assert answer == replace(GUESS, complete=True)


def test_it_says_what_was_found(form: ModelForm) -> None:
    assert "8×8" in _words(form)
    assert "gray" in _words(form)
    assert "3 classes" in _words(form)


def test_every_answer_reaches_the_card(form: ModelForm) -> None:
    form.name.setText("  My model ")
    form.labels.setText("Normal, Bacterial pneumonia , Viral")
    form.scaling.setCurrentIndex(form.scaling.findData(Scaling.IMAGENET_CAFFE))
    form.resize_rule.setCurrentIndex(form.resize_rule.findData(ResizeRule.PAD))
    form.contrast.setCurrentIndex(form.contrast.findData(ContrastRule.CLAHE))
    form.activation.setCurrentIndex(form.activation.findData(Activation.SIGMOID))
    answer = form.card()
    assert answer.name == "My model"
    assert answer.labels == ("Normal", "Bacterial pneumonia", "Viral")
    assert answer.input.scaling is Scaling.IMAGENET_CAFFE
    assert answer.input.resize is ResizeRule.PAD
    assert answer.input.contrast is ContrastRule.CLAHE
    assert answer.activation is Activation.SIGMOID
    assert (answer.input.height, answer.sha256) == (GUESS.input.height, GUESS.sha256)


def test_the_answer_can_be_stored_and_read_again(form: ModelForm, tmp_path: Path) -> None:
    form.threshold.setValue(0.35)
    answer = form.card()
    assert answer.thresholds == (0.35,) * 3
    write_card(answer, tmp_path / "card.toml")
    assert read_card(tmp_path / "card.toml") == answer


@pytest.mark.parametrize("kind", [Scaling, ResizeRule, Activation, ContrastRule])
def test_every_kind_can_be_answered(form: ModelForm, kind) -> None:
    combos = {
        Scaling: form.scaling,
        ResizeRule: form.resize_rule,
        Activation: form.activation,
        ContrastRule: form.contrast,
    }
    combo = combos[kind]
    assert {combo.itemData(index) for index in range(combo.count())} == set(kind)


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ("A, B", "2 names"),
        ("A, B, C, D", "4 names"),
        ("", "0 names"),
        ("A, B, A", "same name"),
        ("A,,B", "2"),
    ],
)
def test_names_that_do_not_fit_cannot_be_confirmed(form: ModelForm, names: str, word: str) -> None:
    form.labels.setText(names)
    assert not _ok(form).isEnabled()
    assert word in _words(form)
    form.labels.setText("A, B, C")
    assert _ok(form).isEnabled()
    assert word not in _words(form)


def test_an_empty_name_keeps_the_guess(form: ModelForm) -> None:
    form.name.setText("   ")
    assert form.card().name == "weights"


@pytest.fixture
def colour_form(qtbot) -> ModelForm:
    made = ModelForm(replace(GUESS, input=InputSpec(8, 8, 3)), notes=("It scales by itself.",))
    qtbot.addWidget(made)
    made.scaling.setCurrentIndex(made.scaling.findData(Scaling.MEAN_STD))
    return made


def test_statistics_are_asked_for_only_where_they_count(colour_form: ModelForm, tmp_path: Path) -> None:
    form = colour_form
    assert form.mean.isVisibleTo(form)
    form.mean.setText("0.5, 0.4 0.3")
    form.deviation.setText("0.25")
    answer = form.card()
    assert (answer.input.mean, answer.input.std) == ((0.5, 0.4, 0.3), (0.25,))
    write_card(answer, tmp_path / "card.toml")
    assert read_card(tmp_path / "card.toml") == answer
    form.scaling.setCurrentIndex(form.scaling.findData(Scaling.UNIT))
    assert not form.mean.isVisibleTo(form)
    assert (form.card().input.mean, form.card().input.std) == ((), ())


@pytest.mark.parametrize(
    ("mean", "deviation", "word"),
    [
        ("", "0.2", "mean"),
        ("0.5, 0.5", "0.2", "mean"),
        ("120", "0.2", "0 to 1"),
        ("half", "0.2", "mean"),
        ("0.5", "", "deviation"),
        ("0.5", "0", "above 0"),
        ("0.5", "nan", "deviation"),
    ],
)
def test_statistics_that_make_no_sense_cannot_be_confirmed(
    colour_form: ModelForm, mean: str, deviation: str, word: str
) -> None:
    colour_form.mean.setText(mean)
    colour_form.deviation.setText(deviation)
    assert not _ok(colour_form).isEnabled()
    assert word in _words(colour_form)
    colour_form.mean.setText("0.5")
    colour_form.deviation.setText("0.2")
    assert _ok(colour_form).isEnabled()


def test_notes_are_said(colour_form: ModelForm, form: ModelForm) -> None:
    assert "It scales by itself." in _words(colour_form)
    assert "scales by itself." not in _words(form)
