"""Colour maps against their published colours."""

from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.imaging.colormap import COLORMAPS, DEFAULT_COLORMAP, colormap_table


@pytest.mark.parametrize("spec", COLORMAPS, ids=lambda spec: spec.id)
def test_every_map_is_a_read_only_table_of_256_colours(spec) -> None:
    table = colormap_table(spec.id)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    assert len(np.unique(table, axis=0)) > 200


@pytest.mark.parametrize("spec", COLORMAPS, ids=lambda spec: spec.id)
def test_the_colours_are_matplotlibs(spec) -> None:
    colormaps = pytest.importorskip("matplotlib").colormaps
    expected = np.round(colormaps[spec.id](np.arange(256))[:, :3] * 255)
    assert np.abs(colormap_table(spec.id).astype(float) - expected).max() <= 1


@pytest.mark.parametrize("spec", COLORMAPS, ids=lambda spec: spec.id)
def test_the_colours_are_those_of_the_library_that_they_were_taken_from(spec) -> None:
    from cmap import Colormap

    expected = np.round(np.asarray(Colormap(spec.id).lut(256))[:, :3] * 255)
    np.testing.assert_array_equal(colormap_table(spec.id), expected)


@pytest.mark.parametrize("spec", [spec for spec in COLORMAPS if spec.perceptual], ids=lambda spec: spec.id)
def test_perceptual_maps_brighten_evenly(spec) -> None:
    linear = (colormap_table(spec.id) / 255) ** 2.2
    lightness = np.cbrt(linear @ np.array([0.2126, 0.7152, 0.0722]))
    assert (np.diff(lightness[::8]) > 0).all()


def test_the_default_is_perceptual_and_comes_first() -> None:
    assert COLORMAPS[0].id == DEFAULT_COLORMAP
    assert COLORMAPS[0].perceptual


def test_the_wanted_maps_are_there() -> None:
    wanted = {"jet", "hot", "viridis", "plasma", "inferno", "magma", "turbo"}
    assert wanted <= {spec.id for spec in COLORMAPS}


@pytest.mark.parametrize("name", ["", "Inferno", "no-such-map", "gray"])
def test_an_unknown_map_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        colormap_table(name)
