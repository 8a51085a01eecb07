"""Watching what a classifier looks at while Keras trains it: for training scripts, not for the window."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrviewer.errors import UsageError, first_line
from cxrviewer.explain.question import Question
from cxrviewer.imaging.arrays import radiograph_of
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.learning.heatmap_log import HeatmapLog, WatchedImage
from cxrviewer.models import backend
from cxrviewer.models.card import Activation, ModelCard
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.guess import answered_card, guess_card
from cxrviewer.models.runtime import in_memory
from cxrviewer.session.tasks import resolve_method, resolve_target

backend.tensorflow()

import keras  # noqa: E402 (its backend has to be chosen first)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    PathLike = str | Path


class HeatmapCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes ``FOLDER/heatmaps/epoch-001.png`` and so on: the heatmaps of a few images after each epoch.

    A heatmap that cannot be made is warned of and does not end the training.

    Parameters
    ----------
    images : sequence of paths or arrays, or mapping of captions to these
        What is watched: a few images that the model is not trained on. Arrays are as for
        `cxrviewer.open_radiograph`: whole numbers, or fractions from 0 to 1.
    folder : str or Path
        Where the sheets go; made where it does not exist.
    labels : sequence of str, optional
        One a class, in the order of the model's outputs.
    scaling : str
        Range of the values that the model is trained on, as in a model card: "unit" (0 to 1), "symmetric",
        "byte", "imagenet-caffe" or "imagenet-torch".
    card : ModelCard, str or Path, optional
        How to read the model, in place of `labels` and `scaling`.
    target, method, layer : str
        As for `cxrviewer.explain`; the layer by its whole path.
    every : int
        Epochs from one sheet to the next.

    Raises
    ------
    UserError
        An image or the card cannot be read, there is nothing to watch or no such method.
    """

    def __init__(
        self,
        images: Sequence[PathLike | ArrayLike] | Mapping[str, PathLike | ArrayLike],
        folder: PathLike,
        *,
        labels: Sequence[str] = (),
        scaling: str = "unit",
        card: ModelCard | PathLike | None = None,
        target: str = "top",
        method: str = "grad-cam",
        layer: str = "auto",
        every: int = 1,
    ) -> None:
        super().__init__()
        self._radiographs = _read(images)
        if not self._radiographs or every < 1:
            raise UsageError("There is nothing to watch.", "Give an image at least, and epochs from 1.")
        self._folder, self._every = Path(folder).expanduser(), every
        self._labels, self._scaling = tuple(labels), scaling
        self._card = read_card(Path(card)) if isinstance(card, str | Path) else card
        self._target = target
        self._question = Question(method=resolve_method(method), layers=(layer,))
        self._log: HeatmapLog | None = None

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        """Look into the model.

        Raises
        ------
        UserError
            Labels, card or target do not fit it.
        """
        card = self._card or self._made_card()
        target = resolve_target(card, self._target)
        watched = [WatchedImage(image, name, target) for name, image in self._radiographs]
        self._log = HeatmapLog(self.model, card, watched, self._folder, self._question)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Write the sheet of an epoch."""
        if self._log is None or (epoch + 1) % self._every:
            return
        try:
            self._log.write(epoch + 1)
        except Exception as error:  # Hours of training are worth more than a picture.
            warnings.warn(f"No heatmaps of epoch {epoch + 1}: {first_line(error)}", stacklevel=2)

    def _made_card(self) -> ModelCard:
        loaded = in_memory(self.model)
        guess = guess_card(loaded, Activation.SIGMOID if loaded.units == 1 else Activation.SOFTMAX)
        return answered_card(guess, self._labels, self._scaling)


def _read(
    images: Sequence[PathLike | ArrayLike] | Mapping[str, PathLike | ArrayLike],
) -> list[tuple[str, Radiograph]]:
    """Return images with their captions."""
    if isinstance(images, Mapping):
        return [(name, _radiograph(image)) for name, image in images.items()]
    return [
        (Path(image).stem if isinstance(image, str | Path) else f"image {number}", _radiograph(image))
        for number, image in enumerate(images, start=1)
    ]


def _radiograph(image: PathLike | ArrayLike) -> Radiograph:
    if isinstance(image, str | Path):
        return read_radiograph(Path(image).expanduser().absolute())
    return radiograph_of(image)
