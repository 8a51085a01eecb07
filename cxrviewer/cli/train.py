"""``cxrviewer train``: train a model by a recipe."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from cxrviewer.cli.help_text import add_command
from cxrviewer.cli.option_values import folder


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "train",
        "Trains a model by a recipe and writes it with its card. The output folder holds the "
        "best model so far after each epoch, the settings, a table with a line an epoch (log.csv), and the "
        "same for TensorBoard. The data are a folder with a folder for each class, or a CSV table with the "
        "columns file and label, and patient and split where they are known.",
        (
            "--list",
            "mobilenetv2-covid --data labelled -o run --epochs 5 --heatmaps 8",
        ),
    )
    parser.add_argument("recipe", metavar="RECIPE", help="name of the recipe, paediatric-pneumonia for one")
    parser.add_argument("--list", action=_ListRecipes, nargs=0, help="list the recipes and end")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder or CSV table of the training images"
    )
    parser.add_argument(
        "-o", "--output", type=folder, required=True, metavar="DIR", help="folder to write the model to"
    )
    parser.add_argument("--epochs", type=_positive, metavar="N", help="default: the recipe's")
    parser.add_argument("--seed", type=_seed, metavar="N", help="default: the recipe's")
    parser.add_argument(
        "--weights",
        default="",
        metavar="WEIGHTS",
        help="to begin with: imagenet, random, or a Keras file of the network or of its backbone",
    )
    parser.add_argument("--resume", action="store_true", help="go on with a run that was ended")
    parser.add_argument(
        "--heatmaps",
        type=_positive,
        metavar="N",
        help="save the heatmaps of so many validation images after each epoch",
    )
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
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.learning.train import TrainOrder, train

    tolerate_any_text()
    heatmaps = [] if arguments.heatmaps is None else [f"heatmaps={arguments.heatmaps}"]
    order = TrainOrder(
        arguments.recipe,
        arguments.data,
        arguments.output,
        arguments.epochs,
        arguments.seed,
        arguments.weights,
        arguments.resume,
        (*heatmaps, *arguments.set),
    )
    _say(f"the model is in {train(order, _say)}")
    return 0


class _ListRecipes(argparse.Action):
    """Prints the recipes, whatever else is on the command line."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        del namespace, values, option_string
        from cxrviewer.cli.listing import print_table
        from cxrviewer.learning.train import recipes

        rows = [("recipe", "what it trains")]
        for name, recipe in recipes().items():
            rows.append((name, getattr(recipe.SPEC, "summary", "") or recipe.SPEC.name))
        print_table(rows)
        parser.exit()


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
