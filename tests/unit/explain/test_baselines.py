from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.explain.baselines import Baseline, image_of_nothing
from cxrviewer.explain.probe import ProbedImage
from cxrviewer.explain.steps import Floats

BLACK, WHITE = np.array([-1, 0.5], np.float32), np.array([3, -0.5], np.float32)


def image(rows: int = 40, columns: int = 60) -> ProbedImage:
    values = np.random.default_rng(1).random((1, rows, columns, 2), np.float32)
    values[0, :10, :, 0] += 4
    values.setflags(write=False)
    return ProbedImage(values, BLACK, WHITE)


def channel(values: Floats, index: int) -> Floats:
    return values[0, ..., index]


@pytest.mark.parametrize("kind", Baseline)
def test_a_baseline_has_the_image_s_shape_and_is_its_own(kind: Baseline) -> None:
    probed = image()
    found = image_of_nothing(probed, kind.value)
    assert found.shape == probed.values.shape
    assert found.dtype == np.float32
    assert not np.shares_memory(found, probed.values)


def test_black_and_white_are_those_of_the_model() -> None:
    assert (image_of_nothing(image(), "black") == BLACK).all()
    assert (image_of_nothing(image(), "white") == WHITE).all()
    assert image().span.tolist() == [4, -1]


def test_the_mean_is_that_of_each_channel() -> None:
    probed = image()
    found = image_of_nothing(probed, "mean")
    for index in range(2):
        assert np.ptp(channel(found, index)) == 0
        assert channel(found, index)[0, 0] == pytest.approx(channel(probed.values, index).mean(), rel=1e-5)


def test_a_blur_keeps_regions_and_loses_grain() -> None:
    probed = image()
    found = image_of_nothing(probed, "blurred")
    assert channel(found, 0)[2, 30] - channel(found, 0)[-3, 30] > 3
    assert channel(found, 1).std() < 0.1 * channel(probed.values, 1).std()
    assert channel(found, 1).mean() == pytest.approx(channel(probed.values, 1).mean(), abs=0.02)


def test_the_blur_grows_with_the_image() -> None:
    """So that what is gone is as large on the film, whatever the model's input size."""
    edges = []
    for side in (50, 200):
        values = np.zeros((1, side, side, 1), np.float32)
        values[:, side // 2 :] = 1
        blurred = image_of_nothing(ProbedImage(values, BLACK[:1], WHITE[:1]), "blurred")
        edges.append(np.flatnonzero(blurred[0, :, 0, 0] > 0.16)[0] / side)
    # One standard deviation, a tenth of the side, before the edge.
    assert edges == pytest.approx([0.4, 0.4], abs=0.02)


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="grey"):
        image_of_nothing(image(), "grey")
