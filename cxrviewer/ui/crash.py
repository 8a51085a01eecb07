"""What a user sees of a defect of the program: one dialog, with a report that names no file or patient."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from cxrviewer import __version__

_SOURCES = Path(__file__).resolve().parents[1]


def debugging() -> bool:
    """Return whether who works on the program wants to see the texts of errors, whatever they quote."""
    return bool(os.environ.get("CXRVIEWER_DEBUG"))


def crash_report(error: BaseException, trace: TracebackType | None) -> str:
    """Return where an error happened, without its message, its values or any path outside the program.

    Parameters
    ----------
    error : BaseException
        Only its type is told: messages quote file names and values.
    trace : TracebackType, optional
        Its way through the program.
    """
    lines = [
        f"CXR Viewer {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {sys.platform}",
        type(error).__name__,
    ]
    for frame in traceback.extract_tb(trace):
        source = Path(frame.filename)
        inside = source.is_relative_to(_SOURCES)
        name = source.relative_to(_SOURCES).as_posix() if inside else f"({source.name})"
        lines.append(f"  {name}:{frame.lineno} {frame.name}")
    return "\n".join(lines)


def report_crashes(parent: QWidget) -> None:
    """Show a dialog for every error that nothing else has handled, one at a time."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Something unexpected happened")
    box.setText("The program met an error of its own.")
    box.setInformativeText(
        "You can go on working; save what matters and start it again if something looks wrong. "
        "The details name no file and no patient, and are sent nowhere: copy them into a report if you like."
    )
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            parent.close()
            return
        if not box.isVisible():
            box.setDetailedText(crash_report(error, trace))
            box.open()

    sys.excepthook = show
