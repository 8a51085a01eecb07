"""While the user looks at an image: reads those that are likely to be looked at next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from cxrviewer.engine.reader import Reader
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.images import ImageStore
from cxrviewer.session.neighbours import Place, Surroundings, likely_next
from cxrviewer.session.shown import Shown
from cxrviewer.ui.worker import Outcome, WorkerThread

GLANCE = 0.03
"""Seconds after which an image on screen is taken to be looked at: it is painted first."""


class Neighbours(QObject):
    """Has the images beside the one on screen read, one after another, while no image is waited for.

    Parameters
    ----------
    reader : Reader
        Reads them out of the way of what is waited for.
    images : ImageStore
        Gets them; what it has is not read again.
    """

    arrived = Signal()
    """One more image is there."""

    def __init__(self, reader: Reader, images: ImageStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._images = images
        self._around: Callable[[Path], Surroundings] = lambda _path: Surroundings()
        self._here: Place | None = None
        self._former: Place | None = None
        self._frames = 1
        self._looking = False
        self._under_way: Place | None = None
        self._failed: set[Place] = set()
        self._thread = WorkerThread("neighbours", self)
        self._thread.finished_task.connect(self._take)
        self._glance = QTimer(self)
        self._glance.setSingleShot(True)
        self._glance.setInterval(round(GLANCE * 1000))
        self._glance.timeout.connect(self._go_on)

    def follow(self, around: Callable[[Path], Surroundings]) -> None:
        """Go by the order of files that `around` tells."""
        self._around = around
        self.look_around()

    def look_around(self) -> None:
        """Take note that the order of files has changed."""
        self._failed.clear()
        self._glance.start()

    def look(self, shown: Shown) -> None:
        """Take note of what is on screen; while another image is wanted, none is read ahead."""
        radiograph, state = shown.radiograph, shown.state
        looked, self._looking = self._looking, False
        if radiograph is None or (state.path, state.frame) != (radiograph.path, radiograph.frame):
            self._glance.stop()
            return
        self._looking = True
        here = (radiograph.path, radiograph.frame)
        if here != self._here:
            self._here, self._former, self._frames = here, self._here, radiograph.frames
            self._failed.clear()
            looked = False
        if not looked:
            self._glance.start()

    def images(self) -> tuple[Radiograph, ...]:
        """Return the neighbours that are there, the likeliest first."""
        found = (self._images.find(*place) for place in self._places())
        return tuple(renderer.radiograph for renderer in found if renderer is not None)

    def shut_down(self) -> None:
        """End the thread; the reader must have been closed."""
        self._thread.stop()

    def _places(self) -> tuple[Place, ...]:
        if self._here is None:
            return ()
        return likely_next(self._here, self._frames, self._around(self._here[0]), self._former)

    def _go_on(self) -> None:
        if self._under_way is not None or not self._looking:
            return
        for place in self._places():
            if place not in self._failed and self._images.find(*place) is None:
                self._under_way = place
                self._thread.post(
                    "ahead", place, partial(self._images.fetch, self._reader.read_ahead, *place)
                )
                return

    def _take(self, _outcome: Outcome) -> None:
        place, self._under_way = self._under_way, None
        assert place is not None
        if self._images.find(*place) is not None:
            self.arrived.emit()
        else:
            # Damaged, or too large to be kept.
            self._failed.add(place)
        if not self._glance.isActive():
            self._go_on()
