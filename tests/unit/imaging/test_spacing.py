"""The size of a pixel, never without what it is the size of (PS3.3 10.7.1.3)."""

from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.spacing import LengthUnit, Spacing

PIXELS = np.zeros((8, 9), np.uint8)
MAGNIFIED = {"DistanceSourceToDetector": 1800, "DistanceSourceToPatient": 1500}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, None),
        ({"PixelSpacing": [0.2, 0.1]}, (0.2, 0.1, "mm (at detector?)")),
        (
            {"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]},
            (0.2, 0.2, "mm (at detector?)"),
        ),
        (
            {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"},
            (0.2, 0.2, "mm (calibrated)"),
        ),
        (
            {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "GEOMETRY", **MAGNIFIED},
            (0.2, 0.2, "mm (estimated)"),
        ),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.3, 0.3]}, (0.2, 0.2, "mm (estimated)")),
        ({"ImagerPixelSpacing": [0.3, 0.2]}, (0.3, 0.2, "mm at the detector")),
        (
            {"ImagerPixelSpacing": [0.3, 0.2], "EstimatedRadiographicMagnificationFactor": 1.25},
            (0.24, 0.16, "mm (estimated)"),
        ),
        ({"ImagerPixelSpacing": [0.3, 0.3], **MAGNIFIED}, (0.25, 0.25, "mm (estimated)")),
        (
            {"ImagerPixelSpacing": [0.3, 0.3], "DistanceSourceToDetector": 1800},
            (0.3, 0.3, "mm at the detector"),
        ),
        (
            {"ImagerPixelSpacing": [0.3, 0.3], "EstimatedRadiographicMagnificationFactor": 0.2},
            (0.3, 0.3, "mm at the detector"),
        ),
        ({"NominalScannedPixelSpacing": [0.1, 0.1]}, (0.1, 0.1, "mm at the scanner")),
        (
            {"NominalScannedPixelSpacing": [0.1, 0.1], "ImagerPixelSpacing": [0.3, 0.3]},
            (0.3, 0.3, "mm at the detector"),
        ),
        (
            {"PixelSpacing": [0.5, 0.5], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
            (0.5, 0.5, "mm"),
        ),
    ],
)
def test_spacing_with_its_qualifier(write_dicom, attributes, expected):
    radiograph = read_radiograph(write_dicom(PIXELS, **attributes))
    assert radiograph.notes == ()
    if expected is None:
        assert radiograph.spacing is None
        return
    found = radiograph.spacing
    assert found is not None
    assert (found.row, found.column) == pytest.approx(expected[:2])
    assert found.unit == expected[2]
    assert radiograph.aspect == pytest.approx(expected[0] / expected[1])


@pytest.mark.parametrize("values", [[0.2], [0.2, -0.2], [0.2, 0], [1, 40], [0.1, 0.1, 0.1]])
def test_malformed_spacing_is_noted_and_the_next_one_used(write_dicom, values):
    radiograph = read_radiograph(
        write_dicom(PIXELS, PixelSpacing=values, NominalScannedPixelSpacing=[0.1, 0.1])
    )
    assert radiograph.spacing == Spacing(0.1, 0.1, LengthUnit.SCANNER)
    assert any("PixelSpacing" in note for note in radiograph.notes)


@pytest.mark.parametrize("values", [[0, 0], []])
def test_spacing_of_nothing_is_as_good_as_absent(write_dicom, values):
    radiograph = read_radiograph(write_dicom(PIXELS, PixelSpacing=values))
    assert (radiograph.spacing, radiograph.aspect, radiograph.notes) == (None, 1.0, ())


def test_an_aspect_ratio_gives_no_size(write_dicom):
    radiograph = read_radiograph(write_dicom(PIXELS, PixelAspectRatio=[4, 3]))
    assert radiograph.spacing is None
    assert radiograph.aspect == pytest.approx(4 / 3)


def test_every_unit_is_in_millimetres_and_says_where():
    assert all(unit.startswith("mm") for unit in LengthUnit)
    assert len({Spacing(1, 1, unit).meaning for unit in LengthUnit}) == len(LengthUnit)
    assert Spacing(1, 1, LengthUnit.DETECTOR).meaning == "larger than in the patient"


def test_public_samples(shared_data):
    folder = shared_data / "dicom"
    assert read_radiograph(folder / "wg04_RG2_UNC.dcm").spacing == Spacing(
        0.2, 0.2, LengthUnit.PERHAPS_DETECTOR
    )
    assert read_radiograph(folder / "wg04_RG1_JLSN.dcm").spacing is None
