"""The heatmap study: whether heatmaps of two classes differ, and whether they lie where the lungs are."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError, UserError
from cxrviewer.explain.display import MapState, display_map
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainRequest, ExplainResult, Progress, ResumeRequest
from cxrviewer.foreign_text import table_cell
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.learning.comparison import Comparison, Summary, compare, summarise
from cxrviewer.learning.evidence import Place, places, shares
from cxrviewer.learning.labelled_files import LabelledFiles, read_labelled
from cxrviewer.learning.run_folder import make_output_folder
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.models.preprocess import prepare_input
from cxrviewer.paths import atomic_path

MEAN_MAP = 224
"""Rows and columns of the mean heatmap of a class."""

Ask = Callable[[ModelInfo], Question]
LungMask = Callable[[Radiograph], NDArray[np.bool_] | None]
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class StudySettings:
    """How many images of each class at most, and the seed by which they are drawn."""

    per_class: int = 30
    seed: int = 0


@dataclass(frozen=True, eq=False)
class StudiedImage:
    """One image of a study.

    Parameters
    ----------
    path : Path
        The file.
    finding : str
        Its class in the data.
    mean : float
        Mean of the heatmap, of which the highest value is 1; what is negative counts as 0.
    shares : dict of Place to (float, float)
        Share of the positive evidence in parts of the image, and of an even map.
    heat : (MEAN_MAP, MEAN_MAP) float32 array
        The heatmap over the whole image.
    lungs : (h, w) bool array, optional
        Mask of the lungs over the whole image; None where they were not found, or not looked for.
    """

    path: Path
    finding: str
    mean: float
    shares: dict[Place, tuple[float, float]]
    heat: NDArray[np.float32]
    lungs: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """What a study found.

    Parameters
    ----------
    info : ModelInfo
        The model.
    question : Question
        What was asked of each image.
    images : tuple of StudiedImage
        In the order of the classes.
    groups : tuple of Summary
        Mean heatmap value of each class.
    comparisons : tuple of Comparison
        Of each two classes.
    failures : tuple of (Path, str)
        Files without a heatmap, and why.
    seeks_lungs : bool
        Whether lungs were looked for.
    """

    info: ModelInfo
    question: Question
    images: tuple[StudiedImage, ...]
    groups: tuple[Summary, ...]
    comparisons: tuple[Comparison, ...]
    failures: tuple[tuple[Path, str], ...]
    seeks_lungs: bool = False

    def of(self, finding: str) -> list[StudiedImage]:
        """Return the images of a class."""
        return [image for image in self.images if image.finding == finding]

    def mean_shares(self, finding: str) -> dict[Place, tuple[float, float]]:
        """Return the mean shares of a class; those that need lungs, of the images with lungs."""
        found = {}
        for place in self.places:
            pairs = [image.shares[place] for image in self.of(finding) if place in image.shares]
            if pairs:
                share, even = np.mean(pairs, axis=0)
                found[place] = float(share), float(even)
        return found

    @property
    def places(self) -> tuple[Place, ...]:
        """Parts of the image of which shares are known."""
        known = {place for image in self.images for place in image.shares}
        return tuple(place for place in Place if place in known)

    @property
    def without_lungs(self) -> tuple[Path, ...]:
        """Files on which lungs were looked for and not found."""
        return tuple(image.path for image in self.images if self.seeks_lungs and image.lungs is None)


def study(
    load: LoadRequest,
    data: Path,
    output: Path,
    ask: Ask,
    settings: StudySettings,
    report: Report,
    lung_mask: LungMask | None = None,
) -> Study:
    """Explain as many images of each class and write ``study.json``, ``study.csv`` and ``study.html``.

    Parameters
    ----------
    load : LoadRequest
        The model.
    data : Path
        As for `read_labelled`, with one class an image.
    output : Path
        Folder; made where it does not exist.
    ask : callable
        Gives the question for a model.
    settings : StudySettings
        How many images, and which.
    report : callable
        Told how many images are done.
    lung_mask : callable, optional
        Gives a mask of the lungs over the whole image, of any size; None where it finds none.

    Raises
    ------
    ModelError, ExplainError, UserError
        The model, the question, the data or the output folder cannot be used.
    """
    explainer = Explainer()
    info = explainer.handle(load)
    assert isinstance(info, ModelInfo)
    files = read_labelled(data, info.card)
    chosen = choose(files, settings)
    question = ask(info)
    make_output_folder(output)
    images, failures = [], []
    for number, (path, finding) in enumerate(chosen, start=1):
        try:
            images.append(_studied(explainer, load, info, question, path, finding, lung_mask))
        except (ImageReadError, _NoMapError) as error:
            failures.append((path, error.message))
        report(number, len(chosen))
    found = replace(_summed_up(info, question, images, failures, data), seeks_lungs=lung_mask is not None)
    _write_json(found, output / "study.json")
    _write_table(found, output / "study.csv")
    from cxrviewer.learning.study_page import write_page

    write_page(found, output / "study.html")
    return found


def choose(files: LabelledFiles, settings: StudySettings) -> list[tuple[Path, str]]:
    """Draw the same number of images of each class, without replacement.

    Raises
    ------
    UserError
        Images have several classes, or fewer than two classes have two images.
    """
    counts = files.truth.sum(axis=0)
    usable = [place for place, count in enumerate(counts) if count >= 2]
    if not files.exclusive or len(usable) < 2:
        raise UserError(
            "A study needs two classes with at least two images each, one class an image.",
            "Give a folder with a folder for each class.",
        )
    count = min(settings.per_class, int(counts[usable].min()))
    rng = np.random.default_rng(settings.seed)
    found = []
    for place in usable:
        members = np.sort(rng.permutation(np.flatnonzero(files.truth[:, place]))[:count])
        found += [(files.paths[member], files.findings[place].name) for member in members]
    return found


def summary(found: Study) -> dict[str, object]:
    """Return the numbers as a JSON object."""
    return {
        "model": found.info.card.id,
        "weights_sha256": found.info.card.sha256,
        "method": found.question.method,
        "layers": list(found.question.layers),
        "n": len(found.images),
        "groups": [asdict(group) for group in found.groups],
        "comparisons": [asdict(each) for each in found.comparisons],
        "shares": {
            group.name: {
                place.value: {"share": share, "uniform": even}
                for place, (share, even) in found.mean_shares(group.name).items()
            }
            for group in found.groups
        },
        "lungs": {
            "sought": found.seeks_lungs,
            "found": sum(image.lungs is not None for image in found.images),
            "not_found_in": [path.name for path in found.without_lungs],
        },
        "failures": [{"file": path.name, "reason": reason} for path, reason in found.failures],
    }


class _NoMapError(UserError):
    """There is no heatmap that could be measured."""


def _studied(
    explainer: Explainer,
    load: LoadRequest,
    info: ModelInfo,
    question: Question,
    path: Path,
    finding: str,
    lung_mask: LungMask | None,
) -> StudiedImage:
    radiograph = read_radiograph(path)
    prepared = prepare_input(radiograph, info.card.input)
    request = ExplainRequest(load, prepared.key, prepared.values, prepared.black, prepared.white, question)
    answer = explainer.handle(request)
    while isinstance(answer, Progress):
        answer = explainer.handle(ResumeRequest(answer.token))
    assert isinstance(answer, ExplainResult)
    display = display_map(answer.attribution)
    if display.state is not MapState.SHOWN:
        raise _NoMapError("The heatmap is empty.", "Choose another class, method or layer.")
    rows, columns = answer.attribution.values.shape
    place = prepared.geometry.grid_to_stored((rows, columns))
    lungs = lung_mask(radiograph) if lung_mask is not None else None
    evidence = shares(answer.attribution.values, place, radiograph.shape, places(lungs, (256, 256)))
    heat = _over_image(display.values, place, radiograph)
    return StudiedImage(path, finding, float(display.values.mean()), evidence, heat, lungs)


def _over_image(
    values: NDArray[np.float32], place: NDArray[np.float64], radiograph: Radiograph
) -> NDArray[np.float32]:
    to_small = resize_affine(radiograph.shape, (MEAN_MAP, MEAN_MAP)) @ place
    heat = cv2.warpAffine(
        np.asarray(values, np.float32), to_small[:2], (MEAN_MAP, MEAN_MAP), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(heat, np.float32)


def _summed_up(
    info: ModelInfo,
    question: Question,
    images: Sequence[StudiedImage],
    failures: Sequence[tuple[Path, str]],
    data: Path,
) -> Study:
    names = list(dict.fromkeys(image.finding for image in images))
    values = {name: np.array([image.mean for image in images if image.finding == name]) for name in names}
    if len(values) < 2 or min(map(len, values.values())) < 2:
        reason = failures[0][1] if failures else ""
        raise UserError("Too few heatmaps can be compared.", reason or "Give more images.", data)
    groups = tuple(summarise(name, values[name]) for name in names)
    pairs = itertools.combinations(names, 2)
    comparisons = tuple(compare((one, other), values[one], values[other]) for one, other in pairs)
    return Study(info, question, tuple(images), groups, comparisons, tuple(failures))


def _write_json(found: Study, path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(summary(found), indent=2) + "\n", encoding="utf-8")


def _write_table(found: Study, path: Path) -> None:
    columns = found.places
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["file", "class", "mean heatmap", *(f"share {place.value}" for place in columns)])
        for image in found.images:
            parts = (image.shares.get(place, (float("nan"),))[0] for place in columns)
            table.writerow(
                [
                    table_cell(image.path.name),
                    table_cell(image.finding),
                    f"{image.mean:.6f}",
                    *(f"{p:.6f}" for p in parts),
                ]
            )
