"""Whatever the pixels are compressed with, the stored values and their display are those of the original.

How the original is shown is proven apart: here the values and the tables that show them are to be the same.
"""

from __future__ import annotations

import random
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import dcmtk
import numpy as np
import pytest
from dicom_encodings import ENCODINGS, Encoding
from dicom_files import Case, cases

from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.open import read_radiograph


def differences(encoding: Encoding, case: Case, folder: Path) -> list[str]:
    """Return how a compressed file is read otherwise than the uncompressed one."""
    plain, compressed = folder / "plain.dcm", folder / "compressed.dcm"
    case.dataset().save_as(plain, enforce_file_format=True)
    encoding.write(plain, compressed, case)
    original, found = read_radiograph(plain), read_radiograph(compressed)
    wrong = []
    expected = original.pixels if encoding.decode is None else encoding.decode(compressed, folder)
    apart = int(np.abs(found.pixels.astype(int) - expected).max())
    # The inverse transforms of lossy coding are not defined to the last bit.
    if apart > (encoding.decode is not None):
        wrong.append(f"the stored values differ by {apart}")
    if found.pixels.dtype != original.pixels.dtype:
        wrong.append(f"{found.pixels.dtype} instead of {original.pixels.dtype}")
    if encoding.decode is None or case.windows or case.voi.startswith("table"):
        tables = [presentation_table(image, default_voi(image)) for image in (original, found)]
        if not np.array_equal(*tables):
            wrong.append("the presentation table differs")
    if any(badge.startswith("lossy") for badge in found.badges) != (encoding.decode is not None):
        wrong.append(f"badges {found.badges}")
    if found.notes != original.notes:
        wrong.append(f"notes {found.notes}")
    return wrong


def failures(encoding: Encoding, chosen: list[Case], folder: Path) -> list[str]:
    """Return what is wrong with the cases that an encoding can hold."""
    found = []
    for case in chosen:
        if wrong := differences(encoding, case, folder):
            found.append(f"{case}: {'; '.join(wrong)}")
    return found


def some_cases(encoding: Encoding) -> list[Case]:
    """Return few cases in which every pair of values of two factors occurs; each adds all that it can."""
    left = [(case, pairs_of(case)) for case in cases() if encoding.suits(case)]
    random.Random(encoding.name).shuffle(left)
    seen: set[tuple[object, ...]] = set()
    chosen = []
    while not all(pairs <= seen for _, pairs in left):
        case, pairs = max(left, key=lambda entry: len(entry[1] - seen))
        chosen.append(case)
        seen |= pairs
    return chosen


def pairs_of(case: Case) -> set[tuple[object, ...]]:
    return set(combinations(((field.name, getattr(case, field.name)) for field in fields(case)), 2))


@dcmtk.needed
@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda encoding: encoding.name)
def test_a_compressed_file_is_shown_as_the_original(tmp_path: Path, encoding: Encoding) -> None:
    failed = failures(encoding, some_cases(encoding), tmp_path)
    assert not failed, "\n".join(failed)


@dcmtk.needed
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda encoding: encoding.name)
def test_every_compressed_file_is_shown_as_the_original(tmp_path: Path, encoding: Encoding) -> None:
    chosen = [case for case in cases() if encoding.suits(case)]
    failed = failures(encoding, chosen, tmp_path)
    assert not failed, "\n".join(failed)
