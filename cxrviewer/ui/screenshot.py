"""A picture of the real window, taken when the heatmap is on it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from cxrviewer.errors import ExportError, UserError
from cxrviewer.paths import atomic_path
from cxrviewer.session.shown import Shown
from cxrviewer.ui.main_window import MainWindow

_SIZE = (1280, 800)

_SETTLE = 300
"""Milliseconds in which layouts and thumbnails follow the heatmap."""

_PATIENCE = 180_000
"""Milliseconds after which waiting for the heatmap ends."""


def shoot_when_analysed(window: MainWindow, path: Path) -> int:
    """Wait for the heatmap, write the picture and close the window.

    Returns
    -------
    int
        0.

    Raises
    ------
    UserError
        The image or the analysis failed, or the picture cannot be written.
    """
    window.resize(*_SIZE)
    loop = QEventLoop()
    errors: list[UserError] = []

    def look(shown: Shown) -> None:
        if shown.heatmap is not None:
            loop.quit()

    def give_up(error: UserError) -> None:
        errors.append(error)
        loop.quit()

    window.controller.changed.connect(look)
    window.controller.failed.connect(give_up)
    late = UserError("The heatmap did not come in time.", "Try again on a machine that is less busy.")
    QTimer.singleShot(_PATIENCE, lambda: give_up(late))
    loop.exec()
    QTimer.singleShot(_SETTLE, loop.quit)
    loop.exec()
    picture = window.grab()
    window.close()
    if errors:
        raise errors[0]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            if not picture.save(str(temporary), "PNG"):
                raise OSError("the picture could not be encoded")
    except OSError as error:
        raise ExportError(
            f"The screenshot could not be written ({error}).", "Choose another folder.", path
        ) from error
    sys.stdout.write(f"Wrote {path}\n")
    return 0
