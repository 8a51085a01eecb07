"""``cxrviewer models``: the built-in models."""

from __future__ import annotations

import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "models",
        description="Lists the built-in models. Weights files of your own are named by their path.",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Print the built-in models.

    Raises
    ------
    CardError
        A model card is not usable.
    """
    import shutil
    import textwrap
    from dataclasses import asdict

    from cxrviewer.cli.listing import print_json
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.models.catalog import builtin_cards, resolve_model

    tolerate_any_text()
    cards = builtin_cards()
    if arguments.json:
        print_json([{**asdict(card), "path": resolve_model(card.id).path} for card in cards])
        return 0
    width = min(shutil.get_terminal_size().columns, 110)
    for card in cards:
        print(f"{card.id}: {card.name} {card.version}".rstrip())
        size = f"{card.input.height} × {card.input.width}"
        rows = [("labels", ", ".join(card.labels)), ("input", f"{size}, {card.input.channels} channel(s)")]
        rows += [("trained on", card.training_data), ("intended use", card.intended_use)]
        rows += [("limits", card.limits), ("licence", card.licence)]
        for name, text in rows:
            if text:
                print(textwrap.fill(text, width, initial_indent=f"  {name:<14}", subsequent_indent=" " * 16))
    return 0
