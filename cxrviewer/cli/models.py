"""``cxrviewer models``: the built-in models, and what is found in a model of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxrviewer.cli.help_text import add_command


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "models",
        "Lists the built-in models. Weights files of your own are named by their path; "
        "'cxrviewer models check PATH' tells what is found in one.",
        (
            "",
            "check my-model.keras -o my-model.toml",
        ),
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.usage = (
        "cxrviewer models [-h] [--json]\n       cxrviewer models check PATH [--json] [-o CARD.toml] [--force]"
    )
    check = parser.add_subparsers(title="of your own", metavar="check PATH").add_parser(
        "check",
        prog="cxrviewer models check",
        help="tell what is found in a model, and print a draft of its card",
        description="Loads a model and tells what was found: layers, output, input, the scaling that it "
        "seems to do itself, the methods that can explain it. Then prints a draft of its card.",
    )
    check.add_argument(
        "path", metavar="PATH", help="weights file, folder of a SavedModel, or the id of a built-in model"
    )
    # A default here would undo the same option given before "check".
    check.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print a JSON object")
    check.add_argument("-o", "--output", type=Path, metavar="CARD.toml", help="write the draft to this file")
    check.add_argument("--force", action="store_true", help="replace an existing file")


def run(arguments: argparse.Namespace) -> int:
    """Print the built-in models, or what is found in one.

    Raises
    ------
    ModelError
        A model or its card is not usable.
    ExportError
        The draft of a card cannot be written.
    """
    from cxrviewer.cli.streams import tolerate_any_text

    tolerate_any_text()
    if hasattr(arguments, "path"):
        from cxrviewer.cli.models_check import check

        check(arguments.path, arguments.output, as_json=arguments.json, force=arguments.force)
    else:
        _list(as_json=arguments.json)
    return 0


def _list(*, as_json: bool) -> None:
    from dataclasses import asdict

    from cxrviewer.cli.listing import print_fields, print_json
    from cxrviewer.models.catalog import builtin_cards, resolve_model

    cards = builtin_cards()
    if as_json:
        print_json([{**asdict(card), "path": resolve_model(card.id).path} for card in cards])
        return
    for card in cards:
        print(f"{card.id}: {card.name} {card.version}".rstrip())
        size = f"{card.input.height} × {card.input.width}"
        rows = [("labels", ", ".join(card.labels)), ("input", f"{size}, {card.input.channels} channel(s)")]
        rows += [("trained on", card.training_data), ("intended use", card.intended_use)]
        rows += [("limits", card.limits), ("licence", card.licence)]
        print_fields([(name, text) for name, text in rows if text])
