"""``cxrviewer study``: whether the heatmaps of two classes differ, and where they lie."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.help_text import add_command
from cxrviewer.cli.option_values import folder

if TYPE_CHECKING:
    from cxrviewer.learning.study import Study


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "study",
        "Explains the same number of images of each class and compares their mean heatmap values "
        "(Welch's t-test, Mann-Whitney, Cohen's d). Writes study.html, study.json and study.csv. The data "
        "are as for 'cxrviewer evaluate'.",
        (
            "default --data labelled -o study",
            "default --data labelled -o study --per-class 100 --target Pneumonia",
        ),
    )
    parser.add_argument("model", metavar="MODEL", help="built-in model or weights file")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="labelled images")
    parser.add_argument(
        "-o", "--output", type=folder, required=True, metavar="DIR", help="folder to write to"
    )
    parser.add_argument("--per-class", type=_several, default=30, metavar="N", help="images (default: 30)")
    parser.add_argument("--method", default="grad-cam", metavar="ID", help="default: grad-cam")
    parser.add_argument("--layer", default="auto", metavar="NAME", help="default: the card's")
    parser.add_argument("--target", default="top", metavar="TARGET", help="default: the most probable one")
    parser.add_argument(
        "--no-lungs", action="store_true", help="leave out where the evidence lies in relation to the lungs"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the draw (default: 0)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Study; the comparisons on standard output.

    Raises
    ------
    ModelError, ExplainError, UserError
        The model, the question, the data or the output folder cannot be used.
    """
    from cxrviewer.cli.evaluate import report
    from cxrviewer.cli.listing import print_json
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.explain.lungs import lung_mask
    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.explain.question import Question, settle
    from cxrviewer.learning.study import StudySettings, study, summary
    from cxrviewer.models.catalog import resolve_model
    from cxrviewer.session.tasks import resolve_layers, resolve_method, resolve_target

    tolerate_any_text()
    load = resolve_model(arguments.model)
    method = resolve_method(arguments.method)

    def ask(info: ModelInfo) -> Question:
        target = resolve_target(info.card, arguments.target)
        return settle(Question(target, method, (), resolve_layers(info, arguments.layer)), info, None)

    settings = StudySettings(arguments.per_class, arguments.seed)
    lungs = None if arguments.no_lungs else lung_mask
    found = study(load, arguments.data, arguments.output, ask, settings, report, lungs)
    if arguments.json:
        print_json(summary(found))
        return 0
    for group in found.groups:
        print(f"{group.name}: {group.mean:.3f} ± {group.deviation:.3f} ({group.n} images)")
    for each in found.comparisons:
        print(
            f"{each.first.name} against {each.second.name}: t = {each.t:.2f}, p = {each.p:.2g}, "
            f"d = {each.d:.2f} ({each.d_low:.2f} to {each.d_high:.2f})"
        )
    _print_lungs(found)
    print(f"Wrote {arguments.output / 'study.html'}")
    return 0


def _print_lungs(found: Study) -> None:
    """Say where the evidence lies in relation to the lungs."""
    from cxrviewer.cli.guard import remark
    from cxrviewer.export.words import percent
    from cxrviewer.learning.evidence import Place

    if not found.seeks_lungs:
        return
    for group in found.groups:
        shares = found.mean_shares(group.name).get(Place.LUNGS)
        if shares is not None:
            share, even = map(percent, shares)
            print(f"{group.name}: {share} of the positive evidence inside the lungs (uniform: {even})")
    if found.without_lungs:
        missed, count = len(found.without_lungs), len(found.images)
        remark("cxrviewer study", f"no lungs were found on {missed} of {count} images")


def _several(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 2")
    return int(text)
