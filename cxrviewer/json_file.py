"""Reading of JSON files that anybody may have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class TooLargeError(ValueError):
    """A file is larger than what it is taken for can be."""


def read_object(path: Path, most: int) -> dict[str, Any]:
    """Return the object in a JSON file.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a mark at its beginning.
    most : int
        Bytes that the file may have.

    Raises
    ------
    OSError
        The file cannot be read.
    TooLargeError
        It has more bytes.
    ValueError
        It is no JSON, or no object.
    """
    if path.stat().st_size > most:
        raise TooLargeError(f"more than {most} bytes")
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content
