"""How well a model does on labelled radiographs: numbers, tables and a page."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from cxrviewer.errors import UserError
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.foreign_text import table_cell
from cxrviewer.learning.inference import Progress, Seen, look_at
from cxrviewer.learning.labelled_files import LabelledFiles, read_labelled
from cxrviewer.learning.measures import Floats, Measures, measure
from cxrviewer.learning.run_folder import make_output_folder
from cxrviewer.models.card import ModelCard
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.models.reading import joint_probability
from cxrviewer.paths import atomic_path


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All that a page of an evaluation shows.

    Parameters
    ----------
    card : ModelCard
        Of the model.
    files : LabelledFiles
        Those that could be read, with their truth.
    seen : tuple of Seen
        What the model says of each.
    probabilities : (N, K) float array
        Of each finding.
    measures : Measures
        The numbers.
    failures : tuple of Seen
        Files that could not be read.
    """

    card: ModelCard
    files: LabelledFiles
    seen: tuple[Seen, ...]
    probabilities: Floats
    measures: Measures
    failures: tuple[Seen, ...]


def evaluate(load: LoadRequest, data: Path, output: Path, progress: Progress, seed: int = 0) -> Evaluation:
    """Run a model on labelled data; writes ``evaluation.json``, ``predictions.csv``, ``evaluation.html``.

    Parameters
    ----------
    load : LoadRequest
        The model.
    data : Path
        As for `read_labelled`.
    output : Path
        Folder; made where it does not exist.
    progress : callable
        Told how many files are done.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ModelError, UserError
        The model, the data or the output folder cannot be used.
    """
    session = ModelSession(Path(load.path), load.card)
    card = session.info.card
    files = read_labelled(data, card)
    make_output_folder(output)
    found = _evaluation(card, files, look_at(session, files.paths, progress), seed, data)
    _write_json(found, output / "evaluation.json")
    _write_table(found, output / "predictions.csv")
    from cxrviewer.learning.evaluation_page import write_page

    write_page(found, output / "evaluation.html")
    return found


def summary(found: Evaluation) -> dict[str, object]:
    """Return the numbers as a JSON object with the keys of ``evaluation.json``."""
    measures, names = found.measures, [finding.name for finding in found.files.findings]
    auc = measures.auc
    return {
        "model": found.card.id,
        "version": found.card.version,
        "weights_sha256": found.card.sha256,
        "n": measures.n,
        "accuracy": measures.accuracy.value,
        "accuracy_interval": [measures.accuracy.low, measures.accuracy.high],
        "auc": auc.value if auc is not None else None,
        "auc_interval": [auc.low, auc.high] if auc is not None else None,
        "auc_micro": measures.auc_micro,
        "loss": measures.loss,
        "ece": measures.ece,
        "classes": names,
        "confusion_matrix": measures.confusion.tolist() if measures.confusion is not None else None,
        "report": {
            each.name: {k: v for k, v in asdict(each).items() if k != "name"} for each in measures.classes
        },
        "reliability": [asdict(each) for each in measures.bins],
        "failures": [{"file": one.path.name, "reason": one.failure} for one in found.failures],
    }


def _evaluation(card: ModelCard, files: LabelledFiles, seen: list[Seen], seed: int, data: Path) -> Evaluation:
    good = [place for place, one in enumerate(seen) if one.prediction is not None]
    if not good:
        raise UserError("None of the images can be read.", seen[0].failure, data)
    read = LabelledFiles(
        tuple(files.paths[place] for place in good), files.findings, files.truth[good], files.exclusive
    )
    kept = tuple(seen[place] for place in good)
    probabilities = np.array(
        [
            [joint_probability(card, finding.indices, one.prediction) for finding in files.findings]
            for one in kept
            if one.prediction is not None
        ]
    )
    measures = measure(read.truth, probabilities, files.findings, exclusive=files.exclusive, seed=seed)
    return Evaluation(card, read, kept, probabilities, measures, tuple(one for one in seen if one.failure))


def _write_json(found: Evaluation, path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(summary(found), indent=2) + "\n", encoding="utf-8")


def _write_table(found: Evaluation, path: Path) -> None:
    names = [finding.name for finding in found.files.findings]
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["file", "truth", "called", *(f"probability of {name}" for name in names)])
        rows = zip(found.seen, found.files.truth, found.measures.called, found.probabilities, strict=True)
        for one, truth, called, probabilities in rows:
            texts = ["|".join(np.array(names)[chosen]) for chosen in (truth, called)]
            table.writerow(
                [
                    table_cell(one.path.name),
                    *map(table_cell, texts),
                    *(f"{value:.6f}" for value in probabilities),
                ]
            )
