"""Keeps the order of the file list: grouped or flat, searched and folded; long lists are laid out aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from cxrviewer.session.folder import Listing
from cxrviewer.session.library import Branch, Grouping, Key, Patients, Summaries, group, groups_well
from cxrviewer.session.library_rows import Folds, Layout, Search, branch_of, fold_level, lay_out
from cxrviewer.ui.panels.browser_fetch import Fetcher
from cxrviewer.ui.panels.browser_model import BrowserModel
from cxrviewer.ui.worker import Outcome, WorkerThread

_AT_ONCE = 500
"""Images that are laid out at once; more of them in a thread, since the window must not wait."""
_SAMPLE = 32
"""Images at the beginning and at the end of a list that decide whether it is grouped."""
_PAUSE = 500
"""Milliseconds between layouts while headers come in."""


@dataclass(frozen=True, eq=False)
class _Arranged:
    branches: tuple[Branch, ...] | None
    layout: Layout


class ListArrangement(QObject):
    """Works out the layout of a listing by what the user wants and what headers say.

    Parameters
    ----------
    model : BrowserModel
        Has the headers that were read.
    fetcher : Fetcher
        Is asked for those that are needed.
    """

    changed = Signal()
    """`listing` and `layout` are others."""

    def __init__(self, model: BrowserModel, fetcher: Fetcher, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._fetcher = fetcher
        self.grouping = Grouping.AUTOMATIC
        self.deep = False
        self.listing = Listing(None, (), ())
        self.layout = Layout()
        self._identity = False
        self._query = ""
        self._patients = Patients()
        self._decided: bool | None = None
        self._decided_for_deep = False
        self._branches: tuple[Branch, ...] | None = None
        self._folds = Folds()
        self._token: object = None
        self._thread = WorkerThread("arrangement", self)
        self._thread.finished_task.connect(self._take_outcome)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._group)

    @property
    def grouped(self) -> bool:
        """Whether the images stand by patient and study."""
        if self.grouping is Grouping.AUTOMATIC:
            return self._decided is True
        return self.grouping is Grouping.GROUPED

    def take(self, listing: Listing) -> None:
        """Arrange another listing."""
        new_place = listing.folder is None or listing.folder != self.listing.folder
        self._model.enter(listing, new_place=new_place)
        self.listing = listing
        if new_place:
            self._patients = Patients()
            self._folds = Folds()
        if new_place or self.deep != self._decided_for_deep:
            self._decided = True if listing.summaries else None
            self._decided_for_deep = self.deep
        self._decide()
        self._group()

    def choose(self, grouping: Grouping, *, deep: bool) -> None:
        """Arrange in another way."""
        self.grouping, self.deep = grouping, deep
        self._decide()
        self._group()

    def show_identity(self, identity: bool) -> None:
        """Call patients by their names, or by numbers."""
        if identity != self._identity:
            self._identity = identity
            self._group()

    def search(self, query: str) -> None:
        """Keep what matches."""
        self._query = query
        self._want_headers()
        self._arrange(partial(_laid_out, self._branches))

    def fold(self, key: Key, folded: bool) -> None:
        """Hide what is below a heading, or show it."""
        self._folds = self._folds.with_folded(key, folded)
        self._arrange(partial(_laid_out, self._branches))

    def unfold(self, path: Path) -> None:
        """Show an image that a folded branch hides."""
        folds = self._folds
        for key in branch_of(self._branches or (), path):
            folds = folds.with_folded(key, False)
        if folds != self._folds:
            self._folds = folds
            self._arrange(partial(_laid_out, self._branches))

    def look_at_summaries(self) -> None:
        """Take note that the model has more headers."""
        undecided = self._decided is None
        self._decide()
        if undecided and self.grouped:
            self._group()
        elif (self.grouped or self._query.strip()) and not self._pause.isActive():
            self._pause.start()

    def stop(self) -> None:
        """End the thread."""
        self._pause.stop()
        self._thread.stop()

    def _decide(self) -> None:
        """Decide once for a place whether grouping makes its list clearer."""
        files = self.listing.files
        sample = (*files[:_SAMPLE], *files[_SAMPLE:][-_SAMPLE:])
        if self._decided is not None or not self.listing.complete or not sample:
            return
        summaries = self._model.summaries
        if all(path in summaries for path in sample):
            self._decided = groups_well([summaries[path] for path in sample])
        else:
            self._fetcher.want(sample, before_pictures=True)

    def _want_headers(self) -> None:
        if self.grouped or self._query.strip():
            self._fetcher.want(self.listing.files)

    def _group(self) -> None:
        self._pause.stop()
        self._want_headers()
        if self.grouped:
            files, patients, identity = self.listing.files, self._patients, self._identity
            self._arrange(partial(_grouped, files, patients, identity))
        else:
            self._arrange(partial(_laid_out, None))

    def _arrange(self, branches_of: Callable[[Summaries], tuple[Branch, ...] | None]) -> None:
        token = self._token = object()
        listing, summaries = self.listing, self._model.summaries
        search = partial(Search, self._query, identity=self._identity)
        if len(listing.files) <= _AT_ONCE:
            arranged = _arranged(listing, summaries, branches_of, search, self._folds, self.layout)
            self._take(arranged)
            return
        task = partial(_arranged, listing, dict(summaries), branches_of, search, self._folds, self.layout)
        self._thread.post("arrange", token, task)

    def _take_outcome(self, outcome: Outcome) -> None:
        if outcome.token is self._token and isinstance(outcome.value, _Arranged):
            self._take(outcome.value)

    def _take(self, arranged: _Arranged) -> None:
        self._branches, self.layout = arranged.branches, arranged.layout
        self.changed.emit()


def _grouped(
    files: Sequence[Path], patients: Patients, identity: bool, summaries: Summaries
) -> tuple[Branch, ...]:
    return group(files, summaries, patients, identity=identity)


def _laid_out(branches: tuple[Branch, ...] | None, _summaries: Summaries) -> tuple[Branch, ...] | None:
    return branches


def _arranged(
    listing: Listing,
    summaries: Summaries,
    branches_of: Callable[[Summaries], tuple[Branch, ...] | None],
    search: Callable[[Summaries], Search],
    folds: Folds,
    former: Layout,
) -> _Arranged:
    branches = branches_of(summaries)
    level = fold_level(branches) if branches is not None else None
    layout = lay_out(listing, branches, search(summaries), lambda key: folds.is_folded(key, level), former)
    # Worked out here, where it may take its time.
    layout.places, layout.row_of, layout.others, listing.listed  # noqa: B018
    return _Arranged(branches, layout)
