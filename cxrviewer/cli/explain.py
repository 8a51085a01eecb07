"""``cxrviewer explain``: one image, one model, one heatmap, without a window."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import add_options, check_target, chosen, export_options
from cxrviewer.cli.help_text import add_command
from cxrviewer.errors import UsageError

if TYPE_CHECKING:
    from cxrviewer.imaging.lungs import LungField
    from cxrviewer.imaging.radiograph import Radiograph
    from cxrviewer.session.marks import FileMarks
    from cxrviewer.session.shown import Shown
    from cxrviewer.session.state import ViewState

_PROGRAM = "cxrviewer explain"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "explain",
        "Runs a classifier on a radiograph and shows which regions influenced its output. "
        "Without -o, --raw and --json the output of every class is printed.",
        (
            "chest.dcm",
            "chest.dcm -o overlay.png --target Pneumonia --method layer-cam",
            "chest.dcm --json --raw map.npz",
            "chest.dcm --dicom objects",
        ),
    )
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says.

    Everything that can be wrong with the options and the image is found before TensorFlow is imported.

    Raises
    ------
    UsageError
        No such target, layer, method or parameter.
    UserError
        The image, the model or a file to be written is the matter.
    """
    from cxrviewer.cli.explain_answer import print_answer, print_classes
    from cxrviewer.cli.guard import remark
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.imaging.open import read_radiograph

    state = replace(chosen(arguments), path=arguments.image)
    _check_destinations(arguments)
    radiograph = read_radiograph(arguments.image, arguments.frame - 1)
    marks = _marks(arguments.marks, radiograph)
    check_target(arguments)
    shown, lungs = _analyse(radiograph, state, arguments)
    for note in (*_notes(shown, arguments), *_lung_notes(lungs)):
        remark(_PROGRAM, note)
    written = _write(shown, marks, lungs, arguments)
    tolerate_any_text()
    if arguments.json:
        print_answer(shown, arguments.image, lungs)
        return 0
    for path in written:
        print(f"Wrote {path}")
    if not written:
        print_classes(shown, lungs)
    return 0


def _check_destinations(arguments: argparse.Namespace) -> None:
    from cxrviewer.export.save import check_destination, find_writer
    from cxrviewer.export.writer_spec import Group

    if arguments.output is not None:
        suffixes = find_writer(arguments.output, arguments.format).SPEC.suffixes
        check_destination(arguments.output, suffixes, arguments.image)
    if arguments.raw is not None:
        suffixes = find_writer(arguments.raw, group=Group.MAP).SPEC.suffixes
        check_destination(arguments.raw, suffixes, arguments.image)
    if arguments.dicom is not None:
        from cxrviewer.export.dicom.folder import check_objects

        check_objects(arguments.dicom, arguments.image)
    elif arguments.objects:
        raise UsageError("--objects needs a folder.", "Name it by --dicom DIR.")


def _analyse(
    radiograph: Radiograph, state: ViewState, arguments: argparse.Namespace
) -> tuple[Shown, LungField | None]:
    """Return the heatmap, and the lungs where they are wanted."""
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.progress import ProgressLine
    from cxrviewer.explain.catalog import method_spec
    from cxrviewer.explain.lungs import find_lungs
    from cxrviewer.session.analysis import analyse, load_choice
    from cxrviewer.session.asking import settled_question
    from cxrviewer.session.keys import ExplainKey
    from cxrviewer.session.still import still

    with ProgressLine() as line:
        run = run_here(line.report)
        loaded = load_choice(run, state.model)
        question = settled_question(
            state.question, loaded, arguments.target, arguments.layer, exact=arguments.method is not None
        )
        line.title = method_spec(question.method).name
        key = ExplainKey(radiograph.key, loaded.info.card, question)
        analysis = analyse(run, radiograph, loaded, key)
        lungs = None if arguments.no_lungs else find_lungs(run, radiograph)
    return still(state, radiograph, loaded, analysis), lungs


def _lung_notes(lungs: LungField | None) -> list[str]:
    from cxrviewer.export.lungs import NO_LUNGS
    from cxrviewer.session.lungs import doubted

    return [f"{NO_LUNGS}."] if doubted(lungs) else []


def _notes(shown: Shown, arguments: argparse.Namespace) -> list[str]:
    """Return what a reader of the numbers must know."""
    from cxrviewer.explain.catalog import method_spec
    from cxrviewer.explain.display import STATE_TEXT
    from cxrviewer.explain.question import Question

    analysis, loaded, display = shown.analysis, shown.at_hand.loaded, shown.display
    assert analysis is not None
    assert loaded is not None
    assert display is not None
    info, attribution = loaded.info, analysis.result.attribution
    notes = [*info.notes, STATE_TEXT[display.state], *attribution.notes]
    name = method_spec(attribution.method).name
    if arguments.method is None and attribution.method != Question().method:
        usual = method_spec(Question().method).name
        notes.append(f"{usual} cannot explain this model: {name} is used.")
    if not info.card.complete:
        notes.append("The model has no card: labels, activation and scaling of the input are guesses.")
    if not attribution.explains_logit:
        notes.append("The logit could not be reached: the heatmap explains the probability.")
    if arguments.scale is not None and not display.locked:
        notes.append("The values of this map are in no unit of the logit: its scale cannot be locked.")
    return [note for note in notes if note]


def _write(
    shown: Shown, marks: FileMarks | None, lungs: LungField | None, arguments: argparse.Namespace
) -> list[Path]:
    """Write what is asked for, and return the files."""
    from cxrviewer.export.export import export
    from cxrviewer.export.save import find_writer
    from cxrviewer.export.writer_spec import Group
    from cxrviewer.imaging.viewport import fitted, full_resolution
    from cxrviewer.session.lungs import doubted
    from cxrviewer.session.scene import make_scene

    analysis, radiograph = shown.analysis, shown.radiograph
    assert analysis is not None
    assert radiograph is not None
    shape, aspect = radiograph.shape, radiograph.aspect
    size = arguments.size
    viewport = full_resolution(shape, aspect) if size is None else fitted(shape, size, aspect)
    # Where there are lungs the command has nothing to say of them in the file.
    scene = make_scene(shown, viewport, marks, doubted(lungs))
    assert scene is not None
    options = export_options(arguments, arguments.format)
    written: list[Path] = []
    if arguments.output is not None:
        written += export((scene,), arguments.output, options)
    if arguments.raw is not None:
        raw = find_writer(arguments.raw, group=Group.MAP).SPEC.id
        written += export((scene,), arguments.raw, replace(options, writer=raw))
    if arguments.dicom is not None:
        from cxrviewer.export.dicom.folder import export_folder

        written += export_folder(scene, arguments.dicom, options, arguments.objects)
    return written


def _marks(path: Path | None, radiograph: Radiograph) -> FileMarks | None:
    from cxrviewer.session.marks_file import MarkedImage, read_marks

    return read_marks(path, MarkedImage(radiograph.digest, radiograph.shape)) if path is not None else None
