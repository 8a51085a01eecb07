"""Where the results of jobs go, and where they must not."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from cxrviewer.session.jobs import Kind


def fresh_folder(parent: Path, kind: Kind) -> Path:
    """Return the path of a folder that is not there yet: "Study 2026-03-04", "Study 2026-03-04 (2)"."""
    name = f"{kind} {date.today().isoformat()}"
    names = [name, *(f"{name} ({number})" for number in range(2, 1000))]
    return next((parent / each for each in names if not (parent / each).exists()), parent / name)


def problem_with_output(output: Path | None, data: Path | None) -> str:
    """Return why results cannot go to a folder, "" where they can."""
    if output is None:
        return "Give a folder for the results."
    if output.exists() and not output.is_dir():
        return "This is a file. Give a folder for the results."
    if data is not None and (output == data or data in output.parents):
        return "The results would lie among the data. Give a folder elsewhere."
    there = next((parent for parent in (output, *output.parents) if parent.exists()), None)
    if there is None:
        return "There is no such drive. Give another folder."
    if not os.access(there, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return f"Nothing can be written to “{there.name or there}”. Give another folder."
    return ""
