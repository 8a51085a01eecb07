"""``cxrviewer explain``: one image, one model, one heatmap, without a window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.imaging.colormap import COLORMAPS, DEFAULT_COLORMAP
from cxrviewer.imaging.compose import OverlayStyle

if TYPE_CHECKING:
    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.imaging.radiograph import Radiograph
    from cxrviewer.session.analysis import Analysis

_PROGRAM = "cxrviewer explain"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "explain",
        description="Runs a classifier on a radiograph and shows which regions influenced its output. "
        "Without -o, --raw and --json the output of every class is printed.",
        epilog="For research and teaching: not for diagnosis.",
    )
    parser.add_argument("image", type=Path, metavar="IMAGE", help="DICOM, PNG, JPEG or TIFF file")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.png", help="write the annotated overlay")
    parser.add_argument(
        "--model", default="default", metavar="default|ID|PATH", help="built-in model or weights file"
    )
    parser.add_argument(
        "--target", default="top", metavar="top|LABEL|INDEX", help="class to explain (default: most probable)"
    )
    parser.add_argument(
        "--layer", default="auto", metavar="auto|NAME", help="target layer, see 'cxrviewer layers'"
    )
    parser.add_argument("--method", default="grad-cam", metavar="ID", help="see 'cxrviewer methods'")
    parser.add_argument(
        "--colormap", default=DEFAULT_COLORMAP, type=str.lower, choices=[spec.id for spec in COLORMAPS]
    )
    parser.add_argument(
        "--alpha", default=OverlayStyle().alpha, type=_share, help="greatest opacity of the heatmap, 0 to 1"
    )
    parser.add_argument(
        "--raw", type=Path, metavar="OUT.npz", help="write the signed map, its place on the image, the logits"
    )
    parser.add_argument("--json", action="store_true", help="print the output as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says.

    Everything that can be wrong with the options and the image is found before TensorFlow is imported.

    Raises
    ------
    UsageError
        No such target, layer or method.
    UserError
        The image, the model or a file to be written is the matter.
    """
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.imaging.open import read_radiograph
    from cxrviewer.models.catalog import resolve_model
    from cxrviewer.session.tasks import resolve_method, resolve_target

    method = resolve_method(arguments.method)
    _check_destinations(arguments)
    radiograph = read_radiograph(arguments.image)
    card = resolve_model(arguments.model).card
    if card is not None:
        resolve_target(card, arguments.target)
    info, analysis = _analyse(radiograph, arguments, method)
    _remark(info, analysis)
    _write(radiograph, info, analysis, arguments)
    tolerate_any_text()
    if arguments.json:
        _print_json(info, analysis, arguments.image)
        return 0
    written = [path for path in (arguments.output, arguments.raw) if path is not None]
    for path in written:
        print(f"Wrote {path}")
    if not written:
        _print_classes(radiograph, info, analysis)
    return 0


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _check_destinations(arguments: argparse.Namespace) -> None:
    from cxrviewer.export.raw import RAW_SUFFIXES
    from cxrviewer.export.save import check_destination, picture_suffixes

    if arguments.output is not None:
        check_destination(arguments.output, picture_suffixes(), arguments.image)
    if arguments.raw is not None:
        check_destination(arguments.raw, RAW_SUFFIXES, arguments.image)


def _analyse(
    radiograph: Radiograph, arguments: argparse.Namespace, method: str
) -> tuple[ModelInfo, Analysis]:
    from cxrviewer.cli.here import run_here
    from cxrviewer.explain.question import Question, settle
    from cxrviewer.session.analysis import analyse, load_choice
    from cxrviewer.session.keys import ExplainKey
    from cxrviewer.session.tasks import resolve_layer, resolve_target

    run = run_here()
    loaded = load_choice(run, arguments.model)
    target = resolve_target(loaded.info.card, arguments.target)
    layer = resolve_layer(loaded.info, arguments.layer)
    question = settle(Question(target, method, layers=(layer,)), loaded.info, None)
    key = ExplainKey(radiograph.digest, loaded.info.card, question)
    return loaded.info, analyse(run, radiograph, loaded, key)


