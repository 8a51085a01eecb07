"""What is said of the lungs on an image, and of a heatmap in relation to them."""

from __future__ import annotations

from cxrviewer.explain.display import MapState
from cxrviewer.export.lungs import NO_LUNGS
from cxrviewer.export.words import whole_percent
from cxrviewer.imaging.lungs import LungField
from cxrviewer.models.lungs import lung_card
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.lungs import evidence_in_lungs
from cxrviewer.session.shown import Shown
from cxrviewer.ui.canvas.legend import Line, Tone
from cxrviewer.ui.lungs import LungBook

NOTICE = Line(NO_LUNGS.replace(": ", "  (") + ")", 90, Tone.WARNING)
"""In a narrow view, the reason goes first."""
_SHARE = 60
"""Weight of the line about the evidence."""


class LungWords:
    """Words for one reader, a pane say; what they are made from is computed once an analysis.

    Parameters
    ----------
    book : LungBook
        Knows the lungs.
    """

    def __init__(self, book: LungBook) -> None:
        self._book = book
        self._told_of: tuple[Analysis, LungField] | None = None
        self._shares: tuple[float, float] | None = None

    def lines(self, shown: Shown) -> tuple[Line, ...]:
        """Return the lines over the image."""
        field = self._book.field(shown.radiograph)
        if field is not None and not field.plausible:
            return (NOTICE,) if self._book.warns else ()
        found = self._found(shown) if shown.state.style.visible else None
        if found is None:
            return ()
        share, even = map(whole_percent, found)
        return (Line(f"Evidence in the lungs {share}  (uniform {even})", _SHARE),)

    def sentence(self, shown: Shown) -> str:
        """Return what the panel says; "" where lungs are not to be spoken of."""
        if not self._book.outlined or shown.radiograph is None:
            return ""
        field = self._book.field(shown.radiograph)
        if field is None:
            return "" if self._book.has_sought(shown.radiograph) else "Looking for the lungs…"
        if not field.plausible:
            return f"No lungs found: {field.doubt}."
        found = self._found(shown)
        if found is None:
            return "The heatmap has no positive evidence." if shown.analysis is not None else ""
        share, even = map(whole_percent, found)
        return f"Share of positive evidence inside the lungs: {share} (uniform {even})."

    def about(self, shown: Shown) -> str:
        """Return what is to be known of the segmenter that has found the lungs; "" before."""
        if self._book.field(shown.radiograph) is None:
            return ""
        card = lung_card()
        return f"The lungs are found by {card.name} {card.version}. {card.limits}"

    def _found(self, shown: Shown) -> tuple[float, float] | None:
        """Return the share of positive evidence in the lungs and that of an even map, where known."""
        analysis, field = shown.analysis, self._book.field(shown.radiograph)
        if not self._book.outlined or analysis is None or field is None or not field.plausible:
            return None
        if shown.display is None or shown.display.state is not MapState.SHOWN:
            return None
        if self._told_of is None or self._told_of != (analysis, field):
            self._told_of, self._shares = (analysis, field), evidence_in_lungs(analysis, field)
        return self._shares
