"""Networks whose true map is known: each logit is a sum over quarters of the image."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explaining import Asked

from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.method_spec import Value
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.target import Target, of_label

# Not square, so that rows and columns cannot be mixed up.
ROWS, COLUMNS = 32, 48
POINTING = [spec.id for spec in methods() if spec.class_discriminative]
NOT_POINTING = [spec.id for spec in methods() if not spec.class_discriminative]
SIGNED = [spec.id for spec in methods() if spec.class_discriminative and spec.signed]
ONE_PATTERN = "eigen-grad-cam"
"""Of two patterns in separate places, it shows the stronger one alone."""
QUARTERS = ["top left", "top right", "bottom left", "bottom right"]
# A quarter is to be known from black: the mean or a blur of an even image is the image itself.
GIVEN: dict[str, Value] = {"fill": "black"}
_folder = tempfile.TemporaryDirectory(prefix="toys")


def bounds(quarter: int) -> tuple[slice, slice]:
    row, column = divmod(quarter, 2)
    return (
        slice(row * ROWS // 2, (row + 1) * ROWS // 2),
        slice(column * COLUMNS // 2, (column + 1) * COLUMNS // 2),
    )


def toy(name: str, weights: list[list[float]], activation: str | None) -> Any:
    """Return a network whose last layer has one channel a quarter, zero outside of it.

    Parameters
    ----------
    name : str
        Of the model.
    weights : list of list of float
        One row a quarter, one column a logit: what the mean of the quarter counts for.
    activation : str, optional
        On the logits.
    """
    import keras

    image = keras.Input((ROWS, COLUMNS, 1))
    seen = keras.layers.AveragePooling2D(2, name="pool")(image)
    half = (ROWS // 4, COLUMNS // 4)
    cut = []
    for quarter in range(4):
        row, column = divmod(quarter, 2)
        around = ((row * half[0], (1 - row) * half[0]), (column * half[1], (1 - column) * half[1]))
        cut.append(keras.layers.ZeroPadding2D(around)(keras.layers.Cropping2D(around)(seen)))
    x = keras.layers.ReLU(name="last")(keras.layers.Concatenate()(cut))
    output = keras.layers.Dense(len(weights[0]), activation, name="scores")(keras.layers.Flatten()(x))
    model = keras.Model(image, output, name=name)
    kernel = np.zeros((ROWS // 2, COLUMNS // 2, 4, len(weights[0])), np.float32)
    for quarter, row_weights in enumerate(weights):
        down, across = bounds(quarter)
        place = slice(down.start // 2, down.stop // 2), slice(across.start // 2, across.stop // 2)
        kernel[(*place, quarter)] = np.asarray(row_weights) / (half[0] * half[1])
    model.get_layer("scores").set_weights(
        [kernel.reshape(-1, len(weights[0])), np.zeros(len(weights[0]), np.float32)]
    )
    return model


TOYS: dict[str, tuple[list[list[float]], str | None]] = {
    # One finding a quarter, none of which has to do with another.
    "four": ([[10.0 * (row == column) for column in range(4)] for row in range(4)], "sigmoid"),
    # Two classes that exclude one another: top left and bottom right.
    "two": ([[10, 0], [0, 0], [0, 0], [0, 10]], "softmax"),
    # Bottom left speaks for, top right against the one finding.
    "against": ([[0], [-10], [10], [0]], "sigmoid"),
}


@cache
def asked(name: str) -> Asked:
    path = Path(_folder.name) / f"{name}.keras"
    toy(name, *TOYS[name]).save(path)
    return Asked(path, black=(0.0,), white=(1.0,))


def even(seed: int = 3) -> Floats:
    """Return an image that gives no quarter away: the same gray everywhere, but for a little grain."""
    grain = np.random.default_rng(seed).uniform(-0.05, 0.05, (1, ROWS, COLUMNS, 1))
    return (0.6 + grain).astype(np.float32)


def explained(name: str, method: str, target: Target, image: Floats | None = None) -> Floats:
    given = {p.name: GIVEN[p.name] for p in method_spec(method).parameters if p.name in GIVEN}
    image = even() if image is None else image
    key = hashlib.sha256(image.tobytes()).hexdigest()
    return upsampled(asked(name).map(method, image, target, key=key, **given))


def upsampled(values: Floats) -> Floats:
    """Return a map on the pixels, each the value of the cell that it lies in."""
    down = (np.arange(ROWS) + 0.5) * values.shape[0] / ROWS
    across = (np.arange(COLUMNS) + 0.5) * values.shape[1] / COLUMNS
    return values[down.astype(int)[:, None], across.astype(int)]


def share_inside(values: Floats, quarter: int) -> float:
    """Return how much of the positive values lies in a quarter."""
    positive = np.maximum(values, 0)
    return float(positive[bounds(quarter)].sum() / positive.sum())


def has_peak_inside(values: Floats, quarter: int) -> bool:
    """Return whether all of the highest values lie in a quarter."""
    highest = values >= values.max() - 1e-6 * np.ptp(values)
    return highest.sum() == highest[bounds(quarter)].sum()


@pytest.mark.parametrize("quarter", range(4), ids=QUARTERS)
@pytest.mark.parametrize("method", POINTING)
def test_every_method_points_to_the_quarter_that_is_summed(method: str, quarter: int) -> None:
    values = explained("four", method, of_label(quarter))
    assert has_peak_inside(values, quarter)
    # The masks of RISE are as soft as its cells are large, and so is what they find.
    assert share_inside(values, quarter) > (0.6 if method == "rise" else 0.9)


@pytest.mark.parametrize("method", NOT_POINTING)
def test_what_explains_no_class_does_not_point(method: str) -> None:
    maps = [explained("four", method, of_label(quarter)) for quarter in range(4)]
    assert all(np.array_equal(values, maps[0]) for values in maps)
    pointed = [share_inside(maps[0], quarter) > 0.9 for quarter in range(4)]
    # Eigen-CAM shows the strongest channel, which here is one quarter, whichever was asked for.
    assert sum(pointed) == (method == "eigen-cam")


@pytest.mark.parametrize("method", POINTING)
def test_two_classes_are_told_apart(method: str) -> None:
    maps = [explained("two", method, of_label(index)) for index in range(2)]
    for values, for_it, against_it in ((maps[0], 0, 3), (maps[1], 3, 0)):
        if method == ONE_PATTERN:
            assert has_peak_inside(np.abs(values), for_it) != has_peak_inside(np.abs(values), against_it)
            assert values[bounds(for_it)].min() >= 0 >= values[bounds(against_it)].max()
        else:
            assert has_peak_inside(values, for_it)
            assert has_peak_inside(-values, against_it) or not method_spec(method).signed


@pytest.mark.parametrize("method", POINTING)
def test_evidence_against_is_negative(method: str) -> None:
    values = explained("against", method, of_label(1))
    for_it, against_it = values[bounds(2)], values[bounds(1)]
    if method == ONE_PATTERN:
        assert for_it.min() >= 0 >= against_it.max()
        assert values.any()
        return
    assert has_peak_inside(values, 2)
    if method_spec(method).signed:
        assert has_peak_inside(-values, 1)
        # Both count the same.
        assert for_it.mean() > 0
        assert against_it.mean() == pytest.approx(-for_it.mean(), rel=0.15)
    else:
        assert against_it.max() <= values.min() + 0.01 * np.ptp(values)


@pytest.mark.parametrize("method", SIGNED)
def test_the_other_label_of_one_unit_is_what_spoke_against(method: str) -> None:
    one, other = (explained("against", method, of_label(index)) for index in (1, 0))
    np.testing.assert_array_equal(one, -other)


@pytest.mark.parametrize("method", [name for name in POINTING if not method_spec(name).uses_layer])
def test_evidence_that_is_not_there_does_not_count(method: str) -> None:
    image = even()
    # Not quite black, where the derivative of a ReLU jumps.
    image[0][bounds(1)] = 0.001
    values = explained("against", method, of_label(1), image)
    assert has_peak_inside(values, 2)
    missing = -values[bounds(1)].mean() / values[bounds(2)].mean()
    if method in ("gradient", "smooth-grad"):
        # It would count if it were there, which is what a gradient says; noise makes half of it black.
        assert missing > 0.4
    else:
        assert abs(missing) < (0.3 if method == "rise" else 0.1)
