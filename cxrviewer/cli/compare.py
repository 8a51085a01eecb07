"""``cxrviewer compare``: heatmaps of one image side by side, how far they agree, and how they differ."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import add_image
from cxrviewer.cli.help_text import add_command

if TYPE_CHECKING:
    from cxrviewer.export.overlay import Scene
    from cxrviewer.imaging.radiograph import Radiograph
    from cxrviewer.session.comparison_sheet import Axes
    from cxrviewer.session.state import ViewState

_PROGRAM = "cxrviewer compare"
WRITER = "comparison"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "compare",
        "Draws several heatmaps of one radiograph as a labelled grid, on one scale where their "
        "units allow it, with the numbers that tell how far they agree (rank correlation, overlap of the "
        "strongest tenth of the area, distance of the peaks) and their differences to the first. Without "
        "--methods, --layers, --targets and --models, the methods most unlike one another are taken.",
        (
            "chest.dcm -o sheet.png",
            "chest.dcm -o sheet.png --methods grad-cam,layer-cam,occlusion",
            "chest.dcm -o sheet.png --targets normal,pneumonia --methods grad-cam",
        ),
    )
    add_image(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.png", help="the sheet, as a picture")
    parser.add_argument("--json", action="store_true", help="print the numbers as one JSON object")
    parser.add_argument(
        "--no-sidecar", action="store_true", help="leave out OUT.png.json, which says how the sheet was made"
    )
    group = parser.add_argument_group("what is compared: one name is the same in all maps, several differ")
    group.add_argument("--methods", type=_names, metavar="ID,ID...", help="see 'cxrviewer methods'")
    group.add_argument("--layers", type=_names, metavar="NAME,NAME...", help="see 'cxrviewer layers'")
    group.add_argument(
        "--targets", type=_names, metavar="TARGET,TARGET...", help="as --target of 'cxrviewer explain'"
    )
    group.add_argument("--models", type=_names, metavar="default|ID|PATH,...", help="built-in models, files")
    looks = parser.add_argument_group("how the heatmaps are drawn")
    looks.add_argument("--signed", action="store_true", help="show what spoke against the target, too")
    looks.add_argument(
        "--own-scale", action="store_true", help="scale each map to its own maximum, not all alike"
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare; the names of the maps and their numbers on standard output.

    Raises
    ------
    UsageError
        Nothing is to be compared, or there is no such method, layer, target or model.
    UserError
        The image, a model or the file to be written is the matter.
    """
    from cxrviewer.cli.compare_answer import print_numbers, print_sheet
    from cxrviewer.cli.guard import remark
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.export.comparison_sheet import cautions, compare_scenes
    from cxrviewer.export.export import export
    from cxrviewer.export.options import ExportOptions
    from cxrviewer.export.save import check_destination, find_writer
    from cxrviewer.imaging.compose import OverlayStyle
    from cxrviewer.imaging.open import read_radiograph
    from cxrviewer.session.comparison_sheet import check_axes
    from cxrviewer.session.state import ViewState

    axes = _axes(arguments)
    if arguments.methods or any(len(names) > 1 for names in axes.values()):
        check_axes(axes)
    if arguments.output is not None:
        check_destination(
            arguments.output, find_writer(arguments.output, WRITER).SPEC.suffixes, arguments.image
        )
    radiograph = read_radiograph(arguments.image, arguments.frame - 1)
    _check_targets(axes)
    look = ViewState(path=arguments.image, style=OverlayStyle(signed=arguments.signed))
    scenes, columns = _compared(radiograph, look, axes, lock=not arguments.own_scale)
    sheet = compare_scenes(scenes, columns)
    tolerate_any_text()
    for caution in cautions(sheet):
        remark(_PROGRAM, caution)
    if arguments.output is not None:
        options = ExportOptions(WRITER, columns=columns, sidecar=not arguments.no_sidecar)
        export(scenes, arguments.output, options)
    if arguments.json:
        print_sheet(sheet, arguments.image)
        return 0
    print_numbers(sheet)
    if arguments.output is not None:
        print(f"Wrote {arguments.output}")
    return 0


def _check_targets(axes: Axes) -> None:
    """Find models and classes that there are not, as far as the cards tell, before TensorFlow is imported."""
    from cxrviewer.models.catalog import resolve_model
    from cxrviewer.session.comparison_sheet import Axis
    from cxrviewer.session.tasks import resolve_target

    for model in axes[Axis.MODELS]:
        card = resolve_model(model).card
        if card is not None:
            for target in axes[Axis.TARGETS]:
                resolve_target(card, target)


def _compared(
    radiograph: Radiograph, look: ViewState, axes: Axes, *, lock: bool
) -> tuple[tuple[Scene, ...], int]:
    """Return the scenes of the sheet, and how many stand in a row."""
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.progress import ProgressLine
    from cxrviewer.explain.catalog import method_spec
    from cxrviewer.session.analysis import analyse, load_choice
    from cxrviewer.session.compare import telling_methods
    from cxrviewer.session.comparison_sheet import Axis, plan_sheet, sheet_scenes

    with ProgressLine() as line:
        run = run_here(line.report)
        loaded = {name: load_choice(run, name) for name in axes[Axis.MODELS]}
        if all(len(names) < 2 for names in axes.values()):
            first = next(iter(loaded.values()))
            axes = {**axes, Axis.METHODS: tuple(telling_methods(look.question, first.info))}
        plan = plan_sheet(radiograph, look.question, axes, loaded)
        analyses = []
        for entry in plan.entries:
            line.title = method_spec(entry.key.question.method).name
            analyses.append(analyse(run, radiograph, loaded[entry.model], entry.key))
    return sheet_scenes(radiograph, plan, loaded, analyses, look, lock=lock), plan.columns


def _axes(arguments: argparse.Namespace) -> Axes:
    from cxrviewer.session.comparison_sheet import Axis

    named = {axis: getattr(arguments, axis.value) or () for axis in Axis}
    return {**named, Axis.MODELS: named[Axis.MODELS] or ("default",)}


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of names separated by commas")
    return names
