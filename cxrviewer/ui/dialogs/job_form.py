"""What the forms of all jobs share: data, output folder, and one clear word about each before the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.models.card import ModelCard
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.session.job_folders import fresh_folder, problem_with_output
from cxrviewer.session.job_looks import class_counts
from cxrviewer.session.jobs import JobOrder, Kind
from cxrviewer.session.state import ViewState
from cxrviewer.ui.dialogs.job_fields import PathField
from cxrviewer.ui.panels.fields import literal
from cxrviewer.ui.worker import Outcome

Look = tuple[Callable[..., str], tuple[object, ...]]
"""A function for `engine.job.Job` and its arguments: looks at data, and says in a line what they are."""

Inspect = Callable[[Look, Callable[[Outcome], None]], None]
"""Has a look taken, then calls with what came of it; only the latest counts."""

_PAUSE_MS = 250
"""After the last letter, before the data are looked at."""


@dataclass(frozen=True)
class ModelChoice:
    """A model that can be chosen; without `info` where it is not loaded."""

    load: LoadRequest
    card: ModelCard
    info: ModelInfo | None = None


@dataclass(frozen=True)
class FormStart:
    """What a form begins with: models, the current one first; the last data; a place for results; a view."""

    models: tuple[ModelChoice, ...]
    data: str
    results: Path
    state: ViewState


class JobForm(QDialog):
    """A form that becomes an order; derived forms add their own rows.

    Parameters
    ----------
    start : FormStart
        What it begins with.
    inspect : callable
        Looks at the data aside.
    """

    KIND: Kind
    INTRODUCTION = ""
    RESULT = ""
    """Name of the file by which earlier results are known that would be replaced; "" where none would."""

    ordered = Signal(object)

    def __init__(self, start: FormStart, inspect: Inspect, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(str(self.KIND))
        self._begin = start
        self._inspect = inspect
        self._asked = 0
        self.data = self.made_data()
        self.output = PathField("Folder for the results")
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(10)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start: QPushButton = self.buttons.addButton("Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setObjectName("Primary")
        self.start.setDefault(True)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self._forget)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self._lay_out()
        self.output.set_path(fresh_folder(start.results, self.KIND))
        self.data.changed.connect(self.check)
        self.output.changed.connect(self.check)
        if start.data:
            self.data.line.setText(start.data)
        for field in (self.data, self.output):
            field.said.connect(self._grow)
        self.check()

    @staticmethod
    def prepare() -> None:
        """Do in a thread what takes long before the form is made."""

    def made_data(self) -> PathField:
        """Return the field of the data."""
        return PathField("Data", "Drop a folder here", "Tables (*.csv *.tsv)")

    def add_rows(self) -> None:
        """Add the rows between data and results."""

    def order(self, data: Path, output: Path) -> JobOrder:
        """Return what is ordered."""
        raise NotImplementedError

    def look(self, data: Path) -> Look:
        """Return what looks at the data."""
        raise NotImplementedError

    def problem(self) -> str:
        """Return what is wrong with the rows of a derived form, "" where nothing is."""
        return ""

    def _lay_out(self) -> None:
        text = QLabel(self.INTRODUCTION)
        text.setWordWrap(True)
        text.setObjectName("Muted")
        self.add_rows()
        self.form.addRow("Results", self.output)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(text)
        layout.addLayout(self.form)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(600)

    def check(self) -> None:
        """Say what is wrong, or have the data looked at."""
        data, output = self.data.path(), self.output.path()
        problem = problem_with_output(output, data)
        self.output.say(problem, problem=bool(problem))
        self._asked += 1
        missing = data is not None and not data.exists()
        self.data.say("There is no such folder or file." if missing else "", problem=missing)
        ready = data is not None and not missing
        self.start.setEnabled(ready and not problem and not self.problem())
        if ready:
            self._pause.start()

    def _forget(self) -> None:
        """Hear no more of the data: the form is about to be deleted."""
        self._asked += 1
        self._pause.stop()

    def _grow(self) -> None:
        """Have room for all words."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        wanted = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
        self.resize(self.width(), max(self.height(), wanted, layout.totalSizeHint().height()))

    def _look(self) -> None:
        data, asked = self.data.path(), self._asked
        if data is None or not data.exists():
            return
        if not self.data.words.text():
            self.data.say("Looking at the images…")

        def done(outcome: Outcome) -> None:
            if asked != self._asked:
                return
            if outcome.error is not None:
                self.data.say(f"{outcome.error.message} {outcome.error.hint}".strip(), problem=True)
                self.start.setEnabled(False)
            else:
                self.data.say(str(outcome.value))

        self._inspect(self.look(data), done)

    def _accept(self) -> None:
        data, output = self.data.path(), self.output.path()
        if data is None or output is None:
            return
        if self.has_results(output) and not self._may_replace(output):
            return
        self.ordered.emit(self.order(data, output))
        self.accept()

    def has_results(self, output: Path) -> bool:
        """Return whether a folder has earlier results that would be replaced."""
        return bool(self.RESULT) and (output / self.RESULT).exists()

    def _may_replace(self, output: Path) -> bool:
        text = f"“{output.name}” has results of an earlier run. Replace them?"
        answer = QMessageBox.question(self, str(self.KIND), literal(text))
        return answer == QMessageBox.StandardButton.Yes


class ModelJobForm(JobForm):
    """A form with a model."""

    def add_rows(self) -> None:
        """Add the model and the data."""
        self.model = QComboBox()
        self.model.setAccessibleName("Model")
        for choice in self._begin.models:
            self.model.addItem(f"{choice.card.name} {choice.card.version}", choice)
        self.model.setToolTip("Another model stands here once it is open in the viewer: File > Open model")
        self.model.currentIndexChanged.connect(lambda _index: self.choose_model())
        self.form.addRow("Model", self.model)
        self.form.addRow("Data", self.data)

    def choice(self) -> ModelChoice:
        """Return the chosen model."""
        return self._begin.models[self.model.currentIndex()]

    def choose_model(self) -> None:
        """Follow the choice of another model."""
        self.data.line.setPlaceholderText(_folders(self.choice().card))
        self.check()

    def look(self, data: Path) -> Look:
        """Return what counts the images of each class."""
        return class_counts, (data, self.choice().card)


def _folders(card: ModelCard) -> str:
    names = [*(group.name for group in card.label_groups), *card.labels]
    return f"Drop a folder with folders called {', '.join(names[:3])} here"
