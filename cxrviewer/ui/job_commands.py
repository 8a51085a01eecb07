"""What the actions about jobs do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtWidgets import QMessageBox, QToolButton

from cxrviewer.engine.job import Job
from cxrviewer.models.catalog import builtin_cards, resolve_model
from cxrviewer.session.jobs import JobOrder, JobState, Kind
from cxrviewer.ui.jobs import Jobs
from cxrviewer.ui.panels.fields import literal
from cxrviewer.ui.second_starts import bring_to_front
from cxrviewer.ui.worker import Outcome, WorkerThread

if TYPE_CHECKING:
    from cxrviewer.ui.dialogs.job_form import FormStart, JobForm, Look, ModelChoice
    from cxrviewer.ui.dialogs.jobs import JobsWindow
    from cxrviewer.ui.main_window import MainWindow


class JobCommands(QObject):
    """Orders jobs, shows them, and asks before they are ended with the window.

    Parameters
    ----------
    window : MainWindow
        Whose model and settings the forms begin with.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.jobs = Jobs(self)
        self.panel: JobsWindow | None = None
        self.form: JobForm | None = None
        self._looking: Job | None = None
        self._inspector = WorkerThread("inspection", self)
        self._inspector.finished_task.connect(_hand_back)
        self.button = QToolButton()
        self.button.setToolTip("Show the jobs")
        self.button.hide()
        self.button.clicked.connect(self.show)
        self.jobs.added.connect(lambda _state: self._tell())
        self.jobs.changed.connect(lambda _state: self._tell())

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {
            "train": lambda: self.ask("train", "TrainForm"),
            "evaluate": lambda: self.ask("evaluate", "EvaluateForm"),
            "batch": lambda: self.ask("batch", "BatchForm"),
            "report": lambda: self.ask("report", "ReportForm"),
            "study": lambda: self.ask("study", "StudyForm"),
            "jobs": self.show,
        }

    def ask(self, module: str, name: str) -> None:
        """Let the user order a job by a form of `ui.dialogs`, which is imported in a thread."""

        def prepared() -> type[JobForm]:
            kind: type[JobForm] = getattr(import_module(f"cxrviewer.ui.dialogs.{module}"), name)
            kind.prepare()
            return kind

        self._inspector.post("form", self._open, prepared)

    def show(self) -> None:
        """Show the jobs in front."""
        if self.panel is None:
            from cxrviewer.ui.dialogs.jobs import JobsWindow

            self.panel = JobsWindow(self.jobs, self._window.services.run_aside)
            self.panel.setWindowIcon(self._window.windowIcon())
            self.panel.model_wanted.connect(self._use_model)
            self.panel.image_wanted.connect(self._open_image)
        self.panel.show()
        self.panel.raise_()
        self.panel.activateWindow()

    def _use_model(self, model: str) -> None:
        """Open a model that was trained, and show the window in front."""
        self._window.commands.choose_model(model)
        bring_to_front(self._window)

    def _open_image(self, path: Path) -> None:
        """Open an image of a batch, and show the window in front."""
        self._window.commands.open_paths([path])
        bring_to_front(self._window)

    def may_close(self) -> bool:
        """Return whether the window may be closed: where jobs run, the user is asked."""
        running = self.jobs.running
        if not running:
            return True
        first = running[0]
        others = f" and {len(running) - 1} more" if len(running) > 1 else ""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("CXR Viewer")
        asked = f"{first.order.kind} is under way ({first.order.title}){others}. End it and close?"
        box.setText(literal(asked))
        box.setInformativeText("A training can be resumed from its last epoch, a batch from its last image.")
        end = box.addButton("End and close", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("Keep running", QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is end

    def shut_down(self) -> None:
        """End jobs and threads."""
        self.jobs.shut_down()
        if self.panel is not None:
            self.panel.close()
            self.panel.deleteLater()
        if self._looking is not None:
            self._looking.cancel()
        self._inspector.stop()

    def _open(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            self._window.messages.show_error(outcome.error)
            return
        assert isinstance(outcome.value, type)
        kind: type[JobForm] = outcome.value
        self.form = kind(
            self._start(listed=kind.KIND in (Kind.BATCH, Kind.REPORT)), self._inspect, self._window
        )
        self.form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form.ordered.connect(self._order)
        self.form.finished.connect(self._form_closed)
        self.form.open()

    def _form_closed(self) -> None:
        self.form = None
        if self._looking is not None:
            self._looking.cancel()

    def _order(self, order: JobOrder) -> None:
        data = str(getattr(order.order, "data", ""))
        self._window.settings = replace(
            self._window.settings, job_data=data, job_results=str(order.output.parent)
        )
        self.show()
        self.jobs.start(order)

    def _start(self, *, listed: bool) -> FormStart:
        """Return what a form begins with; `listed` where its data are images like those of the list."""
        from cxrviewer.ui.dialogs.job_form import FormStart

        settings = self._window.settings
        results = Path(settings.job_results) if settings.job_results else _documents() / "CXR Viewer"
        data = settings.folder if listed and settings.folder else settings.job_data
        return FormStart(self._models(), data, results, self._window.controller.state)

    def _models(self) -> tuple[ModelChoice, ...]:
        """Return the model in use, then the built-in ones."""
        from cxrviewer.ui.dialogs.job_form import ModelChoice

        found = []
        loaded = self._window.controller.shown.at_hand.loaded
        if loaded is not None:
            found.append(ModelChoice(loaded.load, loaded.info.card, loaded.info))
        for card in builtin_cards():
            if all(card.sha256 != choice.card.sha256 for choice in found):
                found.append(ModelChoice(resolve_model(card.id), card))
        return tuple(found)

    def _inspect(self, look: Look, done: Callable[[Outcome], None]) -> None:
        """Have data looked at, in a process that can be ended: on a slow disk that may take minutes."""
        function, arguments = look
        if self._looking is not None:
            self._looking.cancel()
        self._looking = job = Job(function, *arguments)
        self._inspector.post("inspect", done, lambda: job.run(_pass))

    def _tell(self) -> None:
        """Show on the status line what runs, and what has come to its end unseen."""
        running = self.jobs.running
        last = list(self.jobs.states.values())[-1]
        self.button.setText(_short(running[0]) if running else f"{last.order.kind} {last.phase.value}")
        self.button.show()


def _short(state: JobState) -> str:
    share = state.share
    return f"{state.order.kind} …" if share is None else f"{state.order.kind} {100 * share:.0f} %"


def _pass(_message: object) -> None:
    pass


def _hand_back(outcome: Outcome) -> None:
    if callable(outcome.token):
        outcome.token(outcome)


def _documents() -> Path:
    place = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(place) or Path.home())
