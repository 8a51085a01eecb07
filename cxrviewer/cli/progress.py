"""How far a long computation has got, on the terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.explain.request import Progress


class ProgressLine:
    """One line on standard error, "Score-CAM 34 %", wiped at the end; nothing where that is no terminal.

    Attributes
    ----------
    title : str
        What is computed.
    """

    def __init__(self) -> None:
        self.title = ""
        self._width = 0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._width:
            self._show("")
            self._show("")

    def begin(self, title: str) -> None:
        """Show what is computed now."""
        self.title = title
        if _seen():
            self._show(title)

    def report(self, progress: Progress) -> bool:
        """Show the share that is done; True, as nobody cancels here but by Ctrl+C."""
        if _seen():
            self._show(f"{self.title} {progress.share * 100:.0f} %")
        return True

    def _show(self, text: str) -> None:
        # What is left of a longer text is written over. Ctrl+C may come at any moment: what may have been
        # written counts before it is.
        self._width = max(self._width, len(text))
        print(f"\r{text.ljust(self._width)}", end="", file=sys.stderr, flush=True)
        self._width = len(text)


def _seen() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
