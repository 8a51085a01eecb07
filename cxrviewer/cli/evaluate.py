"""``cxrviewer evaluate``: how well a model does on labelled radiographs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cxrviewer.cli.help_text import add_command
from cxrviewer.cli.option_values import folder


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "evaluate",
        "Runs a model on labelled radiographs and writes evaluation.html, evaluation.json and "
        "predictions.csv. The data are a folder with a folder for each class, called like a label or a label "
        "group of the model (see 'cxrviewer models'), or a CSV table with the columns file and label.",
        (
            "default --data labelled -o evaluation",
            "my-model.keras --data table.csv -o evaluation --json",
        ),
    )
    parser.add_argument("model", metavar="MODEL", help="built-in model or weights file")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="labelled images")
    parser.add_argument(
        "-o", "--output", type=folder, required=True, metavar="DIR", help="folder to write to"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the bootstrap (default: 0)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate; the summary on standard output.

    Raises
    ------
    ModelError, UserError
        The model, the data or the output folder cannot be used.
    """
    from cxrviewer.cli.listing import print_json, print_table
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.learning.evaluate import evaluate, summary
    from cxrviewer.models.catalog import resolve_model

    tolerate_any_text()
    load = resolve_model(arguments.model)
    found = evaluate(load, arguments.data, arguments.output, report, arguments.seed)
    if arguments.json:
        print_json(summary(found))
        return 0
    measures = found.measures
    rows: list[tuple[str, ...]] = [("class", "images", "precision", "recall", "F1", "AUC")]
    for each in measures.classes:
        auc = "–" if each.auc is None else f"{each.auc:.3f}"
        numbers = (f"{value:.3f}" for value in (each.precision, each.recall, each.f1))
        rows.append((each.name, str(each.support), *numbers, auc))
    print_table(rows)
    auc = "" if measures.auc is None else f", AUC {measures.auc.value:.3f}"
    print(f"{measures.n} images: accuracy {measures.accuracy.value:.3f}{auc}, ECE {measures.ece:.3f}")
    print(f"Wrote {arguments.output / 'evaluation.html'}")
    return 0


def report(done: int, count: int) -> None:
    """Tell on a terminal how many images are done."""
    if sys.stderr is not None and sys.stderr.isatty():
        end = "\n" if done == count else ""
        print(f"\r{done} of {count} images", end=end, file=sys.stderr, flush=True)
