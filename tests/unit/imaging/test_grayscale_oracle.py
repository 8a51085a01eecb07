"""Over the product of what decides the display, each file is shown as DCMTK and the standard say.

Within one grey level, through what the canvas draws with. Padding is black here and shown by DCMTK; a shutter
is drawn here and left to the viewer by dcmj2pnm: both are compared elsewhere in the picture.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import dcmtk
import grayscale_reference as reference
import numpy as np
import pytest
from dicom_files import BITS, VOI, Case, cases
from numpy.typing import NDArray
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from cxrviewer.imaging.grayscale import Voi, default_voi, presentation_table
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Viewport

UNCOMPRESSED = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


def displayed(radiograph: Radiograph, voi: Voi) -> NDArray[np.float64]:
    """Return what the canvas shows of an image at one view pixel a stored pixel."""
    renderer = Renderer(radiograph)
    table = presentation_table(radiograph, voi)
    return renderer.gray(Viewport(radiograph.shape, np.eye(3)), table).astype(np.float64)


def distance(found: NDArray[np.float64], expected: NDArray[np.number], where: NDArray[np.bool_]) -> float:
    """Return the largest difference."""
    return float(np.abs(found - expected)[where].max())


def write(case: Case, folder: Path, number: int) -> Path:
    """Write a case, with the uncompressed transfer syntaxes by turns."""
    path = folder / "case.dcm"
    case.dataset(UNCOMPRESSED[number % len(UNCOMPRESSED)]).save_as(path, enforce_file_format=True)
    return path


def disagreements(case: Case, path: Path, *, by_dcmtk: bool) -> list[str]:
    """Return how a file is shown otherwise than the standard says, and DCMTK where that is asked for."""
    radiograph = read_radiograph(path)
    visible = reference.visible(case)
    # DCMTK rounds modality values to integers: only those that are integers can be compared.
    integers = visible & (reference.modality(case) % 1 == 0)
    found: list[str] = []

    def compare(name: str, voi: Voi, expected: NDArray[np.float64], *options: str) -> None:
        shown = displayed(radiograph, voi)
        apart = distance(shown, expected, visible)
        if apart > 1:
            found.append(f"{name}: {apart:.1f} from the standard")
        if by_dcmtk and (apart := distance(shown, dcmtk.presentation(path, *options), integers)) > 1:
            found.append(f"{name}: {apart:.0f} from DCMTK")
        if shown[_surround(case)].any():
            found.append(f"{name}: the {case.surround} is not black")

    if not np.array_equal(radiograph.pixels, case.pixels()):
        found.append("the stored values differ")
    grayscale = radiograph.grayscale
    if case.voi.startswith("table"):
        low, high = reference.through_table(case)
        shown = displayed(radiograph, grayscale.voi_luts[0])
        compare("table", grayscale.voi_luts[0], np.clip(shown, low, high), "+Wl", "1")
        if default_voi(radiograph) is not grayscale.voi_luts[0]:
            found.append("the table is not the default")
    elif case.windows:
        shape = ("+Wfs",) if case.voi == "sigmoid" else ()
        for number, (window, said) in enumerate(zip(grayscale.windows, case.windows, strict=True), 1):
            expected = reference.through_window(case, *said)
            compare(f"window {number}", window, expected, "+Wi", str(number), *shape)
    else:
        low, high = reference.start_window(case, _surround(case))
        # A LINEAR window of DCMTK that maps the same values to black and white (PS3.3 C.11.2.1.2.1).
        options = ("+Ww", str((low + high + 1) / 2), str(high - low + 1))
        compare("start", default_voi(radiograph), reference.between(case, low, high), *options)
    return found


def _surround(case: Case) -> NDArray[np.bool_]:
    """Return which pixels are padding or beyond the edges of the shutter."""
    if case.surround != "shutter":
        return ~reference.visible(case)
    covered = np.ones(case.pixels().shape, np.bool_)
    upper, lower, left, right = reference.dicom_files.SHUTTER
    covered[upper - 1 : lower, left - 1 : right] = False
    return covered


@dcmtk.needed
@pytest.mark.parametrize("one_of", [4, pytest.param(1, marks=pytest.mark.slow, id="all")])
@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("voi", VOI)
def test_the_display_is_as_dcmtk_and_the_standard_say(
    tmp_path: Path, voi: str, bits: int, one_of: int
) -> None:
    """All files are compared with the standard; one of four, or all, with DCMTK, which takes longer."""
    failed = []
    for number, case in enumerate(case for case in cases() if case.voi == voi and case.bits == bits):
        by_dcmtk = zlib.crc32(repr(case).encode()) % one_of == 0
        found = disagreements(case, write(case, tmp_path, number), by_dcmtk=by_dcmtk)
        if found:
            failed.append(f"{case}: {'; '.join(found)}")
    assert not failed, "\n".join(failed)
