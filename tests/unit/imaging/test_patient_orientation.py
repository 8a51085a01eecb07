"""Letters at the edges of the view."""

from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.patient_orientation import EdgeLetters, edge_letters
from cxrviewer.imaging.viewport import Orientation, make_viewport

PIXELS = np.zeros((8, 9), np.uint8)
FRONTAL = ("L", "F")
ORIENTATIONS = [Orientation(flipped, turns) for flipped in (False, True) for turns in range(4)]


def test_a_frontal_radiograph_has_the_patients_right_at_its_left():
    assert edge_letters(FRONTAL, Orientation()) == EdgeLetters("R", "H", "L", "F")


def test_flips_and_turns():
    assert edge_letters(FRONTAL, Orientation(flipped=True)) == EdgeLetters("L", "H", "R", "F")
    assert edge_letters(FRONTAL, Orientation(quarter_turns=1)) == EdgeLetters("F", "R", "H", "L")
    assert edge_letters(FRONTAL, Orientation(quarter_turns=2)) == EdgeLetters("L", "F", "R", "H")


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_letters_are_where_the_viewport_puts_the_edges(orientation):
    viewport = make_viewport((100, 100), (100, 100), scale=1, center=(0.5, 0.5), orientation=orientation)
    x, y = apply_affine(viewport.stored_to_view, 99, 50)
    letters = edge_letters(("L", "F"), orientation)
    at = {(99, 50): letters.right, (0, 50): letters.left, (50, 99): letters.bottom, (50, 0): letters.top}
    nearest = min(at, key=lambda edge: abs(edge[0] - x) + abs(edge[1] - y))
    assert at[nearest] == "L"


def test_compound_directions_and_unknown_ones():
    assert edge_letters(("LF", "AR"), Orientation()) == EdgeLetters("RH", "PL", "LF", "AR")
    assert edge_letters(None, Orientation()) == EdgeLetters()
    assert edge_letters(("L", ""), Orientation(quarter_turns=1)) == EdgeLetters("", "R", "", "L")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, None),
        ({"PatientOrientation": ["L", "F"]}, ("L", "F")),
        ({"PatientOrientation": ["a", "f"]}, ("A", "F")),
        ({"PatientOrientation": ["", ""]}, None),
        ({"PatientOrientation": "L"}, None),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}, ("L", "P")),
        ({"ImageOrientationPatient": [-0.9, 0.4, 0.05, 0, 0, -1]}, ("RP", "F")),
        ({"PatientOrientation": ["L", "F"], "ImageOrientationPatient": [0, 1, 0, 0, 0, 1]}, ("L", "F")),
    ],
)
def test_directions_of_a_file(write_dicom, attributes, expected):
    radiograph = read_radiograph(write_dicom(PIXELS, **attributes))
    assert radiograph.directions == expected
    assert radiograph.notes == ()


def test_letters_of_animals_are_kept_out(write_dicom):
    radiograph = read_radiograph(write_dicom(PIXELS, PatientOrientation=["LE", "V"]))
    assert radiograph.directions is None
    assert len(radiograph.notes) == 1
