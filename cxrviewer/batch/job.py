"""A batch as a job of the window: the same function as that of the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cxrviewer.batch.options import BatchOptions
from cxrviewer.batch.progress import BatchProgress
from cxrviewer.batch.row import BatchRow
from cxrviewer.engine.job import JobProgress, Tell
from cxrviewer.session.job_calls import JobResult


@dataclass(frozen=True)
class BatchOrder:
    """Which files, how, and where the results go.

    Parameters
    ----------
    data : Path
        A folder, an archive, a table or an image.
    options : BatchOptions
        The choices.
    output : Path
        Folder of the results.
    """

    data: Path
    options: BatchOptions
    output: Path


@dataclass(frozen=True, eq=False)
class FileEnded:
    """What came of a file, and where it is; None where that is not known any more."""

    row: BatchRow
    path: Path | None


def run(tell: Tell, order: BatchOrder) -> JobResult:
    """Do a batch; tells how many files are done, and of each what came of it."""
    from cxrviewer.batch.run import run_batch
    from cxrviewer.models.memory import limit_memory

    def report(progress: BatchProgress) -> None:
        if progress.row is not None:
            tell(FileEnded(progress.row, progress.path))
        tell(JobProgress(progress.done, progress.total, "files", progress.failed))

    tell("Looking for the files")
    limit_memory()
    summary = run_batch(
        [str(order.data)], order.options, order.output, report, lambda row, path: tell(FileEnded(row, path))
    )
    return JobResult(summary.page)


def file_count(_tell: Tell, data: Path, output: Path) -> str:
    """Return in a line how many images a batch would be about, and how many of them one has done before.

    Raises
    ------
    UserError
        There is none.
    """
    from cxrviewer.batch.inputs import JOURNAL, find_images
    from cxrviewer.batch.journal import rows_there

    count = len(find_images([str(data)], output))
    done = min(count, rows_there(output / JOURNAL)) if (output / JOURNAL).is_file() else 0
    return f"{count:,} images, {done:,} of them done" if done else f"{count:,} images"
