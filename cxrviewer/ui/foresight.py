"""While the user looks: has the engine compute what is likely to be asked for next."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.shown import Shown
from cxrviewer.ui.ahead import Piece, piece_beside, pieces_ahead
from cxrviewer.ui.analyst import Analyst
from cxrviewer.ui.neighbours import Neighbours
from cxrviewer.ui.worker import Outcome

IDLE = 0.8
"""Seconds without a change after which the user is taken to look at this image for longer."""

PAUSE = 0.05
"""Seconds without a change after which the images beside it are analysed."""


class Foresight(QObject):
    """Keeps the engine busy with one piece after another while nothing else is asked of it.

    Parameters
    ----------
    analyst : Analyst
        Asked for one piece at a time.
    cache : AnalysisCache
        Gets what is found; what it has is not asked for again.
    neighbours : Neighbours
        Has the images that are likely to be looked at next.
    """

    def __init__(
        self, analyst: Analyst, cache: AnalysisCache, neighbours: Neighbours, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._analyst = analyst
        self._cache = cache
        self._neighbours = neighbours
        neighbours.arrived.connect(self._go_on_when_paused)
        self._shown: Shown | None = None
        self._tried: set[Piece] = set()
        self._hurried = False
        self._pause, self._idle = (self._timer(seconds) for seconds in (PAUSE, IDLE))

    def look(self, shown: Shown | None) -> None:
        """Take note of what the user looks at; None while they wait for something."""
        if shown is None or self._shown is None or shown.radiograph is not self._shown.radiograph:
            self._tried.clear()
            self._hurried = False
        self._shown = shown
        if shown is None:
            self._pause.stop()
            self._idle.stop()
        elif not self._analyst.looking_ahead:
            self._pause.start()
            self._idle.start()

    def hurry(self) -> None:
        """Begin with this image at once: the user is about to ask."""
        self._hurried = True
        if self._idle.isActive():
            self._pause.stop()
            self._idle.stop()
            self._go_on()

    def take(self, outcome: Outcome) -> None:
        """Keep what a piece came to, and go on with the next one."""
        piece = outcome.token
        assert isinstance(piece, Piece)
        found = outcome.value if isinstance(outcome.value, tuple) else ()
        for key, analysis in zip(piece.keys, found, strict=False):
            assert isinstance(analysis, Analysis)
            self._cache.put(key, analysis)
        if outcome.error is not None or len(found) == len(piece.keys):
            self._tried.add(piece)
        self._go_on_when_paused()

    def _timer(self, seconds: float) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(round(seconds * 1000))
        timer.timeout.connect(self._go_on)
        return timer

    def _go_on_when_paused(self) -> None:
        if not self._pause.isActive():
            self._go_on()

    def _go_on(self) -> None:
        if self._shown is None or self._analyst.looking_ahead:
            return
        loaded = self._shown.at_hand.loaded
        if loaded is None or self._shown.analysis is None:
            return
        for piece, radiograph in self._pieces(self._shown, self._shown.analysis):
            if piece not in self._tried and any(self._cache.get(each) is None for each in piece.keys):
                self._analyst.look_ahead(piece, radiograph, loaded)
                return

    def _pieces(self, shown: Shown, analysis: Analysis) -> list[tuple[Piece, Radiograph]]:
        """Return what is likely to be asked for, the likeliest first; of this image after a rest."""
        loaded, radiograph = shown.at_hand.loaded, shown.radiograph
        assert loaded is not None
        assert radiograph is not None
        beside = [
            (piece, image)
            for image in self._neighbours.images()
            if (piece := piece_beside(shown, analysis, image, self._cache)) is not None
        ]
        if self._idle.isActive():
            return beside
        key = ExplainKey(radiograph.key, loaded.info.card, analysis.result.attribution.question)
        here = [(piece, radiograph) for piece in pieces_ahead(key, loaded.info)]
        return here + beside if self._hurried else beside + here
