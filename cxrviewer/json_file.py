"""Reading of JSON files that anybody may have written."""

from __future__ import annotations

import codecs
import stat
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
        It is no JSON (RFC 8259: numbers are finite, texts are Unicode), no object, or no file but a pipe.
    """
    import orjson

    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("no file")
    if found.st_size > most:
        raise TooLargeError(f"more than {most} bytes")
    content = orjson.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content
