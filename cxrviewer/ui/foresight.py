"""While the user looks: has the engine compute what is likely to be asked for next."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from cxrviewer.session.analysis import Analysis
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.shown import Shown
from cxrviewer.ui.ahead import Piece, pieces_ahead
from cxrviewer.ui.analyst import Analyst
from cxrviewer.ui.worker import Outcome

IDLE = 0.8
"""Seconds without a change after which the user is taken to look."""


class Foresight(QObject):
    """Keeps the engine busy with one piece after another while nothing else is asked of it.

    Parameters
    ----------
    analyst : Analyst
        Asked for one piece at a time.
    cache : AnalysisCache
        Gets what is found; what it has is not asked for again.
    """

    def __init__(self, analyst: Analyst, cache: AnalysisCache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._analyst = analyst
        self._cache = cache
        self._shown: Shown | None = None
        self._tried: set[Piece] = set()
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(round(IDLE * 1000))
        self._idle.timeout.connect(self._go_on)

    def look(self, shown: Shown | None) -> None:
        """Take note of what the user looks at; None while they wait for something."""
        if shown is None or self._shown is None or shown.radiograph is not self._shown.radiograph:
            self._tried.clear()
        self._shown = shown
        if shown is None:
            self._idle.stop()
        elif not self._analyst.looking_ahead:
            self._idle.start()

    def hurry(self) -> None:
        """Begin at once: the user is about to ask."""
        if self._idle.isActive():
            self._idle.stop()
            self._go_on()

    def take(self, outcome: Outcome) -> None:
        """Keep what a piece came to, and go on with the next one."""
        piece = outcome.token
        assert isinstance(piece, Piece)
        found = outcome.value if isinstance(outcome.value, tuple) else ()
        for analysis in found:
            assert isinstance(analysis, Analysis)
            self._cache.put(piece.key, analysis)
        if outcome.error is not None or len(found) == len(piece.keys):
            self._tried.add(piece)
        if not self._analyst.looking_ahead and not self._idle.isActive():
            self._go_on()

    def _go_on(self) -> None:
        if self._shown is None:
            return
        loaded, radiograph = self._shown.at_hand.loaded, self._shown.radiograph
        analysis = self._shown.analysis
        if loaded is None or radiograph is None or analysis is None:
            return
        key = ExplainKey(radiograph.key, loaded.info.card, analysis.result.attribution.question)
        for piece in pieces_ahead(key, loaded.info):
            if piece not in self._tried and any(self._cache.get(each) is None for each in piece.keys):
                self._analyst.look_ahead(piece, radiograph, loaded)
                return
