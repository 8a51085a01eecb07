"""``cxrviewer report``: a PDF with one page a case."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import (
    add_export_options,
    add_looks,
    add_question,
    check_target,
    chosen,
    export_options,
)
from cxrviewer.cli.help_text import add_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cxrviewer.batch.report import LeftOut

_PROGRAM = "cxrviewer report"
_WRITER = "pdf"
SHOWS = ("scale_bar", "disclaimer", "identity")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "report",
        "Writes a PDF report with one page for each image: image, heatmap, outputs with their thresholds, "
        "how the heatmap was made, what is to be kept in mind, and where all comes from. The page of an "
        "image that cannot be analysed says why.",
        (
            "chest.dcm -o report.pdf",
            "scans -o report.pdf --paper letter",
            "list.csv -o report.pdf --target Pneumonia",
        ),
        "Images that are left out are told of on standard error, too, and make the exit code 1.",
    )
    parser.add_argument(
        "images",
        nargs="+",
        metavar="INPUT",
        help="image, folder (searched with all in it), zip archive, table with a column 'file', or pattern",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.pdf", help="the report")
    parser.add_argument("--paper", choices=["a4", "letter"], default="a4", help="size of the pages")
    add_export_options(parser.add_argument_group("what goes into the report"), SHOWS)
    add_question(parser.add_argument_group("what is explained"))
    add_looks(parser.add_argument_group("how the heatmaps are drawn"))


def run(arguments: argparse.Namespace) -> int:
    """Write the report.

    Raises
    ------
    UsageError
        No such target, layer, method or parameter.
    UserError
        No image can be analysed, the model cannot be used or the file cannot be written.
    """
    from cxrviewer.batch.inputs import find_images
    from cxrviewer.cli.guard import USER_ERROR, remark
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.export.save import check_destination, find_writer

    tolerate_any_text()
    suffixes = find_writer(arguments.output, _WRITER).SPEC.suffixes
    check_destination(arguments.output, suffixes)
    images = [found.path for found in find_images(arguments.images, arguments.output)]
    for image in images:
        check_destination(arguments.output, suffixes, image)
    check_target(arguments)
    left_out = _write(arguments, images)
    for one in left_out:
        remark(_PROGRAM, f"{one.path}: {one.reason} It is left out.")
    pages = f"{len(images)} page{'s' if len(images) > 1 else ''}"
    told = f", {len(left_out)} of them with the reason why an image is left out" if left_out else ""
    print(f"Wrote {arguments.output} ({pages}{told})")
    return USER_ERROR if left_out else 0


def _write(arguments: argparse.Namespace, images: Sequence[Path]) -> tuple[LeftOut, ...]:
    from cxrviewer.batch.report import write_report
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.progress import ProgressLine
    from cxrviewer.session.analysis import load_choice
    from cxrviewer.session.asking import settled_question

    state = chosen(arguments)
    options = replace(export_options(arguments, _WRITER), paper=arguments.paper)
    with ProgressLine() as line:
        answer = run_here(line.report)
        loaded = load_choice(answer, state.model)
        question = settled_question(
            state.question, loaded, arguments.target, arguments.layer, exact=arguments.method is not None
        )

        def tell(done: int) -> None:
            line.begin(f"Image {min(done + 1, len(images))} of {len(images)}")

        asked = replace(state, question=question)
        return write_report(answer, images, loaded, asked, arguments.output, options, tell)
