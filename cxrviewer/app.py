"""The composition root: the only place that knows all parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.engine.engine import Engine
from cxrviewer.engine.reader import Reader
from cxrviewer.errors import UserError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.ui.main_window import MainWindow


def run(paths: Sequence[Path], screenshot: Path | None = None) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    paths : sequence of Path
        Files or folders to open.
    screenshot : Path, optional
        Write a picture of the window there once the heatmap is on it, and end.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    UserError
        There is no display, and no screenshot was asked for.
    """
    if not has_display():
        if screenshot is None:
            raise UserError(
                "There is no display to open the window on.",
                "Start it from a desktop session, or use 'cxrviewer explain IMAGE -o OUT.png'.",
            )
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # TensorFlow takes seconds to import: its process starts before Qt is even loaded.
    engine, ready = start_engine()
    application = make_application()
    window = make_window(engine, ready, Reader())
    window.show()
    from PySide6.QtCore import QTimer

    from cxrviewer.ui.crash import report_crashes

    report_crashes(window)
    QTimer.singleShot(0, window.controller.reader.start)
    QTimer.singleShot(0, lambda: window.commands.open_paths(paths) if paths else window.show_last_folder())
    if screenshot is not None:
        from cxrviewer.ui.screenshot import shoot_when_analysed

        return shoot_when_analysed(window, screenshot)
    window.show_notice_once()
    return application.exec()


def start_engine() -> tuple[Engine, Future[ModelInfo | None]]:
    """Start the analysis process with the built-in model; done in the background."""
    from cxrviewer.models.catalog import resolve_model

    engine = Engine()
    return engine, engine.start(resolve_model("default"))


def make_application() -> QApplication:
    """Return the Qt application, themed; the running one where there is one."""
    # Before Qt, which puts a hook on Python's imports that reads the source of all that is imported later.
    import cxrviewer.session.shown  # noqa: F401

    # How long another thread may hold Python's lock while the window wants it; 5 ms by default, several
    # times an event.
    sys.setswitchinterval(0.0005)
    from PySide6.QtWidgets import QApplication

    from cxrviewer.ui.theme import apply_theme

    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(["cxrviewer"])
    application.setApplicationName("CXR Viewer")
    application.setDesktopFileName("cxrviewer")
    apply_theme(application)
    return application


def make_window(engine: Engine, ready: Future[ModelInfo | None], reader: Reader) -> MainWindow:
    """Return a window that owns `engine` and `reader`, with the settings of the last time."""
    from cxrviewer.session.state import remembered
    from cxrviewer.settings import load_settings
    from cxrviewer.ui.controller import Controller
    from cxrviewer.ui.main_window import MainWindow
    from cxrviewer.ui.services import Services

    settings = load_settings()
    controller = Controller(Services(engine, ready, reader), remembered(settings))
    return MainWindow(controller, settings)


def has_display() -> bool:
    """Return whether a window can be opened."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return True
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
