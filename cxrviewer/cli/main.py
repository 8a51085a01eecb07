"""Dispatch: the window, or one command.

The window must show half a second after the process starts, so nothing is imported here that it does not
need; each command is a module of its own, imported when it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.guard import USAGE, complain, guarded

if TYPE_CHECKING:
    import argparse

COMMANDS = {
    "animate": "write a film of one image for slides",
    "batch": "analyse many files, with a table and a summary",
    "compare": "draw several heatmaps of one image, and tell how far they agree",
    "evaluate": "measure how well a model does on labelled images",
    "explain": "analyse one image and write its heatmap",
    "info": "tell what an image file is",
    "layers": "list the layers of a model that can be explained",
    "methods": "list the explanation methods",
    "models": "list the built-in models, or check one of your own",
    "render": "write an image as the window shows it at 1:1",
    "report": "write a PDF report, one page an image",
    "reproduce": "make an export again from the file beside it",
    "study": "compare the heatmaps of two classes, and where they lie",
    "train": "train a model by a recipe",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or open the window where the first argument names none.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process when left out.

    Returns
    -------
    int
        0 success; 1 something about the user's files; 2 usage; 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in COMMANDS:
        return guarded(f"cxrviewer {arguments[0]}", lambda: _run_command(arguments))
    if len(arguments) > 1 and not Path(arguments[0]).exists():
        meant = _meant(arguments[0])
        if meant:
            complain("cxrviewer", f"There is no command {arguments[0]!r}. Did you mean {meant!r}?")
            return USAGE
    return guarded("cxrviewer", lambda: _run_window(arguments))


def _meant(word: str) -> str:
    """Return the command that a word is a slip of, "" where it is none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, COMMANDS, cutoff=0.75)), "")


def _run_command(arguments: list[str]) -> int:
    import importlib

    from cxrviewer.cli.help_text import Parser

    parser = Parser(prog="cxrviewer")
    command = importlib.import_module(f"cxrviewer.cli.{arguments[0]}")
    command.add_parser(parser.add_subparsers(required=True))
    return int(command.run(parser.parse_args(arguments)))


def _run_window(arguments: list[str]) -> int:
    screenshot: Path | None = None
    new_window = False
    if any(argument.startswith("-") for argument in arguments):
        options = _window_parser().parse_args(arguments)
        paths, screenshot, new_window = options.paths, options.screenshot, options.new_window
    else:
        paths = [Path(argument) for argument in arguments]
    from cxrviewer import app

    return app.run(paths, screenshot=screenshot, new_window=new_window)


def _window_parser() -> argparse.ArgumentParser:
    import argparse

    from cxrviewer import __version__
    from cxrviewer.cli.help_text import Parser

    listing = "\n".join(f"  {name:<9} {summary}" for name, summary in COMMANDS.items())
    parser = Parser(
        prog="cxrviewer",
        usage="cxrviewer [--new-window] [PATH ...]\n       cxrviewer COMMAND ...",
        description="Opens chest radiographs and shows which regions influenced a classifier's output.",
        epilog=f"commands:\n{listing}\n\n"
        "'cxrviewer COMMAND --help' tells more. A file that is named like a command is opened as ./NAME.\n"
        "Results go to standard output, remarks to standard error. Exit codes: 0 done; 1 a file, a model or\n"
        "the disk is the matter; 2 wrong usage; 130 interrupted.\n"
        "For research and teaching: not for diagnosis.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="image, folder or zip archive to open in the window",
    )
    parser.add_argument(
        "--new-window",
        action="store_true",
        help="open a window even where there is one that could take the files",
    )
    parser.add_argument("--version", action="version", version=f"cxrviewer {__version__}")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    return parser
