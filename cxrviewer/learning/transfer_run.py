"""One training under way: network, loop, and what follows each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.target import TOP, of_label
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.learning.examples import Examples
from cxrviewer.learning.heatmap_log import HeatmapLog, WatchedImage
from cxrviewer.learning.loop import Loop, PlateauSchedule
from cxrviewer.learning.run_folder import RunFolder
from cxrviewer.learning.split import Split
from cxrviewer.learning.time_left import Seldom, TimeLeft
from cxrviewer.learning.transfer_data import Feed, weighted_loss
from cxrviewer.learning.transfer_network import POOL, build
from cxrviewer.learning.transfer_spec import UNCHANGED, TransferSettings, TransferSpec
from cxrviewer.learning.transfer_validation import TransferValidation, from_json, make_card, validate
from cxrviewer.models.card import ModelCard

_TELL = 10.0


@dataclass(frozen=True, eq=False)
class TransferData:
    """Examples, their images (N, H, W, 1) uint8 in the same order, their split, and a digest of them."""

    examples: Examples
    images: NDArray[np.uint8]
    split: Split
    digest: str


class TransferRun:
    """A training by a recipe.

    Parameters
    ----------
    recipe, settings : TransferSpec, TransferSettings
        What is trained, and how.
    data : TransferData
        What is learned from.
    folder : RunFolder
        Takes what the run leaves; a checkpoint in it is where the run goes on.
    weights : Path or str
        To begin with, where there is no checkpoint.
    progress : callable
        Takes a line of text now and then.

    Raises
    ------
    UserError
        The weights or the checkpoint cannot be used.
    """

    def __init__(
        self,
        recipe: TransferSpec,
        settings: TransferSettings,
        data: TransferData,
        folder: RunFolder,
        weights: Path | str,
        progress: Callable[[str], None],
    ) -> None:
        from cxrviewer.models.backend import tensorflow

        tensorflow()
        import keras

        self._recipe, self._settings, self._data = recipe, settings, data
        self._folder, self._progress = folder, progress
        self._spec = recipe.input_spec(settings.size)
        self._feed = Feed(data.images, data.examples.truth, self._spec)
        self._steps = max(1, len(data.split.training) // settings.batch)
        keras.utils.set_random_seed(settings.seed)
        begin = folder.weights if folder.checkpoint.with_suffix(".index").exists() else weights
        self._model = self._trained = build(recipe, self._spec, len(data.examples.labels), begin)
        self._clock, self._seldom = TimeLeft(), Seldom(_TELL)
        if recipe.backbone.frozen and settings.augmentation == UNCHANGED:
            self._pass_backbone()
        training = data.examples.truth[data.split.training]
        self._loss = weighted_loss(training, settings.balance, recipe.exclusive)
        schedule = PlateauSchedule(
            settings.epochs,
            self._steps,
            settings.learning_rate,
            settings.plateau_factor,
            settings.plateau_patience,
        )
        self._loop = Loop(self._trained, self._loss, schedule, folder.path)
        self._done = self._loop.restore()
        best = folder.best()
        self._best = from_json(best) if best is not None else None
        self._heatmaps = self._watched() if settings.heatmaps else None

    def to_the_end(self) -> TransferValidation:
        """Train what is left, and give the best epoch its final card."""
        if self._done:
            self._progress(f"{self._done} of {self._settings.epochs} epochs were done before")
        batches = self._feed.batches(self._data.split.training, self._settings)
        self._clock = TimeLeft()
        self._loop.run(batches, self._epoch_end, self._step_end)
        if self._best is None:
            raise RuntimeError("no epoch was run")
        self._folder.save_card(self._card(self._best, self._recipe.version))
        return self._best

    def _pass_backbone(self) -> None:
        """Run the backbone once on all images, as it gives the same in every epoch; train the head alone."""
        import keras

        pooled = self._model.get_layer(POOL).output
        backbone = keras.Model(self._model.inputs, pooled)
        self._trained = keras.Model(pooled, self._model.output)
        count = len(self._data.images)

        def report(done: int) -> None:
            if self._seldom.due():
                self._progress(f"backbone on image {done} of {count}, {self._clock.after(done, count)}")

        features = self._feed.predict(backbone, np.arange(count), self._settings.batch, report)
        self._feed = Feed(features, self._data.examples.truth)

    def _step_end(self, epoch: int, done: int, loss: float) -> None:
        if self._seldom.due():
            left = self._left(epoch - 1 + done / self._steps)
            where = f"epoch {epoch}/{self._settings.epochs}, step {done}/{self._steps}"
            self._progress(f"{where}: loss {loss:.4f}, {left}")

    def _epoch_end(self, epoch: int, loss: float) -> dict[str, float]:
        result = self._validated()
        logged = {"val_loss": result.loss, "accuracy": result.accuracy, "auc": result.auc}
        columns = {"epoch": epoch, "loss": loss, **logged, "learning_rate": self._loop.rate}
        if self._best is None or result.loss < self._best.loss:
            self._best = result
            self._folder.save_model(self._model)
            self._folder.save_card(self._card(result, f"0.{epoch}.0"))
            self._folder.save_best({"epoch": epoch, **asdict(result)})
        if self._heatmaps is not None:
            self._loop.log.picture("heatmaps", self._heatmaps.write(epoch), epoch)
        self._loop.watch(result.loss)
        self._folder.append_epoch(columns)
        told = ", ".join(f"{name} {value:.4f}" for name, value in list(columns.items())[1:-1])
        self._progress(f"epoch {epoch}/{self._settings.epochs}: {told}, {self._left(epoch)}")
        return logged

    def _left(self, epochs: float) -> str:
        return self._clock.after(epochs - self._done, self._settings.epochs - self._done)

    def _validated(self) -> TransferValidation:
        part = self._data.split.validation
        truth = self._data.examples.truth[part]
        probabilities = self._feed.predict(self._trained, part, self._settings.batch)
        loss = float(self._loss(truth.astype(np.float32), probabilities))
        return validate(truth, probabilities, loss, self._recipe.exclusive)

    def _card(self, result: TransferValidation, version: str) -> ModelCard:
        examples, training = self._data.examples, self._data.split.training
        classes = ", ".join(f"{label} {n}" for label, n in examples.subset(training).counts().items())
        learned_from = f"{len(training)} images ({classes}); SHA-256 of the data {self._data.digest}."
        return make_card(self._recipe, self._spec, examples.labels, result, learned_from, version)

    def _watched(self) -> HeatmapLog:
        """Choose validation images, of each class in turn, whose heatmaps are saved after each epoch."""
        truth, labels = self._data.examples.truth, self._data.examples.labels
        watched = []
        for place in in_turn(truth[self._data.split.validation], self._settings.heatmaps):
            position = self._data.split.validation[place]
            present = np.flatnonzero(truth[position])
            caption = f"truth: {', '.join(labels[index] for index in present) or 'no finding'}"
            target = of_label(int(present[0])) if len(present) else TOP
            radiograph = read_radiograph(self._data.examples.paths[position])
            watched.append(WatchedImage(radiograph, caption, target))
        unknown = TransferValidation(0, 0.0, 0.0, (None,) * len(labels), (None,) * len(labels))
        return HeatmapLog(self._model, self._card(unknown, "0.0.0"), watched, self._folder.path)


def in_turn(truth: NDArray[np.bool_], count: int) -> list[int]:
    """Return so many positions at most: of each class one, then of each a second one, and so on.

    Parameters
    ----------
    truth : (N, K) bool array
        Which item is of which class.
    count : int
        How many are wanted.
    """
    ranks = np.where(truth, np.cumsum(truth, axis=0), len(truth) + 1).min(axis=1)
    return [int(place) for place in np.argsort(ranks, kind="stable")[:count]]
