"""The lungs on a frontal chest radiograph: a small segmenter, adapted to children by self-training."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UserError
from cxrviewer.imaging.lungs import is_plausible, two_lungs
from cxrviewer.imaging.open import is_image
from cxrviewer.learning.augment import Augmentation, augment_pairs
from cxrviewer.learning.lung_masks import (
    LungMasks,
    intersection_over_union,
    load_lung_masks,
    prepared,
)
from cxrviewer.learning.run_folder import RunFolder, begin_with
from cxrviewer.learning.split import grouped_split
from cxrviewer.learning.time_left import TimeLeft
from cxrviewer.models.architectures import unet_small as architecture
from cxrviewer.models.card import InputSpec
from cxrviewer.paths import atomic_path

if TYPE_CHECKING:
    import keras

    from cxrviewer.learning.loop import Batches

Progress = Callable[[str], None]
INPUT = InputSpec(256, 256, 1)

_STRONG = Augmentation(
    rotation=15,
    shift=0.12,
    zoom=0.35,
    stretch=0.25,
    contrast=0.5,
    gamma=0.5,
    brightness=0.15,
    sharpness=0.9,
    noise=0.05,
    cutout=0.35,
    flip=True,
)


@dataclass(frozen=True)
class LungFieldSettings:
    """Settings of a training run.

    Parameters
    ----------
    epochs, steps, batch : int
        Epochs, steps of each, images of a step.
    seed : int
        Of split, weights, order and augmentation.
    rate, weight_decay, warmup, averaging : float
        As for `Schedule`.
    validation_share : float
        Share of the images with masks that is held out, whole patients at a time.
    children : str
        Folder of radiographs without masks, to adapt to; empty for none.
    children_images : int
        How many of them are taken at most.
    adults_share : float
        Share of the images with masks in the second half of the epochs, in which both are learned from.
    augmentation : Augmentation
        How training images are changed.
    """

    epochs: int = 40
    steps: int = 80
    batch: int = 8
    seed: int = 1
    rate: float = 2e-3
    weight_decay: float = 1e-3
    warmup: float = 2.0
    averaging: float = 0.99
    validation_share: float = 0.2
    children: str = ""
    children_images: int = 1200
    adults_share: float = 0.5
    augmentation: Augmentation = field(default_factory=lambda: _STRONG)


@dataclass(frozen=True)
class LungFieldSpec:
    """Identity and default settings of the recipe."""

    id: str = "lung-field"
    name: str = "Lung field"
    order: int = 20
    summary: str = "the lungs on a frontal chest radiograph, adapted to children"
    version: str = "1.0.0"
    defaults: LungFieldSettings = field(default_factory=LungFieldSettings)


SPEC = LungFieldSpec()


@dataclass(frozen=True)
class LungValidation:
    """Intersection over union on the patients held out, and the share of plausible masks of children."""

    images: int
    iou: float
    worst: float
    plausible: float | None = None


def train(
    settings: LungFieldSettings,
    data: Path,
    output: Path,
    progress: Progress,
    *,
    weights: Path | None = None,
    resume: bool = False,
) -> LungValidation:
    """Train the segmenter and write it.

    The first half of the epochs learns from the masks. Where there is a folder of children, the model then
    labels these itself; what looks like two lungs is learned from beside the masks in the second half.

    Parameters
    ----------
    settings : LungFieldSettings
        How to train.
    data : Path
        Folder with ``pairs.csv``, ``images/`` and ``masks/``.
    output : Path
        Folder to write to; made where it does not exist.
    progress : callable
        Takes a line of text after each epoch.
    weights : Path, optional
        Weights to begin with, of the same network.
    resume : bool
        Whether to go on where a run in the same folder was ended.

    Raises
    ------
    UserError
        The data or the output folder cannot be used.
    """
    folder = RunFolder(output, SPEC.id)
    masks = load_lung_masks(data, INPUT)
    nothing = np.zeros(len(masks.names), np.int64)
    parts = grouped_split(nothing, masks.groups, settings.validation_share, settings.seed)
    training, validation = masks.subset(parts[0]), masks.subset(parts[1])
    folder.create(resumed=resume)
    digest = hashlib.sha256(masks.images.tobytes() + masks.masks.tobytes()).hexdigest()
    if resume:
        folder.check_same(settings, digest)
    facts: dict[str, object] = {
        "recipe": SPEC.id,
        "architecture": architecture.SPEC.id,
        "data_sha256": digest,
    }
    folder.save_settings(settings, facts)
    progress(f"{len(training.names)} images to train on, {len(validation.names)} to validate on")
    from cxrviewer.models.backend import tensorflow

    tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = architecture.build(INPUT, 1)
    begin_with(model, weights)
    run = _Run(folder, model, settings, training, validation, progress)
    run.to_the_end()
    return run.best


class _Run:
    """A training under way."""

    def __init__(
        self,
        folder: RunFolder,
        model: keras.Model,
        settings: LungFieldSettings,
        training: LungMasks,
        validation: LungMasks,
        progress: Progress,
    ) -> None:
        from cxrviewer.learning.loop import Loop, Schedule

        self._folder, self._model, self._settings = folder, model, settings
        self._training, self._validation = training, validation
        self._progress = progress
        self._clock, self._since = TimeLeft(), 0
        self._children = _children(settings)
        self._labelled: LungMasks | None = None
        schedule = Schedule(
            settings.epochs,
            settings.steps,
            settings.rate,
            settings.weight_decay,
            settings.warmup,
            settings.averaging,
        )
        self._loop = Loop(model, dice_and_entropy, schedule, folder.path)
        self.best = LungValidation(len(validation.names), 0.0, 0.0)

    def to_the_end(self) -> None:
        """Train what is left."""
        done = self._loop.restore()
        if done:
            self._progress(f"{done} epochs were done before")
        self._loop.run(self._batches, self._epoch_end)

    def _batches(self, first: int, last: int) -> Any:
        """Return the batches of some steps; in the second half those of adults and children."""
        half = self._settings.epochs * self._settings.steps // 2
        if first < half or not len(self._children):
            return _batches(self._training, None, self._settings)(first, last)
        if self._labelled is None:
            self._labelled = self._label()
        if not self._labelled.names:
            return _batches(self._training, None, self._settings)(first, last)
        return _batches(self._training, self._labelled, self._settings)(first, last)

    def _label(self) -> LungMasks:
        """Return the children with the model's own masks, of those that look like two lungs.

        Made once a run: a run that is resumed finds them in its folder.
        """
        kept_in = self._folder.path / "children.npz"
        if not kept_in.exists():
            with self._loop.averaged():
                masks = predict(self._model, self._children)
            fit = [is_plausible(two_lungs(mask > 0.5)) for mask in masks]
            kept = np.flatnonzero(fit)
            self._progress(f"{len(kept)} of {len(masks)} masks of children look like lungs")
            with atomic_path(kept_in) as temporary, temporary.open("wb") as stream:
                np.savez_compressed(stream, kept=kept, masks=np.rint(masks[kept] * 255).astype(np.uint8))
        with np.load(kept_in) as found:
            kept, soft = found["kept"], found["masks"][..., None]
        return LungMasks(self._children[kept], soft, np.arange(len(kept)), tuple(map(str, kept)))

    def _epoch_end(self, epoch: int, loss: float) -> dict[str, float]:
        result = validate(self._model, self._validation, self._children[:200])
        values = {"iou": result.iou, "worst": result.worst, "plausible": result.plausible or 0.0}
        self._folder.append_epoch({"epoch": epoch, "loss": loss, **values})
        self._since += 1
        left = self._clock.after(self._since, self._since + self._settings.epochs - epoch)
        self._progress(
            f"epoch {epoch}/{self._settings.epochs}: loss {loss:.4f}, "
            + ", ".join(f"{name} {value:.4f}" for name, value in values.items())
            + f", {left}"
        )
        self.best = result
        self._folder.save_model(self._model)
        return values


def dice_and_entropy(masks: Any, outputs: Any) -> Any:
    """Return cross-entropy plus the Dice loss (Milletari, Navab and Ahmadi 2016, arXiv:1606.04797)."""
    import tensorflow as tf

    entropy = tf.reduce_mean(tf.keras.losses.binary_crossentropy(masks, outputs))
    overlap = tf.reduce_sum(masks * outputs, axis=(1, 2, 3))
    total = tf.reduce_sum(masks + outputs, axis=(1, 2, 3))
    return entropy + tf.reduce_mean(1 - (2 * overlap + 1) / (total + 1))


def predict(model: keras.Model, images: NDArray[np.uint8], batch: int = 16) -> NDArray[np.float32]:
    """Return the probability of lung, (N, H, W), of uint8 images, (N, H, W, 1)."""
    parts = [
        np.asarray(model.predict_on_batch(images[start : start + batch].astype(np.float32) / 255))
        for start in range(0, len(images), batch)
    ]
    return np.concatenate(parts)[..., 0]


def validate(model: keras.Model, adults: LungMasks, children: NDArray[np.uint8]) -> LungValidation:
    """Measure a model on images with masks, and how often its masks of children look like lungs."""
    found = predict(model, adults.images) > 0.5
    overlaps = [
        intersection_over_union(two_lungs(one), mask[..., 0] > 127)
        for one, mask in zip(found, adults.masks, strict=True)
    ]
    plausible = None
    if len(children):
        plausible = float(np.mean([is_plausible(two_lungs(m > 0.5)) for m in predict(model, children)]))
    return LungValidation(len(overlaps), float(np.mean(overlaps)), float(min(overlaps)), plausible)


def _children(settings: LungFieldSettings) -> NDArray[np.uint8]:
    if not settings.children:
        return np.zeros((0, INPUT.height, INPUT.width, 1), np.uint8)
    folder = Path(settings.children)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and is_image(path))
    if not files:
        raise UserError("The folder of children has no images.", "Give another folder.", folder)
    chosen = np.random.default_rng(settings.seed).permutation(len(files))[: settings.children_images]
    return np.stack([prepared(files[index], INPUT) for index in chosen])


def _batches(adults: LungMasks, children: LungMasks | None, settings: LungFieldSettings) -> Batches:
    """Return augmented batches; what a step sees depends on its number and the seed alone."""
    import tensorflow as tf

    data = adults if children is None else adults.joined(children)
    share = 1.0 if children is None else settings.adults_share
    images, masks = tf.constant(data.images), tf.constant(data.masks)
    count = len(adults.names)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        seed = tf.stack([tf.constant(settings.seed, tf.int64), step])
        draw = partial(tf.random.stateless_uniform, (settings.batch,))
        some = draw(seed, 0, count, tf.int32)
        if children is not None:
            others = draw(seed + 1000003, count, len(data.names), tf.int32)
            some = tf.where(draw(seed + 2000003) < share, some, others)
        chosen = [tf.cast(tf.gather(part, some), tf.float32) / 255.0 for part in (images, masks)]
        return augment_pairs(chosen[0], chosen[1], seed, settings.augmentation)

    return lambda first, last: tf.data.Dataset.range(first, last).map(batch, num_parallel_calls=2).prefetch(2)
