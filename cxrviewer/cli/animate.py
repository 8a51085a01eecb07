"""``cxrviewer animate``: a film of one image for slides."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import (
    add_export_options,
    add_image,
    add_looks,
    add_question,
    check_target,
    chosen,
    export_options,
)
from cxrviewer.cli.help_text import add_command

if TYPE_CHECKING:
    from cxrviewer.export.overlay import Scene
    from cxrviewer.session.film import Over

SHOWS = ("color_bar", "scale_bar", "disclaimer", "identity")
_OVER = ("layers", "classes", "alpha")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "animate",
        "Writes a film of one image, as GIF or MP4 for slides: the heatmap from layer to layer "
        "or from class to class, on one scale where none is too faint for it, or fading in and out.",
        (
            "chest.dcm -o layers.gif --over layers",
            'chest.dcm -o fading.mp4 --over alpha --target "Viral pneumonia"',
        ),
    )
    add_image(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.gif|OUT.mp4", help="the film"
    )
    parser.add_argument("--over", choices=_OVER, required=True, help="what changes from picture to picture")
    parser.add_argument(
        "--fps", type=_rate, metavar="N", help="pictures a second, 0.2 to 25; 1, or 10 over alpha"
    )
    add_export_options(parser.add_argument_group("what goes into the film"), SHOWS)
    add_question(parser.add_argument_group("what is explained"))
    add_looks(parser.add_argument_group("how the heatmap is drawn"))


def run(arguments: argparse.Namespace) -> int:
    """Write the film.

    Raises
    ------
    UsageError
        There is nothing to go through, or no such target, layer, method or parameter.
    UserError
        The image, the model or the file to be written is the matter.
    """
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.export.export import export
    from cxrviewer.export.save import check_destination, find_writer
    from cxrviewer.export.writer_spec import Group
    from cxrviewer.session.film import Over, frame_seconds

    tolerate_any_text()
    over = Over(arguments.over)
    suffixes = find_writer(arguments.output, group=Group.FILM).SPEC.suffixes
    check_destination(arguments.output, suffixes, arguments.image)
    check_target(arguments)
    scenes = _scenes(arguments, over)
    seconds = 1 / arguments.fps if arguments.fps else frame_seconds(over)
    export(scenes, arguments.output, replace(export_options(arguments), frame_seconds=seconds))
    print(f"Wrote {arguments.output} ({len(scenes)} pictures)")
    return 0


def _scenes(arguments: argparse.Namespace, over: Over) -> tuple[Scene, ...]:
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.progress import ProgressLine
    from cxrviewer.imaging.open import read_radiograph
    from cxrviewer.session.analysis import load_choice
    from cxrviewer.session.asking import settled_question
    from cxrviewer.session.film import film_scenes

    state = chosen(arguments)
    radiograph = read_radiograph(arguments.image, arguments.frame - 1)
    with ProgressLine() as line:
        answer = run_here(line.report)
        loaded = load_choice(answer, state.model)
        question = settled_question(
            state.question, loaded, arguments.target, arguments.layer, exact=arguments.method is not None
        )

        def tell(done: int, total: int) -> None:
            line.title = f"Map {min(done + 1, total)} of {total}"

        return film_scenes(answer, radiograph, loaded, replace(state, question=question), over, tell)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.2 <= value <= 25:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0.2 to 25")
    return value
