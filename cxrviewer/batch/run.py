"""Many files, one visualisation each: the function behind command line, window, notebooks and clusters."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

from cxrviewer.batch.answering import Answering
from cxrviewer.batch.desk import Drawing, Drawn, Ended
from cxrviewer.batch.facts import Facts, facts_of, facts_to_json
from cxrviewer.batch.finish import CSV, PAGE, PARQUET, TEXT, BatchSummary, finish
from cxrviewer.batch.inputs import JOURNAL, PICTURES, find_images
from cxrviewer.batch.journal import Journal
from cxrviewer.batch.options import BatchOptions, fingerprint
from cxrviewer.batch.pipeline import Desks, run_here
from cxrviewer.batch.progress import BatchProgress, Report
from cxrviewer.batch.row import BatchRow, Item
from cxrviewer.errors import UserError
from cxrviewer.export.save import check_destination, find_writer
from cxrviewer.learning.run_folder import make_output_folder
from cxrviewer.models.catalog import resolve_model
from cxrviewer.paths import remove_parts

_MOST_WORKERS = 8


def run_batch(
    inputs: Sequence[str],
    options: BatchOptions,
    output: Path,
    report: Report,
    former: Callable[[BatchRow, Path | None], object] | None = None,
) -> BatchSummary:
    """Analyse files and write one visualisation each, a table of results and a summary.

    Parameters
    ----------
    inputs : sequence of str
        As for `find_images`.
    options : BatchOptions
        The question, the look, the format.
    output : Path
        Folder; made where it does not exist. It takes ``pictures/``, ``results.csv``, ``results.parquet``,
        ``summary.html``, ``summary.txt`` and the journal, by which a batch goes on after any end.
    report : callable
        Told of each row; in this thread. Before the first one when it begins, and when the model is there.
    former : callable, optional
        Told of each row that an earlier run has left, and where its file is; None where it is not among
        the files any more.

    Raises
    ------
    UserError
        There is nothing to do, or model, question or output folder cannot be used.
    ExportError
        The disk is full, say; what was finished is kept.
    KeyboardInterrupt
        The batch was ended; table and summary tell what is there.
    """
    load = resolve_model(options.state.model)
    found = find_images(inputs, output, options.most)
    pictures = output / PICTURES
    make_output_folder(pictures)
    _check_free(output)
    name = pictures / f"name{options.suffix}"
    check_destination(name, find_writer(name, options.export.writer).SPEC.suffixes)
    with Journal(output / JOURNAL, fingerprint(options, load), resume=options.resume) as journal:
        journal.add(found)
        remove_parts(pictures)
        if former is not None:
            for row, path in journal.done(found):
                former(row, path)
        try:
            left = journal.left(found, options.suffix, stems=options.stems)
            _work(journal, left, options, pictures, report)
        finally:
            remove_parts(pictures)
            # After Ctrl+C, too. A disk that is full keeps these from being written, and says so itself.
            summary = finish(journal, output)
    return summary


def _check_free(output: Path) -> None:
    """Refuse to write over what is no batch that could be gone on with."""
    names = (CSV, PARQUET, PAGE, TEXT)
    taken = any((output / name).exists() for name in names) or any((output / PICTURES).iterdir())
    if taken and not (output / JOURNAL).exists():
        raise UserError("There are other results in this folder.", "Give another folder.", output)


def _work(
    journal: Journal, left: Sequence[Item], options: BatchOptions, pictures: Path, report: Report
) -> None:
    total, done, failed = journal.counts()
    report(BatchProgress(done, total, failed))
    before, start = done, time.perf_counter()
    paths = {item.number: item.path for item in left}

    def begin(facts: Facts) -> None:
        nonlocal start
        journal.describe(facts_to_json(facts))
        # How long the model took says nothing about the time that is left.
        start = time.perf_counter()
        report(BatchProgress(done, total, failed))

    # Closed at once where a row cannot be kept, so that no desk goes on.
    with closing(_ended(left, options, pictures, begin)) as all_ended:
        for ended in all_ended:
            row, thumbnail = _row(ended)
            journal.put(row, thumbnail)
            done, failed = done + 1, failed + bool(row.error)
            seconds = (time.perf_counter() - start) / (done - before) * (total - done)
            report(BatchProgress(done, total, failed, seconds, row, paths[row.number]))


def _ended(
    left: Sequence[Item], options: BatchOptions, pictures: Path, begin: Callable[[Facts], object]
) -> Generator[Ended, None, None]:
    if not left:
        return
    if options.cluster:
        from cxrviewer.batch.cluster import run_there

        yield from run_there(left, options, pictures, begin)
        return
    with Desks(min(len(left), _workers(options))) as desks:
        # Imports TensorFlow, while the desks start.
        answering = Answering(options)
        loaded = answering.loaded
        begin(facts_of(loaded.info.card, answering.question))
        drawing = Drawing(options.state, loaded, pictures, options.export)
        yield from run_here(left, desks, answering, loaded.info.card.input, drawing)


def _workers(options: BatchOptions) -> int:
    # Of those that this process may use, where the system tells.
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return options.workers or min(_MOST_WORKERS, usable)


def _row(ended: Ended) -> tuple[BatchRow, bytes | None]:
    if isinstance(ended, Drawn):
        return ended.row, ended.thumbnail
    return BatchRow(ended.item.number, ended.item.name, error=ended.reason), None
