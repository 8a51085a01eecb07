"""Which images are read ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxrviewer.session.neighbours import Surroundings, likely_next

A, B, C, D, E = (Path(name) for name in "abcde")
AROUND = Surroundings((B, A), (D, E))


@pytest.mark.parametrize(
    ("former", "expected"),
    [
        (None, [D, B]),
        ((B, 0), [D, E, B]),
        ((A, 0), [D, E, B]),
        ((D, 0), [B, A, D]),
        ((E, 0), [B, A, D]),
        ((Path("elsewhere"), 0), [D, B]),
    ],
)
def test_whoever_goes_on_in_a_direction_is_served_there(former, expected):
    assert likely_next((C, 0), 1, AROUND, former) == tuple((path, 0) for path in expected)


def test_at_the_ends_there_is_one_side():
    assert likely_next((A, 0), 1, Surroundings((), (B, C))) == ((B, 0),)
    assert likely_next((A, 0), 1, Surroundings()) == ()
    assert likely_next((B, 0), 1, Surroundings((A,), ()), (A, 0)) == ((A, 0),)


def test_frames_of_the_file_come_before_other_files():
    assert likely_next((C, 0), 3, AROUND) == ((C, 1), (D, 0), (B, 0))
    assert likely_next((C, 3), 9, AROUND, (C, 2)) == ((C, 4), (C, 5), (C, 2), (D, 0), (B, 0))
    assert likely_next((C, 3), 5, AROUND, (C, 4)) == ((C, 2), (C, 1), (C, 4), (D, 0), (B, 0))
