"""A card meets the scaling inside its model: what a user is told."""

from __future__ import annotations

import pytest

from cxrviewer.models.card import InputSpec, Scaling
from cxrviewer.models.inner_scaling import InnerScaling, scaling_notes

BYTES = InnerScaling(("backbone/rescaling", "subtract"), Scaling.BYTE)
OTHER = InnerScaling(("rescaling",), None)


def spec(scaling: Scaling, channels: int = 3, **rules: tuple[float, ...]) -> InputSpec:
    return InputSpec(8, 8, channels, scaling, **rules)


def said(found: InnerScaling | None, card: InputSpec, *, is_guess: bool = False) -> str:
    return " ".join(scaling_notes(found, card, is_guess=is_guess))


def test_the_places_and_both_ranges_are_named() -> None:
    assert said(BYTES, spec(Scaling.SYMMETRIC)) == (
        "The model scales its input itself ('backbone/rescaling' and 'subtract'): it takes values of "
        "0 to 255, but the card's scaling 'symmetric' gives it −1 to 1, so that it is scaled twice. "
        "The scaling 'byte' would fit."
    )


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("takes", [Scaling.UNIT, Scaling.SYMMETRIC, Scaling.BYTE])
@pytest.mark.parametrize("scaling", [scaling for scaling in Scaling if scaling is not Scaling.MEAN_STD])
def test_only_the_range_that_it_takes_fits(scaling: Scaling, takes: Scaling, channels: int) -> None:
    note = said(InnerScaling(("rescaling",), takes), spec(scaling, channels))
    assert (note == "") == (scaling is takes)
    assert ("twice" in note) == (scaling not in (takes, Scaling.BYTE))


def test_numbers_of_the_cards_own_fit_where_their_range_does() -> None:
    bytes_by_numbers = spec(Scaling.MEAN_STD, mean=(0.0,), std=(1 / 255,))
    assert said(BYTES, bytes_by_numbers) == ""
    assert "twice" in said(BYTES, spec(Scaling.MEAN_STD, mean=(0.5,), std=(0.25,)))


def test_a_guess_says_what_it_goes_by() -> None:
    assert "0 to 255." in said(BYTES, spec(Scaling.BYTE), is_guess=True)
    assert said(BYTES, spec(Scaling.BYTE)) == ""


def test_a_range_without_a_name_is_left_to_the_user() -> None:
    own = spec(Scaling.MEAN_STD, mean=(0.0,), std=(0.01,))
    assert "check the scaling" in said(OTHER, spec(Scaling.BYTE))
    assert said(OTHER, own) == ""
    assert "check the scaling" in said(OTHER, own, is_guess=True)


def test_nothing_is_said_of_a_model_that_scales_nothing() -> None:
    assert all(not said(None, spec(scaling), is_guess=True) for scaling in (Scaling.UNIT, Scaling.BYTE))
