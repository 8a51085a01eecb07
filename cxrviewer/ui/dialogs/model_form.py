"""Asks for what a model file without a card does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.models.card import Activation, ContrastRule, InputSpec, ModelCard, ResizeRule, Scaling
from cxrviewer.ui.panels.fields import dress_spin_box
from cxrviewer.ui.panels.input_words import CONTRASTS, RESIZES, SCALINGS

_Member = TypeVar("_Member", bound=StrEnum)

_ACTIVATIONS = {
    Activation.SOFTMAX: "One of the classes (softmax)",
    Activation.SIGMOID: "Each class by itself (sigmoid)",
    Activation.LOGITS: "Bare logits",
}


class ModelForm(QDialog):
    """A form over a guessed card; `card` is the answer.

    Parameters
    ----------
    guess : ModelCard
        What was found by looking at the model.
    notes : sequence of str
        What a user should know before answering: that the model scales its input by itself, say.
    """

    def __init__(self, guess: ModelCard, parent: QWidget | None = None, notes: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self.setWindowTitle("About this model")
        self._guess = guess
        self.name = QLineEdit(guess.name)
        self.labels = QLineEdit(", ".join(guess.labels))
        self.labels.setToolTip("One name a class, in the order of the model's outputs, separated by commas")
        self.scaling = _choice(SCALINGS, guess.input.scaling)
        self.mean = QLineEdit(_listed(guess.input.mean))
        self.deviation = QLineEdit(_listed(guess.input.std))
        for field in (self.mean, self.deviation):
            field.setToolTip("For an image in 0 to 1: one number, or one a channel, separated by commas")
            field.textChanged.connect(self._check)
        self.contrast = _choice(CONTRASTS, guess.input.contrast)
        self.contrast.setToolTip("Done to the whole image before it is brought to the input's size")
        self.resize_rule = _choice(RESIZES, guess.input.resize)
        self.activation = _choice(_ACTIVATIONS, guess.activation)
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.0, 1.0)
        self.threshold.setSingleStep(0.05)
        self.threshold.setValue(guess.thresholds[0])
        dress_spin_box(self.threshold)
        self.threshold.setToolTip("Probability from which a class counts as found; the same for all classes")
        self._notes = _words("Warning", "\n".join(notes))
        self._notes.setVisible(bool(notes))
        self._problem = _words("Muted", "")
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.labels.textChanged.connect(self._check)
        self.scaling.currentIndexChanged.connect(self._check)
        self._form = QFormLayout()
        self._lay_out()
        self._check()

    def _lay_out(self) -> None:
        found = self._guess.input
        text = QLabel(
            f"This model has no card. It takes {found.height}×{found.width} pixels, "
            f"{'gray' if found.channels == 1 else 'RGB'}, and has {len(self._guess.labels)} classes. "
            "The rest cannot be read from the file; the answers are remembered for this model."
        )
        text.setWordWrap(True)
        form = self._form
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow("Name", self.name)
        form.addRow("Classes", self.labels)
        form.addRow("Output", self.activation)
        form.addRow("Value range", self.scaling)
        form.addRow("Mean", self.mean)
        form.addRow("Deviation", self.deviation)
        form.addRow("Contrast", self.contrast)
        form.addRow("Other shapes", self.resize_rule)
        form.addRow("Operating threshold", self.threshold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addWidget(self._notes)
        layout.addLayout(form)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)
        self.setMinimumWidth(470)

    def card(self) -> ModelCard:
        """Return the card with the user's answers."""
        return replace(
            self._guess,
            name=self.name.text().strip() or self._guess.name,
            labels=self._names(),
            thresholds=(round(self.threshold.value(), 3),) * len(self._names()),
            activation=Activation(self.activation.currentData()),
            input=self._input(),
            complete=True,
        )

    def _input(self) -> InputSpec:
        # Qt keeps the members of a string enumeration as bare strings.
        own = self._has_own_statistics()
        return replace(
            self._guess.input,
            scaling=Scaling(self.scaling.currentData()),
            resize=ResizeRule(self.resize_rule.currentData()),
            contrast=ContrastRule(self.contrast.currentData()),
            mean=_numbers(self.mean.text()) or () if own else (),
            std=_numbers(self.deviation.text()) or () if own else (),
        )

    def _has_own_statistics(self) -> bool:
        return Scaling(self.scaling.currentData()) is Scaling.MEAN_STD

    def _names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.labels.text().split(",") if name.strip())

    def _check(self) -> None:
        own = self._has_own_statistics()
        for field in (self.mean, self.deviation):
            self._form.setRowVisible(field, own)
        problem = self._problem_with_names() or (self._problem_with_statistics() if own else "")
        self._problem.setText(problem)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)

    def _problem_with_names(self) -> str:
        wanted, names = len(self._guess.labels), self._names()
        if len(names) != wanted:
            return f"The model has {wanted} outputs, and {len(names)} names are given."
        return "Two classes have the same name." if len(set(names)) != len(names) else ""

    def _problem_with_statistics(self) -> str:
        channels = self._guess.input.channels
        for name, field in (("mean", self.mean), ("deviation", self.deviation)):
            numbers = _numbers(field.text())
            if numbers is None or len(numbers) not in (1, channels):
                how_many = "one number" if channels == 1 else f"one number or {channels}"
                return f"The {name} is {how_many}, each from 0 to 1."
            if name == "deviation" and 0 in numbers:
                return "A deviation is above 0."
        return ""


def _numbers(text: str) -> tuple[float, ...] | None:
    """Return numbers that are separated by commas or spaces; None where one of them is not in 0 to 1."""
    try:
        numbers = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        return None
    return numbers if all(0 <= number <= 1 for number in numbers) else None


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _words(role: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _choice(entries: Mapping[_Member, str], current: _Member) -> QComboBox:
    combo = QComboBox()
    for value, text in entries.items():
        combo.addItem(text, value)
    combo.setCurrentIndex(list(entries).index(current))
    return combo
