"""The help of a command: what it does, examples, and what all commands have in common."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from typing import NoReturn

from cxrviewer.cli.guard import USAGE, complain

NOTICE = "For research and teaching: not for diagnosis."


class Parser(argparse.ArgumentParser):
    """Tells what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """End the program with the exit code of wrong usage."""
        complain(self.prog, f"{message}. See '{self.prog} --help'.")
        self.exit(USAGE)


class _Paragraphs(argparse.HelpFormatter):
    """Wraps paragraphs, and leaves those of several lines as they are; names with hyphens stay whole."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        parts = text.split("\n\n")
        filled = (part if "\n" in part else "\n".join(self._split_lines(part, width)) for part in parts)
        return textwrap.indent("\n\n".join(filled), indent)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)


def add_command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    description: str,
    examples: Sequence[str],
    ending: str = "",
) -> argparse.ArgumentParser:
    """Add a command.

    Parameters
    ----------
    subparsers : argparse action
        Of the program.
    name : str
        What it is called by.
    description : str
        What it does.
    examples : sequence of str
        Lines of a shell, without the program's name and the command's.
    ending : str
        Stands under the examples.
    """
    lines = [f"  {' '.join(('cxrviewer', name, each)).rstrip()}" for each in examples]
    return subparsers.add_parser(
        name,
        description=description,
        epilog="\n\n".join(["\n".join(["examples:", *lines]), f"{ending} {NOTICE}".strip()]),
        formatter_class=_Paragraphs,
    )
