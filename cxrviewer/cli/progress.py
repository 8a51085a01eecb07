"""How far a long computation has got, on the terminal."""

from __future__ import annotations

import signal
import sys
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.explain.request import Progress


class ProgressLine:
    """One line on standard error, "Score-CAM 34 %", wiped at the end; nothing where that is no terminal.

    Remembers Ctrl+C: where it comes while Python runs a destructor or a callback of a library, the exception
    is swallowed there, and the computation would go on.

    Attributes
    ----------
    title : str
        What is computed.
    """

    def __init__(self) -> None:
        self.title = ""
        self._width = 0
        self._interrupted = False

    def __enter__(self) -> ProgressLine:
        self._former = signal.getsignal(signal.SIGINT)
        # Whoever started the program may have it ignore Ctrl+C.
        if self._former is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._former)
        if self._width:
            self._show("")
            self._show("")
        if kind is None:
            self._stop_where_interrupted()

    def report(self, progress: Progress) -> bool:
        """Show the share that is done; True, as nobody cancels here but by Ctrl+C."""
        if sys.stderr is not None and sys.stderr.isatty():
            self._show(f"{self.title} {progress.share * 100:.0f} %")
        self._stop_where_interrupted()
        return True

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

    def _stop_where_interrupted(self) -> None:
        if self._interrupted:
            raise KeyboardInterrupt

    def _show(self, text: str) -> None:
        # What is left of a longer text is written over. Ctrl+C may come at any moment: what may have been
        # written counts before it is.
        self._width = max(self._width, len(text))
        print(f"\r{text.ljust(self._width)}", end="", file=sys.stderr, flush=True)
        self._width = len(text)