def _remark(info: ModelInfo, analysis: Analysis) -> None:
    """Say on standard error what a reader of the numbers must know."""
    from cxrviewer.cli.guard import remark
    from cxrviewer.explain.display import STATE_TEXT, display_map

    attribution = analysis.result.attribution
    notes = [*info.notes, STATE_TEXT[display_map(attribution).state]]
    if not info.card.complete:
        notes.append("The model has no card: labels, activation and scaling of the input are guesses.")
    if not attribution.explains_logit:
        notes.append("The logit could not be reached: the heatmap explains the probability.")
    for note in filter(None, notes):
        remark(_PROGRAM, note)


def _write(
    radiograph: Radiograph, info: ModelInfo, analysis: Analysis, arguments: argparse.Namespace
) -> None:
    from cxrviewer.export.overlay import export_overlay
    from cxrviewer.export.raw import save_raw
    from cxrviewer.imaging.grayscale import default_voi, presentation_table
    from cxrviewer.imaging.viewport import full_resolution
    from cxrviewer.session.tasks import make_scene

    result = analysis.result
    if arguments.raw is not None:
        rows, columns = result.attribution.values.shape
        affine = analysis.geometry.grid_to_stored((rows, columns))
        save_raw(arguments.raw, result.attribution, affine, result.prediction.logits, radiograph.path)
    if arguments.output is not None:
        scene = make_scene(
            radiograph,
            info.card,
            result,
            analysis.geometry,
            viewport=full_resolution(radiograph.shape, radiograph.aspect),
            table=presentation_table(radiograph, default_voi(radiograph)),
            style=OverlayStyle(colormap=arguments.colormap, alpha=arguments.alpha),
            moment=analysis.moment,
        )
        export_overlay(scene, arguments.output)


def _print_json(info: ModelInfo, analysis: Analysis, image: Path) -> None:
    from cxrviewer.cli.listing import print_json
    from cxrviewer.explain.target import target_name

    card, prediction, attribution = info.card, analysis.result.prediction, analysis.result.attribution
    target = attribution.target
    print_json(
        {
            "file": str(image),
            "model": {"id": card.id, "sha256": card.sha256},
            "labels": list(card.labels),
            "logits": prediction.logits.tolist(),
            "probabilities": prediction.probabilities.tolist(),
            "target": {"index": target.label, "label": target_name(target, card)},
            "layer": attribution.layer,
            "method": attribution.method,
            "seconds": round(analysis.result.seconds, 4),
        }
    )


def _print_classes(radiograph: Radiograph, info: ModelInfo, analysis: Analysis) -> None:
    from cxrviewer.cli.listing import print_table
    from cxrviewer.export.annotated import DISCLAIMER
    from cxrviewer.export.overlay import method_name, percent
    from cxrviewer.models.reading import group_probability

    card, prediction, attribution = info.card, analysis.result.prediction, analysis.result.attribution
    print(f"{radiograph.path.name}: {card.name} {card.version}".rstrip())
    rows = [("", "class", "probability", "threshold", "logit")]
    for index, label in enumerate(card.labels):
        mark = ">" if index in attribution.target.positive else " "
        probability = percent(float(prediction.probabilities[index]))
        logit = f"{float(prediction.logits[index]):+.3f}"
        rows.append((mark, label, probability, percent(card.thresholds[index]), logit))
    for group in card.label_groups:
        probability = percent(group_probability(card, group, prediction))
        rows.append((" ", f"{group.name} (group)", probability, percent(group.threshold), ""))
    print_table(rows)
    method = method_name(attribution.method)
    print(f"Explained (>) by {method} at {attribution.layer}; -o OUT.png writes the heatmap.")
    for note in (*radiograph.notes, *radiograph.badges):
        print(f"Note: {note}")
    print(f"{DISCLAIMER}.")
