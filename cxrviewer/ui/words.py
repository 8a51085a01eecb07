"""Which words the user wants to see: the patient's identity, the corners of the canvas, markers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from cxrviewer.settings import Settings
from cxrviewer.ui.corner_fields import parse_places, places_to_remember


@dataclass(frozen=True)
class WordChoice:
    """What is written over the image and beside it.

    Parameters
    ----------
    identity : bool
        Whether names, numbers and dates of the patient may be shown, anywhere in the window.
    corners : bool
        Whether text stands in the corners of the canvas.
    markers : bool
        Whether the canvas has side markers and a scale bar.
    places : mapping of str to str
        Corner of each field that is not where the table of fields has it; see `ui.corner_fields`.
    """

    identity: bool = False
    corners: bool = True
    markers: bool = True
    places: Mapping[str, str] = field(default_factory=dict)


def remembered_words(settings: Settings) -> WordChoice:
    """Return the choice to begin with: as the user left it, but for the identity."""
    return WordChoice(
        corners=settings.corner_text, markers=settings.markers, places=parse_places(settings.corner_places)
    )


def words_to_remember(choice: WordChoice, settings: Settings) -> Settings:
    """Return the settings with what `remembered_words` takes from them as it is now."""
    return replace(
        settings,
        corner_text=choice.corners,
        markers=choice.markers,
        corner_places=places_to_remember(choice.places),
    )


class Words(QObject):
    """Holds the choice, and tells when it changes.

    Every start begins without identity: a name is shown when it is asked for, and not because it once was.
    """

    changed = Signal(object)

    def __init__(self, choice: WordChoice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice = choice

    def choose(self, **changes: bool | Mapping[str, str]) -> None:
        """Change the choice by the names of `WordChoice`."""
        self.choice = replace(self.choice, **changes)  # type: ignore[arg-type]
        self.changed.emit(self.choice)
