"""``cxrviewer train``: train a model by a recipe."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "train",
        description="Trains a model by a recipe and writes it with its card. The output folder holds the "
        "best model so far after each epoch, the settings, and a table with a line an epoch.",
    )
    parser.add_argument("recipe", metavar="RECIPE", help="name of the recipe, paediatric-pneumonia for one")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder with the training images"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder to write the model to"
    )
    parser.add_argument("--epochs", type=_positive, metavar="N", help="default: the recipe's")
    parser.add_argument("--seed", type=_seed, metavar="N", help="default: the recipe's")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="weights to begin with")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was ended")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another setting, batch=16 or augmentation.noise=0.1 for one; may be given again",
    )


def run(arguments: argparse.Namespace) -> int:
    """Train; a line an epoch on standard output.

    Raises
    ------
    UsageError
        There is no such recipe.
    UserError
        The data or the output folder cannot be used.
    """
    from dataclasses import replace

    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.errors import UsageError
    from cxrviewer.learning.settings import changed
    from cxrviewer.registry import drop_ins

    tolerate_any_text()
    recipes = drop_ins("cxrviewer.learning.recipes")
    if arguments.recipe not in recipes:
        raise UsageError(f"There is no recipe {arguments.recipe!r}.", f"Choose from: {', '.join(recipes)}.")
    recipe = recipes[arguments.recipe]
    given = {name: value for name in ("epochs", "seed") if (value := getattr(arguments, name)) is not None}
    settings = changed(replace(recipe.SPEC.defaults, **given), arguments.set)
    options = {"weights": arguments.weights, "resume": arguments.resume}
    recipe.train(settings, arguments.data, arguments.output, _say, **options)
    _say(f"the model is in {arguments.output}")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _positive(text: str) -> int:
    return _whole_number(text, 1)


def _seed(text: str) -> int:
    return _whole_number(text, 0)


def _whole_number(text: str, least: int) -> int:
    # numpy takes seeds below 2**32.
    if not text.isdecimal() or not least <= int(text) < 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least}")
    return int(text)
