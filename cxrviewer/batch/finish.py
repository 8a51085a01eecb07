"""What a batch leaves when it ends: tables, a page and a text, from its journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.batch.facts import Facts, facts_from_json
from cxrviewer.batch.journal import Journal
from cxrviewer.batch.tables import write_csv, write_parquet
from cxrviewer.export.save import write_errors

CSV, PARQUET, PAGE, TEXT = "results.csv", "results.parquet", "summary.html", "summary.txt"


@dataclass(frozen=True)
class ClassCount:
    """How the model answers for one class over a batch.

    Parameters
    ----------
    label : str
        The class.
    top : int
        Files of which it is the most probable class.
    positive : int
        Files in which it reaches its operating threshold.
    threshold : float
        That threshold.
    mean, deviation : float
        Of its probability.
    """

    label: str
    top: int
    positive: int
    threshold: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class BatchSummary:
    """What a batch came to.

    Parameters
    ----------
    output : Path
        Its folder.
    total, done, failed : int
        Files, rows, and rows with an error.
    classes : tuple of ClassCount
        Over the files that were analysed; none where no file was.
    seconds : float
        Median time of a file.
    facts : Facts, optional
        Model and question; None where the batch ended before the model was there.
    """

    output: Path
    total: int
    done: int
    failed: int
    classes: tuple[ClassCount, ...] = ()
    seconds: float = 0.0
    facts: Facts | None = None

    @property
    def complete(self) -> bool:
        """Whether every file has a row."""
        return self.done == self.total

    @property
    def page(self) -> Path:
        """The page of the results."""
        return self.output / PAGE

    @property
    def table(self) -> Path:
        """The results as CSV."""
        return self.output / CSV


@dataclass(frozen=True, eq=False)
class Outputs:
    """The numbers of all files that were analysed, in their order.

    Parameters
    ----------
    numbers : (N,) int array
        Of the items.
    probabilities : (N, K) float array
        One column a label.
    top : (N,) int array
        Index of the most probable label.
    """

    numbers: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    top: NDArray[np.int64]


def finish(journal: Journal, output: Path) -> BatchSummary:
    """Write tables, page and text of what a journal has, and return the summary.

    Raises
    ------
    ExportError
        They cannot be written.
    """
    from cxrviewer.batch.page import write_page
    from cxrviewer.batch.text import write_text

    total, done, failed = journal.counts()
    content = journal.facts()
    if content is None:
        return BatchSummary(output, total, done, failed)
    facts = facts_from_json(content)
    outputs, seconds = _outputs(journal, facts)
    summary = BatchSummary(output, total, done, failed, class_counts(outputs, facts), seconds, facts)
    for name, write in ((CSV, write_csv), (PARQUET, write_parquet)):
        with write_errors(output / name):
            write(journal.rows(), facts, output / name)
    with write_errors(output / PAGE):
        write_page(summary, outputs, journal, output / PAGE)
    with write_errors(output / TEXT):
        write_text(summary, journal, output / TEXT)
    return summary


def class_counts(outputs: Outputs, facts: Facts) -> tuple[ClassCount, ...]:
    """Return how the model answers for each class; nothing where it has answered nothing."""
    if not len(outputs.numbers):
        return ()
    return tuple(
        ClassCount(
            label,
            int((outputs.top == index).sum()),
            int((outputs.probabilities[:, index] >= threshold).sum()),
            threshold,
            float(outputs.probabilities[:, index].mean()),
            float(outputs.probabilities[:, index].std()),
        )
        for index, (label, threshold) in enumerate(zip(facts.labels, facts.thresholds, strict=True))
    )


def _outputs(journal: Journal, facts: Facts) -> tuple[Outputs, float]:
    numbers, probabilities, top, seconds = [], [], [], []
    for row in journal.rows():
        if not row.error:
            numbers.append(row.number)
            probabilities.append(row.probabilities)
            top.append(facts.labels.index(row.top))
            seconds.append(row.seconds)
    table = np.array(probabilities, np.float64).reshape(len(numbers), len(facts.labels))
    median = float(np.median(seconds)) if seconds else 0.0
    return Outputs(np.array(numbers, np.int64), table, np.array(top, np.int64)), median
