"""The composition root: the only place that knows all parts."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.engine.engine import Engine
from cxrviewer.engine.reader import Reader
from cxrviewer.errors import UserError
from cxrviewer.session.handover import hand_over

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.ui.main_window import MainWindow
    from cxrviewer.ui.second_starts import SecondStarts


def run(paths: Sequence[Path], screenshot: Path | None = None, *, new_window: bool = False) -> int:
    """Open the window and stay until it is closed; or have the window open them that is there already.

    Parameters
    ----------
    paths : sequence of Path
        Files or folders to open.
    screenshot : Path, optional
        Write a picture of the window there once the heatmap is on it, and end.
    new_window : bool
        Open a window whether or not there is one.

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
    if screenshot is None and not new_window and hand_over(paths):
        return 0
    # TensorFlow takes seconds to import: its process starts before Qt is even loaded.
    engine, ready = start_engine()
    application = make_application()
    window = make_window(engine, ready, Reader())
    window.show()
    from PySide6.QtCore import QTimer

    from cxrviewer.ui.crash import report_crashes

    report_crashes(window)
    # What is there by now stays: to go through it would stop the window for some hundredths of a second.
    gc.freeze()
    QTimer.singleShot(0, window.controller.reader.start)
    QTimer.singleShot(0, lambda: window.commands.open_paths(paths) if paths else window.show_last_folder())
    if screenshot is not None:
        from cxrviewer.ui.screenshot import shoot_when_analysed

        return shoot_when_analysed(window, screenshot)
    QTimer.singleShot(0, lambda: hear_of_files(window))
    window.show_notice_once()
    return application.exec()


def hear_of_files(window: MainWindow) -> SecondStarts:
    """Have a window open what later starts of the program and the system ask for."""
    from PySide6.QtWidgets import QApplication

    from cxrviewer.ui.application import Application
    from cxrviewer.ui.second_starts import SecondStarts, bring_to_front

    def take(paths: Sequence[Path]) -> None:
        bring_to_front(window)
        window.commands.open_paths(paths)

    starts = SecondStarts(window)
    starts.asked.connect(take)
    starts.listen()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.aboutToQuit.connect(starts.close)
    if isinstance(application, Application):
        application.files_wanted.connect(take)
    return starts


def start_engine() -> tuple[Engine, Future[ModelInfo | None]]:
    """Start the analysis process with the built-in model; done in the background."""
    from cxrviewer.models.catalog import resolve_model

    engine = Engine()
    return engine, engine.start(resolve_model("default"))


def make_application() -> QApplication:
    """Return the Qt application, themed; the running one where there is one."""
    # Before numpy and OpenCV: several threads for small products of matrices wait for one another, up to half
    # the time of a repaint.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Before Qt, which puts a hook on Python's imports that reads the source of all that is imported later.
    import cxrviewer.session.shown  # noqa: F401

    # How long another thread may hold Python's lock while the window wants it; 5 ms by default, several
    # times an event.
    sys.setswitchinterval(0.0005)
    from PySide6.QtWidgets import QApplication

    from cxrviewer.ui.application import Application
    from cxrviewer.ui.theme import apply_theme

    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else Application(["cxrviewer"])
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
