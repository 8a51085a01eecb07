"""``cxrviewer methods``: the explanation methods."""

from __future__ import annotations

import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser("methods", description="Lists the explanation methods.")
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Print the methods in the order of the menu."""
    from dataclasses import asdict

    from cxrviewer.cli.listing import print_json, print_table
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.explain.catalog import methods

    tolerate_any_text()
    specs = methods()
    if arguments.json:
        print_json([asdict(spec) for spec in specs])
    else:
        print_table([(spec.id, spec.name, spec.summary) for spec in specs])
    return 0
