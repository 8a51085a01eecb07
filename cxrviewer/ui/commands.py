"""What the actions of the window do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog

from cxrviewer.errors import UserError
from cxrviewer.paths import resource
from cxrviewer.session.places import is_place, on_disk
from cxrviewer.session.state import FILL, FIT, Zoom, reset_view, with_model
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.comparison_commands import ComparisonCommands
from cxrviewer.ui.dialogs.notice import NoticeDialog, show_about
from cxrviewer.ui.export_commands import ExportCommands
from cxrviewer.ui.file_commands import FileCommands
from cxrviewer.ui.film_commands import FilmCommands
from cxrviewer.ui.heatmap_commands import HeatmapCommands
from cxrviewer.ui.job_commands import JobCommands
from cxrviewer.ui.marks_commands import MarkCommands
from cxrviewer.ui.pane_commands import PaneCommands
from cxrviewer.ui.window_commands import WindowCommands
from cxrviewer.ui.word_commands import WordCommands

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow

_ZOOM_STEP = 1.25
TOOLS = (Tool.WINDOW, Tool.PAN, Tool.REGION, Tool.ZOOM, Tool.MAGNIFIER)
"""Those of the image, of which each has an action."""

_WEIGHTS = (".keras", ".h5", ".hdf5")
_SAVED_MODEL = "saved_model.pb"

SAMPLE = ("samples", "phantom-opacity.dcm")


class Commands(HeatmapCommands):
    """Handlers of all actions, and of what widgets ask for.

    Parameters
    ----------
    window : MainWindow
        Its controller holds the state; its panels are told through it.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.windowing = WindowCommands(window)
        self.marks = MarkCommands(window, self.choose_tool)
        self.exports = ExportCommands(window)
        self.jobs = JobCommands(window)
        self.comparison = ComparisonCommands(window)
        self.films = FilmCommands(window)

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        window, update = self._window, self.choose
        browser = window.browser
        return {
            "open": self.ask_for_image,
            "open_folder": browser.choose_folder,
            "open_model": self.ask_for_model,
            "quit": window.close_window,
            "previous": lambda: browser.step(-1),
            "next": lambda: browser.step(1),
            "fit": lambda: update(zoom=FIT),
            "fill": lambda: update(zoom=FILL),
            "actual": lambda: update(zoom=Zoom(1.0, self._controller.state.zoom.center)),
            "zoom_in": lambda: window.canvas.zoom_by(_ZOOM_STEP),
            "zoom_out": lambda: window.canvas.zoom_by(1 / _ZOOM_STEP),
            **{f"tool_{tool.value}": self._chooser(tool) for tool in TOOLS},
            "invert": lambda checked: update(inverted=checked),
            "rotate": lambda: self._turn(1),
            "rotate_left": lambda: self._turn(-1),
            "flip": lambda: self._mirror(vertical=False),
            "flip_vertical": lambda: self._mirror(vertical=True),
            "reset": lambda: self._controller.update(reset_view(self._controller.state)),
            **super().handlers(),
            **self.windowing.handlers(),
            **FileCommands(window).handlers(),
            **self.exports.handlers(),
            **WordCommands(window).handlers(),
            **PaneCommands(window).handlers(),
            **self.comparison.handlers(),
            **self.films.handlers(),
            **self.marks.handlers(),
            **self.jobs.handlers(),
            "sample": lambda: self.open_image(resource(*SAMPLE)),
            "notice": lambda: NoticeDialog(window).open(),
            "about": lambda: show_about(window),
        }

    def open_image(self, path: Path) -> None:
        """Show a file."""
        self._window.messages.clear()
        self.choose(path=path, frame=0)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped or named: a model, one file in its folder, several as a list, or a place."""
        paths = [path.absolute() for path in paths]
        models = {path: model for path in paths if (model := model_at(path)) is not None}
        if models:
            self.choose_model(str(next(iter(models.values()))))
        paths = [path for path in paths if path not in models]
        folders = [path for path in paths if is_place(path)]
        files = [path for path in paths if path not in folders]
        if len(files) > 1:
            self._window.browser.show_files(files)
        if files:
            self.open_image(files[0])
        elif folders:
            self._window.browser.show_folder(folders[0])

    def ask_for_image(self) -> None:
        """Open a file that the user picks."""
        current = self._controller.state.path
        start = str(on_disk(current).parent if current is not None else Path.home())
        names, _ = QFileDialog.getOpenFileNames(
            self._window,
            "Open radiograph",
            start,
            "Radiographs (*.dcm *.dicom *.dic *.png *.jpg *.jpeg *.tif *.tiff *.bmp *.webp *.zip DICOMDIR);;"
            "All files (*)",
        )
        if names:
            self.open_paths([Path(name) for name in names])

    def ask_for_model(self) -> None:
        """Load a classifier that the user picks."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            "Open model",
            str(Path.home()),
            "Keras models (*.keras *.h5 *.hdf5 saved_model.pb);;All files (*)",
        )
        if name:
            self.choose_model(str(model_at(Path(name)) or name))

    def choose_model(self, model: str) -> None:
        """Load a model by id or path."""
        self._window.messages.clear()
        self._controller.update(with_model(self._controller.state, model))

    def key_tapped(self, key: Qt.Key) -> None:
        """Do what a key is the shortcut of, that stands for a tool while it is held."""
        action = next(action for action in self._window.actions() if QKeySequence(key) in action.shortcuts())
        action.trigger()

    def _chooser(self, tool: Tool) -> Callable[..., None]:
        def choose(_checked: bool) -> None:
            self.choose_tool(tool)
            self._window.statusBar().showMessage(self._window.actions_table.tip(f"tool_{tool.value}"), 4000)

        return choose

    def choose_tool(self, tool: Tool) -> None:
        """Say what the left button does."""
        for pane in self._window.panes:
            pane.canvas.tool = tool
        actions = self._window.actions_table
        for each in Tool:
            if f"tool_{each.value}" in actions:
                actions.check(f"tool_{each.value}", each is tool)

    def report(self, error: UserError) -> None:
        """Say what failed; the last good image stays."""
        self._window.messages.show_error(error)

    def _turn(self, turns: int) -> None:
        self.choose(orientation=self._controller.state.orientation.rotated(turns))

    def _mirror(self, *, vertical: bool) -> None:
        self.choose(orientation=self._controller.state.orientation.mirrored(vertical=vertical))


def model_at(path: Path) -> Path | None:
    """Return the model that a path stands for: a weights file, or the folder of a SavedModel; else None."""
    if path.name == _SAVED_MODEL:
        return path.parent
    if path.suffix.lower() in _WEIGHTS or (path / _SAVED_MODEL).is_file():
        return path
    return None
