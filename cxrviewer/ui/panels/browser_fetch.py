"""Fetches pictures and headers of the files that are in sight, one request at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import UserError
from cxrviewer.imaging.summary import read_summaries
from cxrviewer.ui.panels.browser_model import THUMBNAIL, BrowserModel
from cxrviewer.ui.worker import Outcome, WorkerThread

_AT_ONCE = 32
"""Headers in one request, which takes some hundredths of a second."""


@dataclass(frozen=True)
class _Asked:
    """What a request is about, and the place that was listed then."""

    paths: tuple[Path, ...]
    place: Path | None


class Fetcher(QObject):
    """Fills a model with thumbnails and summaries: of the rows in sight first, then of what else is wanted.

    Parameters
    ----------
    reader : Reader
        Its process for what nobody waits for is asked.
    model : BrowserModel
        Is filled.
    visible : callable
        Returns the rows in sight.
    """

    summaries_came = Signal()
    """The model has more summaries."""

    def __init__(
        self, reader: Reader, model: BrowserModel, visible: Callable[[], range], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._reader = reader
        self._model = model
        self._visible = visible
        self._wanted: list[Path] = []
        self._before_pictures = False
        self._alone: set[Path] = set()
        self._waiting = False
        self._thread = WorkerThread("thumbnails", self)
        self._thread.finished_task.connect(self._take)

    def want(self, paths: Sequence[Path], *, before_pictures: bool = False) -> None:
        """Have the headers of files read after those in sight, in this order, in place of others."""
        self._wanted = [path for path in reversed(paths) if path not in self._model.summaries]
        self._before_pictures = before_pictures
        self.go_on()

    def stop(self) -> None:
        """End the thread."""
        self._thread.stop()

    def go_on(self) -> None:
        """Ask for what is missing, unless an answer is awaited."""
        if self._waiting:
            return
        rows = self._visible()
        headers = [path for row in rows if (path := self._lacks_summary(row)) is not None]
        picture = next((row for row in rows if self._model.lacks_thumbnail(row)), None)
        wanted = self._next_wanted()
        if headers:
            self._ask_for_headers(headers)
        elif wanted and (picture is None or self._before_pictures):
            self._ask_for_headers(wanted)
        elif picture is not None:
            self._ask_for_picture(picture)

    def _next_wanted(self) -> list[Path]:
        while self._wanted and self._wanted[-1] in self._model.summaries:
            self._wanted.pop()
        return self._wanted[: -_AT_ONCE - 1 : -1]

    def _ask_for_picture(self, row: int) -> None:
        path = self._model.path(row)
        assert path is not None
        self._post("thumbnail", (path,), partial(self._thumbnail, path))

    def _lacks_summary(self, row: int) -> Path | None:
        if not self._model.lacks_summary(row):
            return None
        return self._model.path(row)

    def _ask_for_headers(self, paths: list[Path]) -> None:
        paths = [path for path in paths if path not in self._model.summaries][:_AT_ONCE]
        # One that made the process crash is asked for without others.
        alone = next((path for path in paths if path in self._alone), None)
        batch = (alone,) if alone is not None else tuple(paths)
        self._post("headers", batch, partial(self._reader.examine, batch[0], read_summaries, batch))

    def _post(self, kind: str, paths: tuple[Path, ...], run: Callable[[], object]) -> None:
        self._waiting = True
        self._thread.post(kind, _Asked(paths, self._model.listing.folder), run)

    def _thumbnail(self, path: Path) -> object:
        try:
            return self._reader.thumbnail(path, THUMBNAIL)
        except UserError:
            return None

    def _take(self, outcome: Outcome) -> None:
        self._waiting = False
        asked = outcome.token
        assert isinstance(asked, _Asked)
        if asked.place == self._model.listing.folder:
            if outcome.kind == "thumbnail":
                self._model.set_thumbnail(asked.paths[0], outcome.value)  # type: ignore[arg-type]
            else:
                self._take_headers(asked.paths, outcome)
        self.go_on()

    def _take_headers(self, paths: tuple[Path, ...], outcome: Outcome) -> None:
        if isinstance(outcome.value, tuple):
            self._model.set_summaries(dict(zip(paths, outcome.value, strict=True)))
        elif len(paths) > 1:
            self._alone.update(paths)
            return
        else:
            self._model.set_summaries({paths[0]: None})
        self.summaries_came.emit()
