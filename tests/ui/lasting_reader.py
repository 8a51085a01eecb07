"""The reading processes that all tests of the window share: they are slow to start."""

from __future__ import annotations

from functools import cache

from cxrviewer.engine.reader import Reader


@cache
def lasting() -> Reader:
    """Return the reader whose processes are shared."""
    return Reader()


class LastingReader(Reader):
    """A reader of a test's own, with the processes of all."""

    def __init__(self) -> None:
        self._images, self._aside = lasting()._images, lasting()._aside

    def close(self) -> None:
        """Leave the processes to the next test."""
