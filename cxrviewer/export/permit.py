"""Whether a file that is being written in a thread is still wanted."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import overload

from cxrviewer.export.overlay import Scene


class Permit:
    """Leave to write one file: withdrawn by who asked for it, or used by who writes it, never both.

    Once it is used the file takes its place, and it is too late to withdraw.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._withdrawn = False
        self._used = False

    @property
    def withdrawn(self) -> bool:
        """Whether the file is not wanted any more."""
        return self._withdrawn

    def withdraw(self) -> bool:
        """Have the file not written; False where it is there already, or is about to be."""
        with self._lock:
            self._withdrawn = not self._used
            return self._withdrawn

    def check(self) -> None:
        """Go on as long as the file is wanted.

        Raises
        ------
        CancelledError
            It was withdrawn.
        """
        with self._lock:
            if self._withdrawn:
                raise CancelledError

    def use(self) -> None:
        """Let the file take its place; raises as `check`."""
        with self._lock:
            if self._withdrawn:
                raise CancelledError
            self._used = True


class Watched(Sequence[Scene]):
    """Scenes that are handed out as long as a permit holds; raises `CancelledError` then.

    Parameters
    ----------
    scenes : sequence of Scene
        What is written.
    permit : Permit
        Of the file.
    """

    def __init__(self, scenes: Sequence[Scene], permit: Permit) -> None:
        self._scenes, self._permit = scenes, permit

    def __len__(self) -> int:
        return len(self._scenes)

    @overload
    def __getitem__(self, place: int) -> Scene: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Scene]: ...
    def __getitem__(self, place: int | slice) -> Scene | Sequence[Scene]:
        self._permit.check()
        return self._scenes[place]

    def __iter__(self) -> Iterator[Scene]:
        for scene in self._scenes:
            self._permit.check()
            yield scene
