"""The page of a batch: numbers, distributions, contact sheet, failures."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.batch.facts import Facts
from cxrviewer.batch.finish import BatchSummary, Outputs
from cxrviewer.batch.inputs import PICTURES
from cxrviewer.batch.journal import Journal
from cxrviewer.export.words import percent
from cxrviewer.learning.page import Page

SHEET = 240
"""Pictures on a contact sheet."""
_FAILURES = 500
_BINS = 20


def write_page(summary: BatchSummary, outputs: Outputs, journal: Journal, path: Path) -> None:
    """Write the page of a batch, one HTML file without any other; its pictures link to those beside it."""
    facts = summary.facts
    assert facts is not None
    page = Page(f"Batch of {facts.model} {facts.version}".rstrip())
    analysed = summary.done - summary.failed
    left = "" if summary.complete else f", {summary.total - summary.done} left"
    page.text(f"{summary.total} files: {analysed} analysed, {summary.failed} failed{left}.")
    page.text(
        f"Explained: {facts.target}, by {facts.method} at {facts.layer}. Weights {facts.sha256[:12]}. "
        f"{1000 * summary.seconds:.0f} ms a file (median)."
    )
    if facts.limits:
        page.text(f"Limits of the model: {facts.limits}", note=True)
    if summary.classes:
        _classes(page, summary)
        page.figure(_distributions(outputs, facts), "Probability of each class; the line is its threshold.")
        _sheet(page, outputs, facts, journal)
    if summary.failed:
        _failures(page, summary, journal)
    page.write(path)


def _classes(page: Page, summary: BatchSummary) -> None:
    page.heading("Classes")
    page.table(
        ("class", "most probable in", "threshold", "at or over it", "mean probability", "standard deviation"),
        [
            (
                each.label,
                str(each.top),
                percent(each.threshold),
                str(each.positive),
                percent(each.mean),
                percent(each.deviation),
            )
            for each in summary.classes
        ],
    )


def _distributions(outputs: Outputs, facts: Facts) -> Any:
    from matplotlib.figure import Figure

    columns = min(4, len(facts.labels))
    rows = -(-len(facts.labels) // columns)
    figure = Figure(figsize=(2.6 * columns, 1.9 * rows), layout="constrained")
    for index, label in enumerate(facts.labels):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.hist(outputs.probabilities[:, index], bins=_BINS, range=(0, 1), color="#4c78a8")
        axes.axvline(facts.thresholds[index], color="#a3262a", linewidth=1)
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _sheet(page: Page, outputs: Outputs, facts: Facts, journal: Journal) -> None:
    """Show the pictures by their most probable class, the most certain first."""
    page.heading("Contact sheet")
    if len(outputs.numbers) > SHEET:
        page.text(f"{SHEET} of {len(outputs.numbers)} pictures, evenly chosen.", note=True)
    share = min(1.0, SHEET / len(outputs.numbers))
    for index, label in enumerate(facts.labels):
        members = np.flatnonzero(outputs.top == index)
        if not len(members):
            continue
        members = members[np.argsort(-outputs.probabilities[members, index], kind="stable")]
        page.text(f"{label}: {len(members)}")
        page.contact_sheet(
            [
                _picture(journal, int(outputs.numbers[one]), float(outputs.probabilities[one, index]))
                for one in _some(members, max(1, int(len(members) * share)))
            ]
        )


def _picture(journal: Journal, number: int, probability: float) -> tuple[bytes, str, str]:
    row, thumbnail = journal.row(number)
    return thumbnail, f"{row.file}: {percent(probability)}", f"{PICTURES}/{row.picture}"


def _some(members: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return some of many, evenly spread."""
    places = np.linspace(0, len(members) - 1, count).round().astype(np.int64)
    return np.asarray(members[places], np.int64)


def _failures(page: Page, summary: BatchSummary, journal: Journal) -> None:
    page.heading("Failures")
    failed = (row for row in journal.rows() if row.error)
    page.table(("file", "reason"), [(row.file, row.error) for row in islice(failed, _FAILURES)], texts=2)
    if summary.failed > _FAILURES:
        page.text(f"{summary.failed - _FAILURES} more are in results.csv.", note=True)
