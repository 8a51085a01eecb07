"""``cxrviewer batch``: many files, one visualisation each, with a table and a summary."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import (
    add_export_options,
    add_looks,
    add_question,
    check_target,
    chosen,
    export_options,
)
from cxrviewer.cli.guard import remark
from cxrviewer.cli.help_text import add_command
from cxrviewer.cli.option_values import folder
from cxrviewer.errors import UsageError

if TYPE_CHECKING:
    from cxrviewer.batch.options import BatchOptions
    from cxrviewer.batch.progress import BatchProgress

_PROGRAM = "cxrviewer batch"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "batch",
        "Runs a classifier on many radiographs and writes the heatmap of each into DIR/pictures, "
        "with results.csv, results.parquet, summary.html and summary.txt. A run that was ended goes on with "
        "--resume.",
        (
            "scans -o results",
            "list.csv -o results --numbers-only --workers 4",
            '"scans/*.dcm" -o maps --format map-npz',
            "scans -o results --resume",
        ),
        "Pictures are called by a number and the name of their file. Files that fail are told of on standard "
        "error, and make the exit code 1.",
    )
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="folder (searched with all in it), zip archive, CSV table with a column 'file', pattern such as "
        "'scans/*.dcm', or image",
    )
    parser.add_argument(
        "-o", "--output", type=folder, required=True, metavar="DIR", help="folder of the results"
    )
    parser.add_argument(
        "--format",
        type=_format,
        default=(".jpg", ""),
        metavar="jpg|png|tif|webp|ID",
        help="of the pictures: jpg unless set; or another format of 'cxrviewer explain --format': map-npz, "
        "dicom-sc, ...",
    )
    parser.add_argument("--max", type=_count, metavar="N", help="stop after so many files")
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    parser.add_argument(
        "--numbers-only",
        action="store_true",
        help="leave the names of the files out of pictures and tables, where they tell who the patient is",
    )
    group = parser.add_argument_group("how it is computed")
    group.add_argument("--workers", type=_count, metavar="N", help="processes that read and draw")
    group.add_argument(
        "--dask", default="", metavar="ADDRESS", help="scheduler of a dask cluster to compute on"
    )
    add_export_options(parser.add_argument_group("what goes into the pictures"))
    add_question(parser.add_argument_group("what is explained"))
    add_looks(parser.add_argument_group("how the heatmaps are drawn"))


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says.

    Raises
    ------
    UserError
        There is nothing to do, or model, question, output folder or disk are the matter.
    """
    from cxrviewer.batch.run import run_batch
    from cxrviewer.batch.text import summary_lines
    from cxrviewer.cli.guard import USER_ERROR
    from cxrviewer.cli.streams import tolerate_any_text

    tolerate_any_text()
    options = _options(arguments)
    check_target(arguments)
    line = _Line()
    try:
        summary = run_batch(arguments.inputs, options, arguments.output, line.report)
    except KeyboardInterrupt:
        line.end()
        remark(_PROGRAM, f"{line.text()}; what was done is kept: go on with --resume.")
        raise
    finally:
        line.end()
    for text in summary_lines(summary):
        print(text)
    print(f"Wrote {summary.page}")
    return USER_ERROR if summary.failed else 0


def _options(arguments: argparse.Namespace) -> BatchOptions:
    from cxrviewer.batch.options import BatchOptions

    suffix, writer = arguments.format
    return BatchOptions(
        state=chosen(arguments),
        target=arguments.target,
        layers=arguments.layer,
        exact=arguments.method is not None,
        suffix=suffix,
        export=export_options(arguments, writer),
        stems=not arguments.numbers_only,
        most=arguments.max,
        workers=arguments.workers,
        resume=arguments.resume,
        cluster=arguments.dask,
    )


class _Line:
    """How far a batch has got, on one line of a terminal; failures as they come."""

    def __init__(self) -> None:
        self._last: BatchProgress | None = None
        self._width = 0

    def report(self, progress: BatchProgress) -> None:
        self._last = progress
        row = progress.row
        if row is not None and row.error:
            self.end()
            remark(_PROGRAM, f"{row.file}: {row.error}")
        if sys.stderr is None or not sys.stderr.isatty():
            return
        left = "" if progress.seconds_left is None else f", {_duration(progress.seconds_left)} left"
        self._show(f"{self.text()}{left}")

    def text(self) -> str:
        if self._last is None:
            return "nothing done"
        failed = f", {self._last.failed} failed" if self._last.failed else ""
        return f"{self._last.done} of {self._last.total} files{failed}"

    def end(self) -> None:
        if self._width:
            self._show("")
            print("\r", end="", file=sys.stderr, flush=True)
            self._width = 0

    def _show(self, text: str) -> None:
        self._width = max(self._width, len(text))
        print(f"\r{text.ljust(self._width)}", end="", file=sys.stderr, flush=True)
        self._width = len(text)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _format(text: str) -> tuple[str, str]:
    from cxrviewer.export.save import named_format

    try:
        return named_format(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)
