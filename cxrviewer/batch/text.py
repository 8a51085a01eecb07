"""The summary of a batch in plain text."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.batch.finish import BatchSummary
from cxrviewer.batch.journal import Journal
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.words import percent
from cxrviewer.paths import atomic_path


def summary_lines(summary: BatchSummary) -> list[str]:
    """Return what a batch came to in a few lines."""
    analysed = summary.done - summary.failed
    files = "1 file" if summary.total == 1 else f"{summary.total} files"
    lines = [f"{files}: {analysed} analysed, {summary.failed} failed"]
    if not summary.complete:
        lines[0] += f", {summary.total - summary.done} left: go on with --resume"
    facts = summary.facts
    if facts is not None:
        lines.append(f"Model: {facts.model} {facts.version}".rstrip())
        lines.append(f"Explained: {facts.target}, by {facts.method} at {facts.layer}")
    for each in summary.classes:
        reached = f"{percent(each.threshold)} or more in {each.positive}"
        lines.append(f"{each.label}: most probable in {each.top}, {reached}, mean {percent(each.mean)}")
    return lines


def write_text(summary: BatchSummary, journal: Journal, path: Path) -> None:
    """Write the summary and the failures with their reasons, atomically."""
    lines = [f"{DISCLAIMER}.", "", *summary_lines(summary)]
    if summary.failed:
        lines += ["", "Failed:", *(f"{row.file}: {row.error}" for row in journal.rows() if row.error)]
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
