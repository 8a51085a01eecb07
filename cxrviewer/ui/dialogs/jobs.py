"""The window of the jobs: a list of those of this session, and the chosen one beside it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QWidget,
)

from cxrviewer.session.jobs import JobState, Phase, progress_words
from cxrviewer.ui.dialogs.job_page import JobPage, RunAside
from cxrviewer.ui.jobs import Jobs
from cxrviewer.ui.panels.fields import literal

_LIST_WIDTH = 230


class JobsWindow(QDialog):
    """Shows all jobs; not modal.

    Parameters
    ----------
    jobs : Jobs
        What is shown.
    run_aside : callable
        Reads pages in a thread.
    """

    model_wanted = Signal(str)
    image_wanted = Signal(object)

    def __init__(self, jobs: Jobs, run_aside: RunAside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Jobs")
        self.resize(self.sizeHint())
        self._jobs = jobs
        self._run_aside = run_aside
        self.pages: dict[int, JobPage] = {}
        self._items: dict[int, QListWidgetItem] = {}
        self.list = QListWidget()
        self.list.setAccessibleName("Jobs")
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setStyleSheet("QListWidget::item { padding: 7px 10px; }")
        self.list.currentItemChanged.connect(self._choose)
        self.stack = QStackedWidget()
        nothing = QLabel("There are no jobs yet: File > Batch, File > Report and Tools start them.")
        nothing.setObjectName("Muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack.addWidget(nothing)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.stack, 1)
        self.list.hide()
        for state in jobs.states.values():
            self._add(state)
        jobs.added.connect(self._add)
        jobs.changed.connect(self._show)
        jobs.told.connect(lambda number, content: self.pages[number].take(content))

    def sizeHint(self) -> QSize:
        """Return a size at which a page of results is read well."""
        return QSize(1120, 740)

    def choose(self, number: int) -> None:
        """Show one job."""
        self.list.setCurrentItem(self._items[number])

    def _add(self, state: JobState) -> None:
        page = JobPage(state, self._run_aside)
        page.cancelled.connect(self._jobs.cancel)
        page.rest_wanted.connect(self._jobs.start)
        page.model_wanted.connect(self.model_wanted)
        page.image_wanted.connect(self.image_wanted)
        self.pages[state.number] = page
        self.stack.addWidget(page)
        item = QListWidgetItem()
        item.setData(Qt.ItemDataRole.UserRole, state.number)
        self._items[state.number] = item
        self.list.insertItem(0, item)
        self.list.setVisible(len(self.pages) > 1)
        self._show(state)
        self.choose(state.number)

    def _show(self, state: JobState) -> None:
        item = self._items[state.number]
        short = state.phase in (Phase.FAILED, Phase.CANCELLED)
        words = state.phase.value.capitalize() if short else progress_words(state)
        item.setText(f"{state.order.kind}: {state.order.title}\n{words}")
        item.setToolTip(literal(progress_words(state)))
        self.pages[state.number].show_state(state)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.stack.setCurrentWidget(self.pages[item.data(Qt.ItemDataRole.UserRole)])
