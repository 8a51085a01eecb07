"""What the action of the comparison sheet does: opens its dialog and serves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.question import Question
from cxrviewer.session.analysis import LoadedChoice
from cxrviewer.session.compare import telling_classes, telling_layers, telling_methods
from cxrviewer.session.comparison_sheet import Axes, Axis
from cxrviewer.ui.comparer import Comparer
from cxrviewer.ui.dialogs.comparison import ComparisonDialog
from cxrviewer.ui.system_places import usual_folder

if TYPE_CHECKING:
    from cxrviewer.session.shown import Shown
    from cxrviewer.ui.comparer import DrawnSheet
    from cxrviewer.ui.main_window import MainWindow
    from cxrviewer.ui.worker import Outcome


class ComparisonCommands:
    """Compares the image of the active pane in a sheet.

    Parameters
    ----------
    window : MainWindow
        Its active pane says what is compared; its services compute.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.dialog: ComparisonDialog | None = None

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        return {"comparison_sheet": self.open}

    def open(self) -> None:
        """Open the dialog, and compare by methods to begin with."""
        shown = self._window.controller.shown
        loaded = shown.at_hand.loaded
        if shown.radiograph is None or loaded is None:
            self._window.messages.show_text("Open an image first, and wait until the model is loaded.")
            return
        dialog = ComparisonDialog(loaded.info, shown.state.model, self._window)
        comparer = Comparer(self._window.controller.services, dialog)
        comparer.loaded[shown.state.model] = loaded
        self.dialog = dialog
        self._join(dialog, comparer, shown, loaded)
        available = self._window.screen().availableSize()
        dialog.resize(min(1500, available.width() - 40), min(940, available.height() - 60))
        dialog.open()
        dialog.choices.tick(_preset(Axis.METHODS, shown, loaded))
        dialog.compare.click()

    def _join(self, dialog: ComparisonDialog, comparer: Comparer, shown: Shown, loaded: LoadedChoice) -> None:
        radiograph = shown.radiograph
        assert radiograph is not None
        comparer.advanced.connect(dialog.show_step)
        comparer.drawn.connect(dialog.show_sheet)
        comparer.failed.connect(dialog.show_error)
        dialog.cancelled.connect(comparer.cancel)
        dialog.wanted.connect(lambda axes: comparer.start(radiograph, shown.state, axes))
        dialog.reference_chosen.connect(lambda place: self._refer(dialog, comparer, place))
        dialog.preset_wanted.connect(lambda axis: dialog.choices.tick(_preset(axis, shown, loaded)))
        dialog.model_wanted.connect(lambda: self._ask_for_model(dialog))
        dialog.copy_wanted.connect(lambda: QGuiApplication.clipboard().setImage(dialog.picture.image))
        dialog.copy_wanted.connect(lambda: dialog.say("Copied."))
        dialog.save_wanted.connect(lambda: self._ask_for_file(dialog))
        dialog.finished.connect(comparer.leave)
        dialog.finished.connect(self._forget)

    def _forget(self) -> None:
        self.dialog = None

    def _refer(self, dialog: ComparisonDialog, comparer: Comparer, place: int) -> None:
        drawn = dialog.drawn()
        if drawn is not None:
            comparer.refer(drawn, place)

    def _ask_for_model(self, dialog: ComparisonDialog) -> None:
        path, _ = QFileDialog.getOpenFileName(
            dialog, "Add a model", "", "Keras models (*.keras *.h5 *.hdf5);;All files (*)"
        )
        if path:
            dialog.choices.add_model(path, Path(path).name)

    def _ask_for_file(self, dialog: ComparisonDialog) -> None:
        drawn = dialog.drawn()
        if drawn is None:
            return
        start = usual_folder(self._window.settings.export_folder) / "comparison.png"
        chosen, _ = QFileDialog.getSaveFileName(dialog, "Save comparison", str(start), "Pictures (*.png)")
        if chosen:
            self.save(dialog, drawn, Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.png"))

    def save(self, dialog: ComparisonDialog, drawn: DrawnSheet, path: Path) -> None:
        """Write a sheet, and beside it how it was made, in the background."""
        from cxrviewer.export.export import export

        def done(outcome: Outcome) -> None:
            if self.dialog is not dialog:
                self._tell_in_window(outcome, path)
            elif outcome.error is not None:
                dialog.show_error(outcome.error)
            else:
                dialog.say(f"Saved {path.name}.")

        self._window.services.write_aside(lambda: export(drawn.scenes, path, drawn.options), done)

    def _tell_in_window(self, outcome: Outcome, path: Path) -> None:
        """Say what came of it where the dialog is closed meanwhile."""
        if outcome.error is not None:
            self._window.messages.show_error(outcome.error)
        else:
            self._window.export_written(path)


def _preset(axis: Axis, shown: Shown, loaded: LoadedChoice) -> Axes:
    """Return what is worth seeing along an axis; of the others, all maps have what the pane has."""
    info = loaded.info
    nothing: dict[Axis, tuple[str, ...]] = {
        Axis.METHODS: (),
        Axis.LAYERS: (),
        Axis.TARGETS: (),
        Axis.MODELS: (shown.state.model,),
    }
    if axis is Axis.METHODS:
        return {**nothing, axis: tuple(telling_methods(shown.state.question, info))}
    if axis is Axis.LAYERS:
        method = () if method_spec(shown.state.question.method).uses_layer else (Question().method,)
        return {**nothing, axis: tuple(telling_layers(info)), Axis.METHODS: method}
    indices = telling_classes(info, shown.at_hand.prediction)
    return {**nothing, axis: tuple(info.card.labels[index] for index in indices)}
