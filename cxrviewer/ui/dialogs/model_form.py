"""Asks for what a model file without a card does not say."""

from __future__ import annotations

from dataclasses import replace

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

from cxrviewer.models.card import Activation, ModelCard, ResizeRule, Scaling

_SCALINGS = (
    (Scaling.UNIT, "0 to 1"),
    (Scaling.SYMMETRIC, "−1 to 1"),
    (Scaling.BYTE, "0 to 255 (the model scales by itself)"),
    (Scaling.IMAGENET_TORCH, "ImageNet mean and deviation (torch)"),
    (Scaling.IMAGENET_CAFFE, "ImageNet mean, BGR (caffe)"),
)
_RESIZES = (
    (ResizeRule.STRETCH, "Stretch to the input"),
    (ResizeRule.PAD, "Pad to the input's shape"),
    (ResizeRule.CROP, "Crop the centre"),
)
_ACTIVATIONS = (
    (Activation.SOFTMAX, "One of the classes (softmax)"),
    (Activation.SIGMOID, "Each class by itself (sigmoid)"),
    (Activation.LOGITS, "Bare logits"),
)


class ModelForm(QDialog):
    """A form over a guessed card; `card` is the answer.

    Parameters
    ----------
    guess : ModelCard
        What was found by looking at the model.
    """

    def __init__(self, guess: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About this model")
        self._guess = guess
        self.name = QLineEdit(guess.name)
        self.labels = QLineEdit(", ".join(guess.labels))
        self.labels.setToolTip("One name a class, in the order of the model's outputs, separated by commas")
        self.scaling = _choice(_SCALINGS, guess.input.scaling)
        self.resize_rule = _choice(_RESIZES, guess.input.resize)
        self.activation = _choice(_ACTIVATIONS, guess.activation)
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.0, 1.0)
        self.threshold.setSingleStep(0.05)
        self.threshold.setValue(guess.thresholds[0])
        self.threshold.setToolTip("Probability from which a class counts as found; the same for all classes")
        self._problem = QLabel()
        self._problem.setObjectName("Muted")
        self._problem.setWordWrap(True)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.labels.textChanged.connect(self._check)
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
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow("Name", self.name)
        form.addRow("Classes", self.labels)
        form.addRow("Output", self.activation)
        form.addRow("Value range", self.scaling)
        form.addRow("Other shapes", self.resize_rule)
        form.addRow("Operating threshold", self.threshold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addLayout(form)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)
        self.setMinimumWidth(470)

    def card(self) -> ModelCard:
        """Return the card with the user's answers."""
        # Qt keeps the members of a string enumeration as bare strings.
        scaling = Scaling(self.scaling.currentData())
        resize = ResizeRule(self.resize_rule.currentData())
        return replace(
            self._guess,
            name=self.name.text().strip() or self._guess.name,
            labels=self._names(),
            thresholds=(round(self.threshold.value(), 3),) * len(self._names()),
            activation=Activation(self.activation.currentData()),
            input=replace(self._guess.input, scaling=scaling, resize=resize),
            complete=True,
        )

    def _names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.labels.text().split(",") if name.strip())

    def _check(self) -> None:
        wanted, names = len(self._guess.labels), self._names()
        problem = ""
        if len(names) != wanted:
            problem = f"The model has {wanted} outputs, and {len(names)} names are given."
        elif len(set(names)) != len(names):
            problem = "Two classes have the same name."
        self._problem.setText(problem)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)


def _choice(entries: tuple[tuple[object, str], ...], current: object) -> QComboBox:
    combo = QComboBox()
    for value, text in entries:
        combo.addItem(text, value)
    combo.setCurrentIndex([value for value, _ in entries].index(current))
    return combo
