"""Asks what a training is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit

from cxrviewer.errors import UserError
from cxrviewer.learning.settings import changed
from cxrviewer.learning.train import TrainOrder, recipes
from cxrviewer.learning.training_log import read_log
from cxrviewer.learning.transfer_spec import IMAGENET, RANDOM
from cxrviewer.session.job_calls import train
from cxrviewer.session.job_looks import image_count
from cxrviewer.session.jobs import JobOrder, Kind
from cxrviewer.ui.dialogs.job_fields import PathField, number_field
from cxrviewer.ui.dialogs.job_form import JobForm, Look

_OWN, _FILE = "", "file"
_WEIGHTS = {
    _OWN: "As the recipe has it",
    IMAGENET: "ImageNet",
    RANDOM: "Random",
    _FILE: "A file…",
}


class TrainForm(JobForm):
    """Recipe, data, length and results."""

    KIND = Kind.TRAINING
    RESULT = "log.csv"
    INTRODUCTION = (
        "Trains a model by a recipe. After each epoch the best model so far is in the folder of the results; "
        "a training that was ended goes on where its last epoch ended."
    )

    def add_rows(self) -> None:
        """Add recipe, data and how it is trained."""
        self.recipe = QComboBox()
        for name, recipe in recipes().items():
            self.recipe.addItem(recipe.SPEC.name, name)
        self.recipe.currentIndexChanged.connect(lambda _index: self._choose_recipe())
        self.about = _words("Muted")
        self.epochs = number_field(1, 10_000, 1, "Passes over the training images")
        self.weights = QComboBox()
        for key, text in _WEIGHTS.items():
            self.weights.addItem(text, key)
        self.weights.currentIndexChanged.connect(lambda _index: self._follow())
        self.file = PathField(
            "Weights to begin with",
            "A Keras file of the same network",
            "Keras models (*.keras *.h5)",
            folders=False,
        )
        self.file.changed.connect(self._follow)
        self.advanced = QLineEdit()
        self.advanced.setPlaceholderText("batch=16, seed=2")
        self.advanced.setToolTip("Further settings of the recipe, separated by commas")
        self.advanced.textChanged.connect(lambda _text: self._follow())
        self.advice = _words("Warning")
        self.resume = QCheckBox()
        self.resume.toggled.connect(lambda _checked: self._follow())
        self.form.addRow("Recipe", self.recipe)
        self.form.addRow("", self.about)
        self.form.addRow("Data", self.data)
        self.form.addRow("Epochs", self.epochs)
        self.form.addRow("Begin with", self.weights)
        self.form.addRow("", self.file)
        self.form.addRow("Other settings", self.advanced)
        self.form.addRow("", self.advice)
        self.form.addRow("", self.resume)
        self._choose_recipe()

    @staticmethod
    def prepare() -> None:
        """Import the recipes: a second, in a thread."""
        recipes()

    def order(self, data: Path, output: Path) -> JobOrder:
        """Return the order."""
        key = str(self.weights.currentData())
        weights = str(self.file.path() or "") if key == _FILE else key
        order = TrainOrder(
            self._id(), data, output, self.epochs.value(), None, weights, self._resumes(), self._changes()
        )
        rest = replace(order, resume=True)
        return JobOrder(self.KIND, self.recipe.currentText(), output, train, order, rest)

    def look(self, data: Path) -> Look:
        """Return what counts the images."""
        return image_count, (data,)

    def problem(self) -> str:
        """Return what is wrong with the settings or the weights."""
        return self._problem_with_settings() or self._problem_with_weights()

    def _problem_with_settings(self) -> str:
        try:
            changed(replace(recipes()[self._id()].SPEC.defaults, epochs=1), self._changes())
        except UserError as error:
            return f"{error.message} {error.hint}"
        return ""

    def _problem_with_weights(self) -> str:
        if self.weights.currentData() == _FILE and not (self.file.path() or Path()).is_file():
            return "Give the file of the weights to begin with."
        return ""

    def check(self) -> None:
        """Say what is wrong, and whether a run in the folder can be gone on with."""
        super().check()
        output = self.output.path()
        former = read_log(output) if output is not None and (output / "checkpoint.index").is_file() else None
        self.form.setRowVisible(self.resume, former is not None)
        if former is not None:
            done, total = former.epochs[-1], former.total
            self.resume.setText(
                f"Go on with the run in this folder, of which {done} of {total} epochs are done"
            )
        problem, missing = self._problem_with_settings(), self._problem_with_weights()
        self.advice.setText(problem)
        self.form.setRowVisible(self.advice, bool(problem))
        self.file.say(missing, problem=bool(missing))

    def has_results(self, output: Path) -> bool:
        """Return whether results would be replaced: not where a run is resumed."""
        return not self._resumes() and super().has_results(output)

    def _id(self) -> str:
        return str(self.recipe.currentData())

    def _resumes(self) -> bool:
        return self.resume.isChecked() and self.form.isRowVisible(self.resume)

    def _changes(self) -> tuple[str, ...]:
        return tuple(text.strip() for text in self.advanced.text().split(",") if text.strip())

    def _choose_recipe(self) -> None:
        recipe = recipes()[self._id()]
        spec = recipe.SPEC
        self.about.setText(getattr(spec, "summary", "") or (recipe.__doc__ or "").partition("\n")[0])
        self.epochs.setValue(spec.defaults.epochs)
        self._follow()

    def _follow(self) -> None:
        self.form.setRowVisible(self.file, self.weights.currentData() == _FILE)
        self.check()


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(role)
    label.setWordWrap(True)
    return label
