"""Normal, bacterial or viral pneumonia on frontal chest radiographs of young children."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.dataset import Dataset, load_dataset
from cxrviewer.learning.lung_search import lungs_of
from cxrviewer.learning.lung_term import evidence_inside
from cxrviewer.learning.robust_settings import RobustSettings
from cxrviewer.learning.robust_validation import (
    Validation,
    ValidationSet,
    from_json,
    temperature,
    validate,
    validation_sets,
)
from cxrviewer.learning.run_folder import RunFolder, begin_with
from cxrviewer.learning.split import grouped_split
from cxrviewer.learning.time_left import TimeLeft
from cxrviewer.models.architectures import residual_small as architecture
from cxrviewer.models.card import Activation, InputSpec, LabelGroup, ModelCard

if TYPE_CHECKING:
    import keras

Progress = Callable[[str], None]
LABELS = ("Normal", "Bacterial pneumonia", "Viral pneumonia")
INPUT = InputSpec(224, 224, 1)
LAYER = architecture.SPEC.default_layer


@dataclass(frozen=True)
class PaediatricPneumoniaSpec:
    """Identity and default settings of the recipe."""

    id: str = "paediatric-pneumonia"
    name: str = "Paediatric pneumonia"
    order: int = 10
    summary: str = "the built-in model: normal, bacterial or viral pneumonia of young children"
    version: str = "2.0.0"
    defaults: RobustSettings = field(default_factory=RobustSettings)


SPEC = PaediatricPneumoniaSpec()


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
    settings: RobustSettings,
    data: Path,
    output: Path,
    progress: Progress,
    *,
    weights: Path | None = None,
    resume: bool = False,
) -> Validation:
    """Train the classifier and write it with its card.

    The output folder holds a usable model and card, with a version below 1, from the first epoch on:
    the best so far. After the last epoch the best one is calibrated and gets its final card.

    Parameters
    ----------
    settings : RobustSettings
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
    facts = _facts(training, validation)
    if resume:
        folder.check_same(settings, dataset.digest)
    folder.save_settings(settings, facts)
    progress(f"{len(training.labels)} images to train on, {len(validation.labels)} to validate on")
    from cxrviewer.learning.training import fit
    from cxrviewer.models.backend import tensorflow

    tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = architecture.build(INPUT, len(LABELS))
    begin_with(model, weights)
    lungs, missing = lungs_of(training.images)
    progress(f"no lungs found on {missing} of {len(lungs)} training images")
    keeper = _Keeper(folder, model, validation, settings, progress)
    fit(model, LAYER, training, lungs, settings, output, keeper.epoch_end)
    return keeper.finish()


class _Keeper:
    """Keeps the best epoch, and tells about each."""

    def __init__(
        self,
        folder: RunFolder,
        model: keras.Model,
        validation: Dataset,
        settings: RobustSettings,
        progress: Progress,
    ) -> None:
        self._folder = folder
        self._model = model
        self._sets = validation_sets(validation, settings.corrupted_images, settings.seed)
        self._lungs = lungs_of(validation.images)[0]
        self._settings = settings
        self._progress = progress
        self._clock = TimeLeft()
        self._since = 0
        facts = folder.best()
        self._best = from_json(facts) if facts is not None else None

    def epoch_end(self, epoch: int, loss: float) -> dict[str, float]:
        result = measured(self._model, self._sets, self._lungs)[0]
        self._since += 1
        values = _columns(result)
        self._folder.append_epoch({"epoch": epoch, "loss": loss, **values})
        left = self._clock.after(self._since, self._since + self._settings.epochs - epoch)
        self._progress(
            f"epoch {epoch}/{self._settings.epochs}: loss {loss:.4f}, "
            f"AUC pneumonia {result.auc_pneumonia:.4f}, at worst {result.worst.auc:.4f} "
            f"({result.worst.name}), bacterial against viral {result.auc_kind:.4f}, "
            f"accuracy {result.accuracy:.3f}, evidence in the lungs {result.lung_share:.2f}, {left}"
        )
        if self._best is None or result.rank > self._best.rank:
            self._keep(result, self._model, f"0.{epoch}.0")
        return values

    def finish(self) -> Validation:
        """Calibrate the best model on all validation sets, and write it with its final card."""
        if self._best is None:
            raise RuntimeError("no epoch was run")
        model = architecture.build(INPUT, len(LABELS))
        model.load_weights(self._folder.weights)
        divisor = temperature(self._sets, measured(model, self._sets, self._lungs)[1])
        dense = model.layers[-1]
        dense.set_weights([weight / divisor for weight in dense.get_weights()])
        result = measured(model, self._sets, self._lungs)[0]
        self._progress(f"logits divided by {divisor:.3f}: calibration error {result.ece:.3f}")
        return self._keep(result, model, SPEC.version)

    def _keep(self, result: Validation, model: keras.Model, version: str) -> Validation:
        self._best = result
        self._folder.save_best(asdict(result))
        # A model that was never compiled carries no optimiser state, which is three times the weights.
        bare = architecture.build(INPUT, len(LABELS))
        bare.set_weights(model.get_weights())
        self._folder.save_model(bare)
        self._folder.save_card(make_card(result, version))
        return result


def measured(
    model: keras.Model, sets: tuple[ValidationSet, ...], lungs: NDArray[np.uint8]
) -> tuple[Validation, list[NDArray[np.float32]]]:
    """Measure a model on all validation sets; returns its probabilities, (N, 3) for each, too.

    Parameters
    ----------
    model : keras.Model
        Of this recipe.
    sets : tuple of ValidationSet
        The clean one first.
    lungs : (N, H, W, 1) uint8 array
        Masks of the clean one's images.
    """
    from cxrviewer.learning.training import predict

    outputs = [predict(model, one.images) for one in sets]
    share = evidence_inside(model, LAYER, sets[0].images, lungs)
    return validate(sets, outputs, share), outputs


def _columns(result: Validation) -> dict[str, float]:
    """Return what the log has of an epoch."""
    return {
        "auc_pneumonia": result.auc_pneumonia,
        "auc_worst": result.worst.auc,
        "auc_kind": result.auc_kind,
        "accuracy": result.accuracy,
        "sensitivity": result.pneumonia.sensitivity,
        "specificity": result.pneumonia.specificity,
        "calibration_error": result.ece,
        "evidence_in_lungs": result.lung_share,
    }


def make_card(result: Validation, version: str) -> ModelCard:
    """Return the card of the model, without the digest of its weights."""
    point, worst = result.pneumonia, result.worst
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
        default_layer=LAYER,
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
            f"bacterial against viral, accuracy {result.accuracy:.3f} over the three classes. Worst of "
            f"{len(result.sets) - 1} kinds of corrupted images ({worst.name}): AUC {worst.auc:.3f}, "
            f"sensitivity {worst.pneumonia.sensitivity:.3f}, specificity {worst.pneumonia.specificity:.3f}. "
            f"Calibration error over all of them {result.ece:.3f}. {result.lung_share:.0%} of the positive "
            "Grad-CAM evidence for the most probable class lies inside the lungs. Epoch, temperature and "
            "thresholds were chosen on these images: expect less elsewhere."
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
