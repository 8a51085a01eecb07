"""Colour maps against their published colours."""

from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.imaging.colormap import (
    COLORMAPS,
    DEFAULT_COLORMAP,
    DEFAULT_DIVERGING,
    colormap_table,
    is_diverging,
)

PERCEPTUAL = [spec for spec in COLORMAPS if spec.perceptual and not spec.diverging]
DIVERGING = [spec for spec in COLORMAPS if spec.diverging]
OF_MATPLOTLIB = [spec for spec in COLORMAPS if spec.id != "icefire"]


def _lightness(colormap: str) -> np.ndarray:
    linear = (colormap_table(colormap) / 255) ** 2.2
    return np.cbrt(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("spec", COLORMAPS, ids=lambda spec: spec.id)
def test_every_map_is_a_read_only_table_of_256_colours(spec) -> None:
    table = colormap_table(spec.id)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    assert len(np.unique(table, axis=0)) > 200


@pytest.mark.parametrize("spec", OF_MATPLOTLIB, ids=lambda spec: spec.id)
def test_the_colours_are_matplotlibs(spec) -> None:
    colormaps = pytest.importorskip("matplotlib").colormaps
    expected = np.round(colormaps[spec.id](np.arange(256))[:, :3] * 255)
    assert np.abs(colormap_table(spec.id).astype(float) - expected).max() <= 1


@pytest.mark.parametrize("spec", COLORMAPS, ids=lambda spec: spec.id)
def test_the_colours_are_those_of_the_library_that_they_were_taken_from(spec) -> None:
    from cmap import Colormap

    name = "matplotlib:coolwarm" if spec.id == "coolwarm" else spec.id
    expected = np.round(np.asarray(Colormap(name).lut(256))[:, :3] * 255)
    np.testing.assert_array_equal(colormap_table(spec.id), expected)


@pytest.mark.parametrize("spec", PERCEPTUAL, ids=lambda spec: spec.id)
def test_perceptual_maps_brighten_evenly(spec) -> None:
    assert (np.diff(_lightness(spec.id)[::8]) > 0).all()


@pytest.mark.parametrize("spec", DIVERGING, ids=lambda spec: spec.id)
def test_both_sides_of_a_diverging_map_go_evenly_to_a_neutral_middle(spec) -> None:
    lightness = _lightness(spec.id)
    against, toward = np.diff(lightness[:128:8]), np.diff(lightness[128::8])
    assert (np.sign(against) == np.sign(against[0])).all()
    assert (np.sign(toward) == -np.sign(against[0])).all()
    middle = colormap_table(spec.id)[127:129].astype(int)
    assert np.ptp(middle, axis=1).max() <= 4, "gray"
    assert np.abs(middle[0] - middle[1]).max() <= 4


@pytest.mark.parametrize("spec", DIVERGING, ids=lambda spec: spec.id)
def test_a_diverging_map_goes_from_blue_to_red(spec) -> None:
    red, _, blue = colormap_table(spec.id).astype(int).T
    assert (blue[30:110] > red[30:110]).all()
    assert (red[146:226] > blue[146:226]).all()


def test_the_default_is_perceptual_and_comes_first() -> None:
    assert COLORMAPS[0].id == DEFAULT_COLORMAP
    assert COLORMAPS[0].perceptual
    assert not is_diverging(DEFAULT_COLORMAP)


def test_there_are_two_diverging_maps_and_the_first_is_the_default() -> None:
    assert [spec.id for spec in DIVERGING] == ["coolwarm", "icefire"]
    assert DIVERGING[0].id == DEFAULT_DIVERGING
    assert is_diverging(DEFAULT_DIVERGING)


def test_the_wanted_maps_are_there() -> None:
    wanted = {"jet", "hot", "viridis", "plasma", "inferno", "magma", "turbo"}
    assert wanted <= {spec.id for spec in COLORMAPS}


@pytest.mark.parametrize("name", ["", "Inferno", "no-such-map", "gray"])
def test_an_unknown_map_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        colormap_table(name)
    with pytest.raises(KeyError):
        is_diverging(name)
