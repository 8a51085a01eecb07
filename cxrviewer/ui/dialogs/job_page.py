"""One job: how far it is, what it says, and its results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.learning.page_reader import Drawing, PageContent, read_page
from cxrviewer.session.jobs import JobState, Phase, progress_words
from cxrviewer.ui.live_views import live_view
from cxrviewer.ui.page_pictures import draw_pictures
from cxrviewer.ui.page_view import PageView
from cxrviewer.ui.panels.fields import ElidedLabel, literal
from cxrviewer.ui.worker import Outcome

RunAside = Callable[[Callable[[], object], Callable[[Outcome], None]], None]
"""Does something in a thread, then calls with what came of it."""


class JobPage(QWidget):
    """Follows one job from its order to its results.

    Parameters
    ----------
    state : JobState
        As it stands.
    run_aside : callable
        Reads the page of the results.
    """

    cancelled = Signal(int)
    rest_wanted = Signal(object)
    """The order by which the job goes on."""
    model_wanted = Signal(str)
    image_wanted = Signal(object)

    def __init__(self, state: JobState, run_aside: RunAside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run_aside = run_aside
        self.state = state
        self._title = QLabel(f"{state.order.kind}: {state.order.title}")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        self._title.setFont(font)
        self._folder = ElidedLabel()
        self._folder.setObjectName("Muted")
        self._folder.setText(f"Results: {state.order.output}")
        self._folder.setToolTip(literal(str(state.order.output)))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("End this job at once; what it has written stays")
        self.cancel.clicked.connect(lambda: self.cancelled.emit(self.state.number))
        self.go_on = QPushButton("Go on")
        self.go_on.setToolTip("Do the rest, with the same choices and into the same folder")
        self.go_on.clicked.connect(self._go_on)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.live = live_view(state.order.kind)
        self.live.opened.connect(self.image_wanted)
        self.results = PageView()
        self.results.linked.connect(lambda link: _open(self.state.order.output / link))
        self.body = QStackedWidget()
        self.body.addWidget(self.live)
        self.body.addWidget(self.results)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(170)
        self.log.hide()
        self._lines = 0
        self._lay_out()
        self.show_state(state)

    def _lay_out(self) -> None:
        self.log_button = QPushButton("Log")
        self.log_button.setCheckable(True)
        self.log_button.setToolTip("What the job says, line by line")
        self.log_button.toggled.connect(self.log.setVisible)
        self.use_model = QPushButton("Use this model")
        self.use_model.setToolTip("Open the trained model in the viewer")
        self.use_model.clicked.connect(lambda: self.model_wanted.emit(str(self.state.model)))
        self.document = QPushButton("Open report")
        self.document.setToolTip("Open the document that was written, to read, to print or to send it")
        self.document.clicked.connect(lambda: _open(self.state.document))
        self.table = QPushButton("Table")
        self.table.setCheckable(True)
        self.table.setToolTip("What came of each file")
        self.table.toggled.connect(lambda shown: self.body.setCurrentIndex(0 if shown else 1))
        self.browser = QPushButton("Open in browser")
        self.browser.setToolTip("Open the page of the results, to print or to send it")
        self.browser.clicked.connect(lambda: _open(self.state.page))
        self.folder = QPushButton("Show folder")
        self.folder.clicked.connect(lambda: _open(self.state.order.output))
        ending = (self.use_model, self.document, self.browser, self.folder)
        for button in (self.cancel, self.go_on, self.log_button, self.table, *ending):
            # Else Enter would end the job.
            button.setAutoDefault(False)
        bar = QHBoxLayout()
        bar.setSpacing(12)
        bar.addWidget(self.bar, 1)
        bar.addWidget(self.cancel)
        foot = QHBoxLayout()
        foot.addWidget(self.log_button)
        foot.addWidget(self.table)
        foot.addStretch(1)
        for button in ending:
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(6)
        layout.addWidget(self._title)
        layout.addWidget(self._folder)
        layout.addLayout(bar)
        words = QHBoxLayout()
        words.setSpacing(12)
        words.addWidget(self.words, 1)
        words.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words)
        layout.addWidget(self.body, 1)
        layout.addWidget(self.log)
        layout.addLayout(foot)

    def show_state(self, state: JobState) -> None:
        """Show how the job stands now."""
        former, self.state = self.state, state
        self.words.setText(progress_words(state))
        self.words.setObjectName("Warning" if state.phase is Phase.FAILED else "")
        self.words.style().polish(self.words)
        self.bar.setVisible(not state.phase.over)
        self.cancel.setVisible(not state.phase.over)
        self.go_on.setVisible(state.remainder is not None)
        share = state.share
        running = state.phase is Phase.RUNNING
        self.bar.setRange(0, 0 if running and share is None else 1000)
        self.bar.setValue(round(1000 * (share or 0)))
        for line in state.lines[self._lines :]:
            self.log.appendPlainText(line)
        self._lines = len(state.lines)
        self.log_button.setVisible(len(state.lines) > 1)
        self.use_model.setVisible(state.phase is Phase.DONE and state.model is not None)
        if state.phase in (Phase.FAILED, Phase.CANCELLED):
            self.live.give_up()
        self.table.setVisible(state.page is not None and self.live.HAS_MORE)
        self.document.setVisible(state.document is not None)
        self.browser.setVisible(state.page is not None and state.document is None)
        self.folder.setVisible(state.phase.over and state.order.output.is_dir())
        if state.page is not None and former.page is None:
            page = state.page
            self._run_aside(lambda: _read(page), self._show_results)

    def _go_on(self) -> None:
        self.go_on.hide()
        self.rest_wanted.emit(self.state.remainder)

    def take(self, content: object) -> None:
        """Show what the job told that is neither progress nor text."""
        self.live.take(content)

    def _show_results(self, outcome: Outcome) -> None:
        if isinstance(outcome.value, tuple):
            self.results.show_page(*outcome.value)
            self.body.setCurrentWidget(self.results)
        elif outcome.error is not None:
            self.words.setText(str(outcome.error))


def _read(page: Path) -> tuple[PageContent, dict[Drawing, QImage]]:
    content = read_page(page)
    return content, draw_pictures(content)


def _open(path: Path | None) -> None:
    if path is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
