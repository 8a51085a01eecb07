"""``cxrviewer report``: a PDF with one page a case."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import add_export_options, add_looks, add_question, chosen, export_options

if TYPE_CHECKING:
    from cxrviewer.export.overlay import Scene

_PROGRAM = "cxrviewer report"
_WRITER = "pdf"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "report",
        description="Writes a PDF report with one page for each image: image, heatmap, outputs with their "
        "thresholds, how the heatmap was made, what is to be kept in mind, and where all comes from. "
        "An image that cannot be analysed is left out and told of.",
        epilog="For research and teaching: not for diagnosis.",
    )
    parser.add_argument(
        "images", type=Path, nargs="+", metavar="IMAGE", help="DICOM, PNG, JPEG or TIFF files"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.pdf", help="the report")
    parser.add_argument("--paper", choices=["a4", "letter"], default="a4", help="size of the pages")
    add_export_options(parser.add_argument_group("what goes into the report"))
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
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.export.export import export
    from cxrviewer.export.save import check_destination, find_writer

    tolerate_any_text()
    suffixes = find_writer(arguments.output, _WRITER).SPEC.suffixes
    for image in arguments.images:
        check_destination(arguments.output, suffixes, image)
    scenes = _scenes(arguments)
    export(scenes, arguments.output, replace(export_options(arguments, _WRITER), paper=arguments.paper))
    left_out = len(arguments.images) - len(scenes)
    pages = f"{len(scenes)} page{'s' if len(scenes) > 1 else ''}"
    print(f"Wrote {arguments.output} ({pages}{f', {left_out} images left out' if left_out else ''})")
    return 0


def _scenes(arguments: argparse.Namespace) -> list[Scene]:
    """Return the scenes of all images that can be analysed."""
    from cxrviewer.cli.guard import remark
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.progress import ProgressLine
    from cxrviewer.errors import UserError
    from cxrviewer.imaging.open import read_radiograph
    from cxrviewer.session.analysis import analyse, load_choice
    from cxrviewer.session.asking import settled_question
    from cxrviewer.session.keys import ExplainKey
    from cxrviewer.session.still import still_scene

    state = chosen(arguments)
    scenes: list[Scene] = []
    failures: list[UserError] = []
    with ProgressLine() as line:
        answer = run_here(line.report)
        loaded = load_choice(answer, state.model)
        question = settled_question(
            state.question, loaded, arguments.target, arguments.layer, exact=arguments.method is not None
        )
        for number, path in enumerate(arguments.images, start=1):
            line.title = f"Image {number} of {len(arguments.images)}"
            try:
                radiograph = read_radiograph(path)
                key = ExplainKey(radiograph.key, loaded.info.card, question)
                analysis = analyse(answer, radiograph, loaded, key)
            except UserError as error:
                failures.append(error)
                continue
            scenes.append(still_scene(state, radiograph, loaded, analysis))
    if not scenes:
        raise failures[0]
    for failure in failures:
        remark(_PROGRAM, f"{failure} It is left out.")
    return scenes
