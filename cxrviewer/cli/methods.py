"""``cxrviewer methods``: the explanation methods."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cxrviewer.cli.help_text import add_command

if TYPE_CHECKING:
    from cxrviewer.explain.method_spec import MethodSpec


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "methods",
        "Lists the explanation methods, or tells all about one of them.",
        (
            "",
            "score-cam",
        ),
    )
    parser.add_argument("method", nargs="?", metavar="ID", help="tell all about this one")
    parser.add_argument("--json", action="store_true", help="print a JSON list, or an object for one method")


def run(arguments: argparse.Namespace) -> int:
    """Print the methods in the order of the menu, or one of them.

    Raises
    ------
    UsageError
        There is no such method.
    """
    from cxrviewer.cli.listing import print_json
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.explain.catalog import method_spec, methods
    from cxrviewer.session.tasks import resolve_method

    tolerate_any_text()
    if arguments.method is not None:
        spec = method_spec(resolve_method(arguments.method))
        if arguments.json:
            print_json(_fields(spec))
        else:
            _print_one(spec)
    elif arguments.json:
        print_json([_fields(spec) for spec in methods()])
    else:
        _print_all(methods())
    return 0


def _fields(spec: MethodSpec) -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(spec), "black_box": spec.black_box}


def _print_all(specs: tuple[MethodSpec, ...]) -> None:
    """Print a table with a heading above the methods of each family."""
    from cxrviewer.cli.listing import table_lines
    from cxrviewer.explain.method_spec import Family

    families = list(Family)
    ordered = sorted(specs, key=lambda spec: families.index(spec.family))
    names = ("  id", "name", "signed", "by target", "black box", "cost")
    head, *lines = table_lines([names, *map(_row, ordered)])
    print(head)
    former = None
    for spec, line in zip(ordered, lines, strict=True):
        if spec.family is not former:
            print(f"\n{spec.family.value}")
        former = spec.family
        print(line)
    print("\n'cxrviewer methods ID' tells what a method shows, what it does not, and its parameters.")


def _row(spec: MethodSpec) -> tuple[str, ...]:
    answers = (spec.signed, spec.class_discriminative, spec.black_box)
    return (f"  {spec.id}", spec.name, *("yes" if answer else "no" for answer in answers), spec.cost)


def _print_one(spec: MethodSpec) -> None:
    from cxrviewer.cli.listing import print_fields
    from cxrviewer.session.tasks import allowed_values

    print(f"{spec.id}: {spec.name}")
    fields = [
        ("shows", spec.summary),
        ("caution", spec.caution),
        ("family", spec.family.value),
        ("explains", "a target layer" if spec.uses_layer else "the input"),
        ("signed", "yes: negative values spoke against the target" if spec.signed else "no"),
        ("by target", "yes" if spec.class_discriminative else "no: every target gives the same map"),
        ("black box", "yes: any model will do" if spec.black_box else "no"),
        ("unit", spec.units.value),
        ("cost", spec.cost),
        ("reference", spec.reference),
    ]
    for each in spec.parameters:
        what = f"{each.help} ({allowed_values(each)}; {each.default} unless set)"
        fields.append((f"--param {each.name}=…", what))
    print_fields(fields)
