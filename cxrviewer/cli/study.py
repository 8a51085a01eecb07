"""``cxrviewer study``: whether the heatmaps of two classes differ, and where they lie."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "study",
        description="Explains the same number of images of each class and compares their mean heatmap values "
        "(Welch's t-test, Mann-Whitney, Cohen's d). Writes study.html, study.json and study.csv. The data "
        "are as for 'cxrviewer evaluate'.",
    )
    parser.add_argument("model", metavar="MODEL", help="built-in model or weights file")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="labelled images")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--per-class", type=_several, default=30, metavar="N", help="images (default: 30)")
    parser.add_argument("--method", default="grad-cam", metavar="ID", help="default: grad-cam")
    parser.add_argument("--layer", default="auto", metavar="LAYER", help="default: the card's")
    parser.add_argument("--target", default="top", metavar="CLASS", help="default: the most probable one")
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
    found = study(load, arguments.data, arguments.output, ask, settings, report)
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
    print(f"Wrote {arguments.output / 'study.html'}")
    return 0


def _several(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 2")
    return int(text)
