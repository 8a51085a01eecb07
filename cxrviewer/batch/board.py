"""Who does what next: desks read and draw, the model computes, no more is held than there is room for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cxrviewer.batch.desk import Ended, Failed, Taken
from cxrviewer.batch.row import Item
from cxrviewer.errors import UserError
from cxrviewer.session.analysis import Analysis

HELD_BYTES = 256 * 2**20
"""Pixels that a desk holds between reading and drawing, unless one image has more."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A file that was read, and the desk that holds it."""

    desk: int
    item: Item
    taken: Taken


@dataclass(frozen=True, eq=False)
class ToDraw:
    """What the model said of a file that was read: an answer to be drawn, or why there is none."""

    item: Item
    taken: Taken
    answer: Analysis | UserError


Job = Item | ToDraw


@dataclass
class _Place:
    """A desk: what it is to draw, and how many images and bytes it holds."""

    draws: deque[ToDraw] = field(default_factory=deque)
    held: int = 0
    size: int = 0


class Board:
    """What is to be done; used by all desks and by the thread of the model.

    Parameters
    ----------
    items : iterable of Item
        To be read, in this order.
    desks : int
        Their number.
    batch : int
        Images that the model takes at a time.
    """

    def __init__(self, items: Iterable[Item], desks: int, batch: int) -> None:
        self._changed = threading.Condition()
        self._items = deque(items)
        self._places = [_Place() for _ in range(desks)]
        self.batch = batch
        # One batch is computed, one is drawn and one is read.
        self._most_held = max(2, -(-3 * batch // desks))
        self._ready: deque[Ready] = deque()
        self._ended: deque[Ended] = deque()
        self._busy = 0
        self._error: BaseException | None = None
        self._stopped = False

    def next_job(self, desk: int) -> Job | None:
        """Wait for what a desk is to do next: None where nothing will come any more."""
        place = self._places[desk]
        with self._changed:
            while True:
                if self._stopped:
                    return None
                if place.draws or self._may_read(place):
                    self._busy += 1
                    return place.draws.popleft() if place.draws else self._read(place)
                if not self._items and not place.held:
                    return None
                self._changed.wait()

    def was_read(self, desk: int, item: Item, taken: Taken) -> None:
        """Tell that a desk has read a file."""
        with self._done():
            self._places[desk].size += taken.size
            self._ready.append(Ready(desk, item, taken))

    def was_not_read(self, desk: int, failed: Failed) -> None:
        """Tell that a desk could not read a file."""
        with self._done():
            self._places[desk].held -= 1
            self._ended.append(failed)

    def was_drawn(self, desk: int, job: ToDraw, ended: Ended) -> None:
        """Tell that a desk has drawn a file, or let go of it."""
        with self._done():
            self._places[desk].held -= 1
            self._places[desk].size -= job.taken.size
            self._ended.append(ended)

    def broke(self, error: BaseException) -> None:
        """Tell that the batch cannot go on."""
        with self._done():
            self._error = self._error or error

    def next_step(self) -> tuple[list[Ended], list[Ready]] | None:
        """Wait for files that are done, or enough for the model; None at the end.

        Raises
        ------
        BaseException
            What `broke` was told.
        """
        with self._changed:
            while True:
                if self._ended:
                    ended = list(self._ended)
                    self._ended.clear()
                    return ended, []
                if self._error is not None:
                    raise self._error
                more = self._can_grow()
                if len(self._ready) >= self.batch or (self._ready and not more):
                    count = min(self.batch, len(self._ready))
                    return [], [self._ready.popleft() for _ in range(count)]
                if not more:
                    return None
                self._changed.wait()

    def draw(self, desk: int, job: ToDraw) -> None:
        """Have a desk draw what it has read."""
        with self._changed:
            self._places[desk].draws.append(job)
            self._changed.notify_all()

    def stop(self) -> None:
        """Have the desks take nothing any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _may_read(self, place: _Place) -> bool:
        room = place.size < HELD_BYTES and place.held < self._most_held
        return bool(self._items) and self._error is None and (room or not place.held)

    def _read(self, place: _Place) -> Item:
        place.held += 1
        return self._items.popleft()

    def _can_grow(self) -> bool:
        """Return whether the desks will do something without the model."""
        return self._busy > 0 or any(place.draws or self._may_read(place) for place in self._places)

    @contextmanager
    def _done(self) -> Iterator[None]:
        """A desk's job ends with the block."""
        with self._changed:
            yield
            self._busy -= 1
            self._changed.notify_all()
