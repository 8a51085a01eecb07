"""Where the lungs are on the images that are looked at: found in the background, and remembered."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal

from cxrviewer.errors import UserError
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.ui.analyst import Analyst
from cxrviewer.ui.worker import Outcome

_KEPT = 256


class LungBook(QObject):
    """Holds what the user wants to know of the lungs, and what is known.

    Parameters
    ----------
    analyst : Analyst
        Finds the lungs.
    outlined : bool
        Whether they are outlined, and the evidence in them is told.
    warns : bool
        Whether it is said where there are none.
    """

    changed = Signal()
    """Something else is wanted, or more is known."""
    failed = Signal(object)

    def __init__(
        self, analyst: Analyst, *, outlined: bool, warns: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._analyst = analyst
        self.outlined = outlined
        self.warns = warns
        self._known: OrderedDict[str, LungField | None] = OrderedDict()
        analyst.finished.connect(self._take)

    @property
    def wanted(self) -> bool:
        """Whether anybody wants to know where the lungs are."""
        return self.outlined or self.warns

    def outline(self, wanted: bool) -> None:
        """Outline the lungs, or not."""
        self.outlined = wanted
        self.changed.emit()

    def warn(self, wanted: bool) -> None:
        """Say where no lungs are found, or not."""
        self.warns = wanted
        self.changed.emit()

    def field(self, radiograph: Radiograph | None) -> LungField | None:
        """Return the lungs of an image; None while they are not known."""
        return self._known.get(radiograph.key) if radiograph is not None else None

    def outlined_field(self, radiograph: Radiograph | None) -> LungField | None:
        """Return the lungs that are outlined on an image; None where none are."""
        field = self.field(radiograph)
        return field if self.outlined and field is not None and field.plausible else None

    def told_field(self, radiograph: Radiograph | None) -> LungField | None:
        """Return the lungs that are outlined on an image, or of which it is said that there are none."""
        field = self.field(radiograph)
        if field is None:
            return None
        return field if (self.outlined if field.plausible else self.warns) else None

    def has_sought(self, radiograph: Radiograph) -> bool:
        """Return whether the lungs of an image were sought, whatever came of it."""
        return radiograph.key in self._known

    def seek(self, radiograph: Radiograph, lane: int) -> None:
        """Have the lungs of an image found for a pane, where they were not sought before."""
        if not self.has_sought(radiograph):
            self._analyst.find_lungs(radiograph, lane)

    def give_up(self, lane: int) -> None:
        """Seek no more what a pane has asked for and does not show any more."""
        self._analyst.drop("lungs", lane)

    def _take(self, outcome: Outcome) -> None:
        if outcome.kind != "lungs" or (outcome.value is None and outcome.error is None):
            return
        field = outcome.value
        assert isinstance(outcome.token, str)
        assert field is None or isinstance(field, LungField)
        self._known[outcome.token] = field
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        if isinstance(outcome.error, UserError):
            self.failed.emit(outcome.error)
        self.changed.emit()
