"""Every file that comes with pydicom opens, or is refused with a reason that names what is wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import process_memory
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_files

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.open import read_radiograph

REFUSED_THOUGH_PYDICOM_DECODES = {
    # Made so that its SIZ marker holds the bytes of a sequence delimiter: 3,722,445,056 columns.
    "JPEG2000-embedded-sequence-delimiter.dcm": "damaged",
    # pydicom fills up what is missing.
    "MR_truncated.dcm": "truncated",
}
MOST_MEMORY = 400 * 1024**2
"""The interpreter and all decoders take 150 MiB; the largest of these images a few."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def files() -> list[Path]:
    return sorted(path for path in map(Path, get_testdata_files()) if path.is_file())


def is_ordinary(path: Path) -> bool:
    """Tell whether pydicom decodes a file to pixels of at most 16 bits."""
    try:
        dataset = dcmread(path, force=True)
        return dataset.BitsStored <= 16 and dataset.pixel_array.size > 0
    except Exception:
        return False


def test_every_file_opens_or_is_refused_with_a_reason(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is refused is written out, by its reason."""
    opened: list[Path] = []
    refused: dict[Path, ImageReadError] = {}
    for path in files():
        try:
            assert reader.examine(path, read_radiograph, path).pixels.size
            opened.append(path)
        except ImageReadError as error:
            refused[path] = error
    with capsys.disabled():
        sys.stdout.write(f"\n{len(opened)} files of pydicom open; refused are:\n{summary(refused)}\n")
    assert len(opened) >= 80
    for path, error in refused.items():
        expected = REFUSED_THOUGH_PYDICOM_DECODES.get(path.name, "")
        assert expected in error.message
        assert expected or not is_ordinary(path), f"{path.name} is refused without need: {error}"
        assert error.path == path
        assert error.hint
        assert not re.search("crashed|given up|memory", error.message)
    if sys.platform == "linux":
        assert reader.examine(Path(), process_memory.peak_bytes) < MOST_MEMORY


def summary(refused: dict[Path, ImageReadError]) -> str:
    """Return a line a reason."""
    by_reason: dict[str, list[str]] = {}
    for path, error in refused.items():
        by_reason.setdefault(error.message, []).append(path.name)
    lines = (f"  {reason} {len(names)}: {', '.join(names[:4])}" for reason, names in by_reason.items())
    return "\n".join(sorted(lines))
