"""What takes results out of the window: export, clipboard, dragging, printing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QGuiApplication, QImage

from cxrviewer.errors import ExportError
from cxrviewer.export.column import ON_PAPER, ON_SCREEN
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.picture import export_picture
from cxrviewer.session.export_choice import (
    ExportChoice,
    ImageSize,
    PaneView,
    choice_to_remember,
    remembered_choice,
    scenes_of,
)
from cxrviewer.ui.dialogs.export import ExportDialog
from cxrviewer.ui.dialogs.export_form import OnScreen
from cxrviewer.ui.drag_out import DragOut
from cxrviewer.ui.pictures import to_image
from cxrviewer.ui.system_places import usual_folder, usual_paper

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QWidget

    from cxrviewer.errors import UserError
    from cxrviewer.export.column import Palette
    from cxrviewer.export.overlay import Scene
    from cxrviewer.export.permit import Permit
    from cxrviewer.ui.main_window import MainWindow
    from cxrviewer.ui.pane import Pane
    from cxrviewer.ui.worker import Outcome

_NOTHING = "There is no heatmap to export yet: wait until the analysis is done."
_PREVIEW = "export preview"


class ExportCommands:
    """Exports what is on screen.

    Parameters
    ----------
    window : MainWindow
        Its panes say what is exported; its services draw and write.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.drag: DragOut | None = None

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {
            "export": self.ask,
            "copy": self.copy_overlay,
            "copy_image": self.copy_image,
            "print": self.ask_to_print,
        }

    def ask(self) -> None:
        """Write what the user picks, how and where the user wants it."""
        active = self._view(self._window.panes.active)
        if active is None or active.shown.analysis is None:
            self._window.messages.show_text(_NOTHING)
            return
        settings = self._window.settings
        dialog = ExportDialog(
            OnScreen(active, self._views(), self._window.panes.arrangement.columns),
            remembered_choice(settings.export_choice, usual_paper()),
            usual_folder(settings.export_folder),
            self._draw_latest,
            self._window,
        )
        dialog.wanted.connect(lambda permit: self._export(dialog, permit))
        # It holds pictures as large as what is exported.
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(
        self,
        scenes: Sequence[Scene],
        path: Path,
        options: ExportOptions,
        permit: Permit | None = None,
        end: Callable[[UserError | None], None] | None = None,
    ) -> None:
        """Write scenes to a file in the background, and say so.

        Parameters
        ----------
        scenes, path, options, permit
            As for `export.export.export`.
        end : callable, optional
            Told that it is written, or why not; by default, a failure is told in the window.
        """
        from cxrviewer.export.export import export

        def done(outcome: Outcome) -> None:
            if end is not None:
                end(outcome.error)
            elif outcome.error is not None:
                self._window.messages.show_error(outcome.error)
            if isinstance(outcome.value, tuple):
                self._window.export_written(*outcome.value)

        self._window.services.write_aside(lambda: export(scenes, path, options, permit), done)

    def overlay(self, size: ImageSize) -> tuple[Scene, ...]:
        """Return what the active pane shows; nothing while there is no analysis."""
        active = self._view(self._window.panes.active)
        return scenes_of(ExportChoice(size=size), active, ()) if active is not None else ()

    def copy_overlay(self) -> None:
        """Put the annotated overlay, as displayed, on the clipboard; without an analysis, the image."""
        scenes = self.overlay(ImageSize.DISPLAYED)
        if not scenes:
            self.copy_image()
            return
        self._in_background(scenes, ON_SCREEN, lambda image: self._copy(image, "Copied the overlay"))

    def copy_image(self) -> None:
        """Put the image as displayed on the clipboard, without heatmap and words."""
        canvas = self._window.canvas
        viewport = canvas.viewport()
        renderer, table = self._window.controller.renderer, self._window.controller.shown.table
        if viewport is None or renderer is None or table is None:
            return
        gray = renderer.twin().gray(viewport, table)
        self._copy(to_image(np.repeat(gray[..., None], 3, axis=2)), "Copied the image")

    def ask_to_print(self) -> None:
        """Print the annotated overlay on a page, dark on white, sharp where the image is small."""
        from cxrviewer.ui.printing import ask_for_printer

        scenes = self.overlay(ImageSize.ENLARGED)
        if not scenes:
            self._window.messages.show_text(_NOTHING)
            return

        def accepted(printer: QPrinter) -> None:
            self._in_background(scenes, ON_PAPER, lambda image: self._printed(printer, image))

        ask_for_printer(self._window, accepted)

    def drag_from(self, handle: QWidget) -> None:
        """Let the overlay be dragged out of the window by a widget."""
        self.drag = DragOut(
            handle,
            lambda: self.overlay(ImageSize.DISPLAYED),
            self._seen,
            self._window.messages.show_error,
        )

    def close(self) -> None:
        """Remove what was only lent to others."""
        if self.drag is not None:
            self.drag.close()

    def _export(self, dialog: ExportDialog, permit: Permit) -> None:
        choice = dialog.form.choice()
        remembered = choice_to_remember(choice)
        self._window.settings = replace(self._window.settings, export_choice=remembered)

        def end(error: UserError | None) -> None:
            # What is given up has no dialog any more.
            if not permit.withdrawn:
                dialog.accept() if error is None else dialog.show_error(error)

        self.write(dialog.scenes(), dialog.path(), choice.options, permit, end)

    def _view(self, pane: Pane) -> PaneView | None:
        shown, viewport = pane.controller.shown, pane.canvas.viewport()
        if shown.radiograph is None or viewport is None:
            return None
        book = self._window.marks
        marks = book.document(shown.radiograph).marks
        # The size of a pixel holds where the marks are hidden, too.
        lungs = self._window.lungs.told_field(shown.radiograph)
        return PaneView(shown, viewport, marks if book.visible else replace(marks, marks=()), lungs)

    def _seen(self) -> QImage:
        return self._window.canvas.picture()

    def _views(self) -> tuple[PaneView, ...]:
        views = (self._view(pane) for pane in self._window.panes)
        return tuple(view for view in views if view is not None and view.shown.analysis is not None)

    def _draw_latest(self, task: Callable[[], object], done: Callable[[Outcome], None]) -> None:
        # Posted under one name: what has not begun gives way to the latest.
        self._window.services.files.post(_PREVIEW, done, task)

    def _in_background(
        self, scenes: Sequence[Scene], palette: Palette, use: Callable[[QImage], None]
    ) -> None:
        """Draw what an export shows, and hand it on as an image."""

        def draw() -> QImage:
            return to_image(export_picture(scenes, ExportOptions(), palette).pixels)

        def done(outcome: Outcome) -> None:
            if outcome.error is not None:
                self._window.messages.show_error(outcome.error)
            elif isinstance(outcome.value, QImage):
                use(outcome.value)

        self._window.services.run_aside(draw, done)

    def _copy(self, image: QImage, said: str) -> None:
        QGuiApplication.clipboard().setImage(image)
        self._window.statusBar().showMessage(said, 4000)

    def _printed(self, printer: QPrinter, image: QImage) -> None:
        from cxrviewer.ui.printing import print_picture

        try:
            print_picture(printer, image)
        except ExportError as error:
            self._window.messages.show_error(error)
        else:
            self._window.statusBar().showMessage("Sent to the printer", 4000)
