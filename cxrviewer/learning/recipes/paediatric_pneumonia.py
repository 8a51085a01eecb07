"""Normal, bacterial or viral pneumonia on frontal chest radiographs of young children."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.dataset import Dataset, load_dataset
from cxrviewer.learning.metrics import OperatingPoint, auc, balanced_point
from cxrviewer.learning.run_folder import RunFolder, begin_with
from cxrviewer.learning.settings import TrainSettings
from cxrviewer.learning.split import grouped_split
from cxrviewer.models.architectures import residual_small as architecture
from cxrviewer.models.card import Activation, InputSpec, LabelGroup, ModelCard

if TYPE_CHECKING:
    import keras

Progress = Callable[[str], None]
LABELS = ("Normal", "Bacterial pneumonia", "Viral pneumonia")
INPUT = InputSpec(224, 224, 1)


@dataclass(frozen=True)
class PaediatricPneumoniaSpec:
    """Identity and default settings of the recipe."""

    id: str = "paediatric-pneumonia"
    name: str = "Paediatric pneumonia"
    order: int = 10
    version: str = "1.0.0"
    defaults: TrainSettings = field(default_factory=TrainSettings)


SPEC = PaediatricPneumoniaSpec()


@dataclass(frozen=True)
class Validation:
    """What the model achieves on the patients held out."""

    images: int
    auc_pneumonia: float
    auc_kind: float
    accuracy: float
    points: tuple[OperatingPoint, ...]
    pneumonia: OperatingPoint

    @property
    def rank(self) -> tuple[float, float]:
        """Order of epochs: pneumonia first, then its kind where that is as good as equal."""
        return round(self.auc_pneumonia, 3), self.auc_kind


def label_and_patient(path: Path) -> tuple[str, str]:
    """Read class and patient off a file name of the data set.

    ``person9_bacteria_39.jpeg``, ``IM-0115-0001.jpeg``, ``NORMAL2-IM-1419-0001.jpeg``. Numbers that
    occur under both kinds of pneumonia, or with both prefixes, are taken for the same child: the
    publishers do not say, and the split is then honest in either case.

    Raises
    ------
    ValueError
        The name is of none of these forms.
    """
    if found := re.match(r"person(\d+)_(bacteria|virus)_", path.name):
        return LABELS[1 if found[2] == "bacteria" else 2], f"person{int(found[1])}"
    if found := re.match(r"(?:NORMAL2-)?IM-(\d+)-", path.name):
        return LABELS[0], f"IM-{int(found[1])}"
    raise ValueError(f"{path.name} names no class and patient")


def train(
    settings: TrainSettings,
    data: Path,
    output: Path,
    progress: Progress,
    *,
    weights: Path | None = None,
    resume: bool = False,
) -> Validation:
    """Train the classifier and write it with its card.

    The output folder holds a usable model and card, with a version below 1, from the first epoch on:
    the best so far. The last epoch gives the best one its final card.

    Parameters
    ----------
    settings : TrainSettings
        How to train.
    data : Path
        Folder with the files of Mendeley Data rscbjbr9sj v2, at any depth.
    output : Path
        Folder to write to; made where it does not exist.
    progress : callable
        Takes a line of text after each step that lasts.
    weights : Path, optional
        Weights to begin with, of the same network.
    resume : bool
        Whether to go on where a run in the same folder was ended.

    Returns
    -------
    Validation
        Of the model that was kept.

    Raises
    ------
    UserError
        The data or the output folder cannot be used.
    """
    folder = RunFolder(output, SPEC.id)
    dataset = load_dataset(data, LABELS, label_and_patient, INPUT)
    parts = grouped_split(dataset.labels, dataset.groups, settings.validation_share, settings.seed)
    training, validation = dataset.subset(parts[0]), dataset.subset(parts[1])
    folder.create(resumed=resume)
    folder.save_settings(settings, _facts(training, validation))
    progress(f"{len(training.labels)} images to train on, {len(validation.labels)} to validate on")
    from cxrviewer.learning.training import fit
    from cxrviewer.models.backend import tensorflow

    tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = architecture.build(INPUT, len(LABELS))
    begin_with(model, weights)
    keeper = _Keeper(folder, model, validation.labels, settings, progress)
    fit(model, training, validation, settings, output, keeper.epoch_end)
    return keeper.finish()


class _Keeper:
    """Keeps the best epoch, and tells about each."""

    def __init__(
        self,
        folder: RunFolder,
        model: keras.Model,
        labels: NDArray[np.int64],
        settings: TrainSettings,
        progress: Progress,
    ) -> None:
        self._folder = folder
        self._model = model
        self._labels = labels
        self._settings = settings
        self._progress = progress
        self._started = time.monotonic()
        self._since = 0
        self._best = _validation(folder.best())

    def epoch_end(self, epoch: int, loss: float, probabilities: NDArray[np.float32]) -> None:
        result = validate(self._labels, probabilities)
        spent = time.monotonic() - self._started
        self._since += 1
        left = spent / self._since * (self._settings.epochs - epoch)
        self._folder.append_epoch(
            {
                "epoch": epoch,
                "loss": loss,
                "auc_pneumonia": result.auc_pneumonia,
                "auc_kind": result.auc_kind,
                "accuracy": result.accuracy,
                "sensitivity": result.pneumonia.sensitivity,
                "specificity": result.pneumonia.specificity,
                "seconds": spent,
            }
        )
        self._progress(
            f"epoch {epoch}/{self._settings.epochs}: loss {loss:.4f}, "
            f"AUC pneumonia {result.auc_pneumonia:.4f}, bacterial against viral {result.auc_kind:.4f}, "
            f"accuracy {result.accuracy:.3f}, {left / 60:.0f} min left"
        )
        if self._best is None or result.rank > self._best.rank:
            self._best = result
            self._folder.save_best(asdict(result))
            self._save_weights()
            self._folder.save_card(make_card(result, f"0.{epoch}.0"))

    def finish(self) -> Validation:
        if self._best is None:
            raise RuntimeError("no epoch was run")
        self._folder.save_card(make_card(self._best, SPEC.version))
        return self._best

    def _save_weights(self) -> None:
        # A model that was never compiled carries no optimiser state, which is three times the weights.
        bare = architecture.build(INPUT, len(LABELS))
        bare.set_weights(self._model.get_weights())
        self._folder.save_model(bare)


def _validation(facts: dict[str, Any] | None) -> Validation | None:
    """Return what an earlier epoch achieved, from its JSON object."""
    if facts is None:
        return None
    points = tuple(OperatingPoint(**point) for point in facts["points"])
    return Validation(**{**facts, "points": points, "pneumonia": OperatingPoint(**facts["pneumonia"])})


def validate(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> Validation:
    """Measure probabilities, (N, 3), against class indices, (N,)."""
    sick = labels > 0
    return Validation(
        images=len(labels),
        auc_pneumonia=auc(sick, probabilities[:, 1] + probabilities[:, 2]),
        auc_kind=auc(labels[sick] == 1, probabilities[sick, 1] - probabilities[sick, 2]),
        accuracy=float((probabilities.argmax(axis=1) == labels).mean()),
        points=tuple(balanced_point(labels == i, probabilities[:, i]) for i in range(len(LABELS))),
        pneumonia=balanced_point(sick, probabilities[:, 1] + probabilities[:, 2]),
    )


def make_card(result: Validation, version: str) -> ModelCard:
    """Return the card of the model, without the digest of its weights."""
    point = result.pneumonia
    return ModelCard(
        id=SPEC.id,
        name=SPEC.name,
        version=version,
        sha256="",
        labels=LABELS,
        thresholds=tuple(point.threshold for point in result.points),
        activation=Activation.SOFTMAX,
        input=INPUT,
        label_groups=(LabelGroup("Pneumonia", LABELS[1:], point.threshold),),
        default_layer=architecture.SPEC.default_layer,
        training_data=(
            "Kermany, Zhang, Goldbaum: Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images "
            "for Classification, Mendeley Data, rscbjbr9sj v2, CC BY 4.0; the official training split."
        ),
        licence="Apache-2.0",
        intended_use="Research and teaching: to show how a classifier and its heatmaps behave.",
        limits=(
            "Children of one to five years, one hospital: not for adults, not for diagnosis. "
            f"On {result.images} images of patients held out from the same hospital: AUC "
            f"{result.auc_pneumonia:.3f} for normal against pneumonia (sensitivity {point.sensitivity:.3f}, "
            f"specificity {point.specificity:.3f} at {point.threshold:.3f}), AUC {result.auc_kind:.3f} for "
            f"bacterial against viral, accuracy {result.accuracy:.3f} over the three classes. The epoch and "
            "the thresholds were chosen on these images: expect less elsewhere."
        ),
    )


def _facts(training: Dataset, validation: Dataset) -> dict[str, object]:
    from importlib.metadata import version

    def counts(part: Dataset) -> dict[str, int]:
        return {label: int((part.labels == index).sum()) for index, label in enumerate(LABELS)}

    return {
        "recipe": SPEC.id,
        "architecture": architecture.SPEC.id,
        "data_sha256": training.digest,
        "training": counts(training),
        "validation": counts(validation),
        "versions": {name: version(name) for name in ("tensorflow", "keras", "numpy")},
    }
