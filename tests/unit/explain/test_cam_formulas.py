"""Class activation maps on arrays, against the formulas written out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.explain.catalog import attribute_function, method_spec
from cxrviewer.explain.compiled import LayerRun
from cxrviewer.explain.probe import Probe, ProbedImage, ScoreMemo
from cxrviewer.explain.steps import Floats, in_steps
from cxrviewer.explain.target import UnitMasks

SIZE = 12
BLACK = np.array([-1.0, 0.25], np.float32)
GRADIENT_CAMS = ["grad-cam", "grad-cam++", "hires-cam", "layer-cam", "xgrad-cam", "eigen-grad-cam"]
LINEAR = ["grad-cam", "hires-cam", "xgrad-cam", "eigen-grad-cam"]


@dataclass
class ArrayModel:
    """Two logits that follow from an image and, by another way, from activations; counts what is asked."""

    image_weights: Floats
    head_weights: Floats
    step: int = 3
    images: int = 0
    heads: list[Floats] = field(default_factory=list)

    def logits(self, images: Floats) -> Floats:
        self.images += len(images)
        return np.asarray(np.tanh(images.reshape(len(images), -1) @ self.image_weights) * 3, np.float32)

    def ablated_logits(self, layer: str, activations: Floats, image: Floats, channels: Any) -> Floats:
        copies = np.repeat(activations[None], len(channels), axis=0)
        copies[np.arange(len(channels)), :, :, channels] = 0
        self.heads.extend(copies)
        return self.head(copies)

    def head(self, activations: Floats) -> Floats:
        flat = activations.reshape(len(activations), -1).astype(np.float64)
        return np.asarray(np.sin(flat @ self.head_weights), np.float32)

    def images_a_step(self) -> int:
        return self.step

    def ablations_a_step(self, layer: str) -> int:
        return self.step


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def maps(seed: int, *shape: int, positive: bool = False) -> Floats:
    values = rng(seed).normal(size=shape or (3, 4, 5)).astype(np.float32)
    return np.maximum(values, 0) if positive else values


def probe_of(a: Floats, g: Floats | None = None, step: int = 3) -> tuple[Probe, ArrayModel]:
    model = ArrayModel(
        rng(8).normal(0, 0.1, (SIZE * SIZE * 2, 2)).astype(np.float32),
        rng(9).normal(0, 0.3, (a.size, 2)).astype(np.float32),
        step,
    )
    image = ProbedImage(rng(10).random((1, SIZE, SIZE, 2), np.float32), BLACK, BLACK + 2)
    masks = UnitMasks(np.array([1, 0], np.float32), np.array([0, 1], np.float32))
    gradients = np.zeros_like(a) if g is None else g
    logits = model.head(a[None])[0]
    run = LayerRun(a, logits, gradients)
    probe = Probe(cast(Any, model), image, masks, "layer", lambda: logits, lambda: run, ScoreMemo())
    return probe, model


def attribution(method: str, a: Floats, g: Floats | None = None, step: int = 3, **given: Any) -> Floats:
    probe, _ = probe_of(a, g, step)
    return finished(method, probe, **given)[0]


def finished(method: str, probe: Probe, **given: Any) -> tuple[Floats, list[float]]:
    steps = in_steps(attribute_function(method)(probe, **dict(method_spec(method).values(given))))
    shares = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            found: Floats = end.value
            break
    assert found.dtype == np.float32
    return found, shares


def margin(logits: Floats) -> NDArray[np.float64]:
    return logits[:, 0].astype(np.float64) - logits[:, 1]


@pytest.mark.parametrize("method", GRADIENT_CAMS)
@pytest.mark.parametrize("positive", [True, False])
def test_no_gradient_no_map(method: str, positive: bool) -> None:
    assert not attribution(method, maps(0, positive=positive)).any()


@pytest.mark.parametrize("method", LINEAR)
@pytest.mark.parametrize("positive", [True, False])
def test_the_opposite_score_has_the_opposite_map(method: str, positive: bool) -> None:
    a, g = maps(0, positive=positive), maps(1)
    found = attribution(method, a, g)
    assert method_spec(method).signed
    assert found.any()
    np.testing.assert_allclose(attribution(method, a, -g), -found, rtol=1e-5, atol=1e-6)


def test_xgrad_cam_by_hand() -> None:
    a = np.array([[[1, -2], [0, -1]], [[3, 0], [0, -1]]], np.float32)
    g = np.array([[[1, -1], [0, 2]], [[1, 0], [2, -5]]], np.float32)
    # First: (1 + 3) / 4 = 1. Second: (2 - 2 + 5) / -4 = -1.25, which a small number added would not change.
    np.testing.assert_allclose(attribution("xgrad-cam", a, g), a[..., 0] - 1.25 * a[..., 1])


@pytest.mark.parametrize("seed", range(5))
def test_xgrad_cam_adds_up_to_activation_times_gradient(seed: int) -> None:
    a, g = maps(seed), maps(seed + 50)
    assert attribution("xgrad-cam", a, g).sum() == pytest.approx((a * g).sum(), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("sign", [1, -1])
def test_xgrad_cam_keeps_the_sign_of_a_small_sum(sign: int) -> None:
    a = np.array([[[sign * 1e-8], [0]]], np.float32)
    np.testing.assert_allclose(attribution("xgrad-cam", a, np.full_like(a, 3)), 3 * a[..., 0])


def test_activations_that_cancel_have_no_weight_in_xgrad_cam() -> None:
    a = np.array([[[0.1, 1], [0.2, 1]], [[-0.3, 1], [0, 0]]], np.float32)
    assert a[..., 0].sum(dtype=np.float64) != 0
    found = attribution("xgrad-cam", a, maps(3, 2, 2, 2))
    # The second channel is 1 but for one cell: the map is its weight there.
    np.testing.assert_allclose(found, found[0, 0] * a[..., 1])
    assert 0 < abs(found[0, 0]) < 10


@pytest.mark.parametrize("shape", [(3, 4, 40), (7, 6, 5), (2, 2, 4)])
@pytest.mark.parametrize("centre", ["no", "yes"])
@pytest.mark.parametrize("method", ["eigen-cam", "eigen-grad-cam"])
def test_eigen_maps_are_the_first_singular_vector(
    method: str, centre: str, shape: tuple[int, int, int]
) -> None:
    a, g = maps(0, *shape), maps(1, *shape)
    cells = (a if method == "eigen-cam" else a * g).reshape(-1, shape[2]).astype(np.float64)
    along = cells.sum(axis=1)
    if centre == "yes":
        cells = cells - cells.mean(axis=0)
    expected = cells @ np.linalg.svd(cells)[2][0]
    expected *= np.sign(expected @ along)
    found = attribution(method, a, g, centre=centre)
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", ["eigen-cam", "eigen-grad-cam"])
def test_centring_changes_eigen_maps(method: str) -> None:
    a, g = maps(0, positive=True), maps(1)
    assert np.abs(attribution(method, a, g) - attribution(method, a, g, centre="yes")).max() > 0.1


@pytest.mark.parametrize("centre", ["no", "yes"])
def test_no_eigen_map_is_inverted(centre: str) -> None:
    raw_inverted = 0
    rows, columns = np.mgrid[:9, :9]
    for seed in range(200):
        draw = rng(seed)
        row, column = draw.uniform(1, 7, 2)
        finding = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / draw.uniform(2, 8))
        gains = draw.gamma(1, 1, 24) * (draw.random(24) < draw.uniform(0.2, 1))
        noise = draw.normal(0, 0.15, (9, 9, 24))
        a = np.maximum(finding[..., None] * gains + noise, 0).astype(np.float32)
        found = attribution("eigen-cam", a, centre=centre)
        assert np.corrcoef(found.ravel(), finding.ravel())[0, 1] > 0, seed
        if centre == "no":
            assert found.min() >= -1e-5
        cells = a.reshape(81, 24) - (a.reshape(81, 24).mean(axis=0) if centre == "yes" else 0)
        raw = cells @ np.linalg.svd(cells, full_matrices=False)[2][0]
        raw_inverted += np.corrcoef(raw, finding.ravel())[0, 1] < 0
    # The library's own sign would have done it.
    assert raw_inverted > 20


def test_a_strong_channel_far_from_many_weak_ones_is_not_inverted() -> None:
    a = np.zeros((1, 2, 101), np.float32)
    a[0, 0, 0] = 10
    a[0, 1, 1:] = 0.5
    np.testing.assert_allclose(attribution("eigen-cam", a), [[10, 0]], atol=1e-5)


def test_eigen_cam_asks_for_no_target() -> None:
    a = maps(0, positive=True)
    assert not method_spec("eigen-cam").class_discriminative
    assert np.array_equal(attribution("eigen-cam", a, maps(1)), attribution("eigen-cam", a, maps(2)))


def test_a_cell_without_evidence_is_zero_in_eigen_grad_cam() -> None:
    a, g = maps(0, positive=True), maps(1)
    a[1, 2] = 0
    assert attribution("eigen-grad-cam", a, g)[1, 2] == pytest.approx(0, abs=1e-6)


def upsampled(values: Floats) -> NDArray[np.float64]:
    """Bilinear with half-pixel centres, the edge continued."""

    def along(values: NDArray[Any], axis: int) -> NDArray[np.float64]:
        count = values.shape[axis]
        places = (np.arange(SIZE) + 0.5) * count / SIZE - 0.5
        return np.apply_along_axis(lambda line: np.interp(places, np.arange(count), line), axis, values)

    return along(along(values.astype(np.float64), 0), 1)


def score_cam(a: Floats, probe: Probe, model: ArrayModel, channels: list[int]) -> Floats:
    given = []
    for channel in channels:
        mask = upsampled(a[..., channel])
        spread = mask.max() - mask.min()
        mask = (mask - mask.min()) / spread if np.ptp(a[..., channel]) > 0 else np.zeros_like(mask)
        x = BLACK + mask[None, ..., None] * (probe.image.values - BLACK)
        given.append(margin(model.logits(x.astype(np.float32)))[0])
    weights = np.exp(given) / np.exp(given).sum()
    return np.asarray(a[..., channels] @ weights, np.float32)


@pytest.mark.parametrize("top", [0, 1, 2, 5, 4096])
@pytest.mark.parametrize("positive", [True, False])
def test_score_cam_is_the_formula(top: int, positive: bool) -> None:
    a = maps(4, 3, 4, 7, positive=positive)
    a[..., 2] = 0.1
    a[..., 5] = 0
    probe, model = probe_of(a)
    order = sorted(range(7), key=lambda k: (np.ptp(a[..., k]) == 0, -a[..., k].var()))
    expected = score_cam(a, probe, model, order[: top or None])
    model.images = 0
    found, shares = finished("score-cam", probe, top=top)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    # One image for both channels that do not vary.
    assert model.images == {1: 1, 2: 2, 5: 5}.get(top, 6)
    assert shares
    assert all(0 < one < other < 1 for one, other in pairwise([*shares, 0.999]))


def test_the_size_of_a_step_does_not_change_score_cam() -> None:
    a = maps(4, 3, 4, 7)
    whole = attribution("score-cam", a, step=32)
    np.testing.assert_allclose(attribution("score-cam", a, step=1), whole, rtol=1e-5)


def test_score_cam_of_a_flat_layer_runs_black_once() -> None:
    a = np.ones((3, 4, 5), np.float32)
    probe, model = probe_of(a)
    found, _ = finished("score-cam", probe)
    np.testing.assert_allclose(found, np.ones((3, 4)), rtol=1e-6)
    assert model.images == 1


def test_fewer_channels_change_score_cam() -> None:
    a = maps(4, 3, 4, 7)
    found = attribution("score-cam", a, top=3)
    assert np.abs(found - attribution("score-cam", a, top=0)).max() > 0.01


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("step", [1, 3, 32])
def test_ablation_cam_is_the_formula(positive: bool, step: int) -> None:
    a = maps(5, 3, 4, 7, positive=positive)
    a[..., 4] = 0
    probe, model = probe_of(a, step=step)
    expected = np.zeros((3, 4))
    for channel in range(7):
        without = a.copy()
        without[..., channel] = 0
        drop = margin(model.head(a[None]))[0] - margin(model.head(without[None]))[0]
        expected += drop * a[..., channel]
    before = a.copy()
    found, shares = finished("ablation-cam", probe)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert np.array_equal(a, before)
    assert len(model.heads) == 6
    assert all(0 < one < other < 1 for one, other in pairwise([*shares, 0.999]))


def test_a_layer_without_activity_has_an_empty_ablation_cam() -> None:
    found, shares = finished("ablation-cam", probe_of(np.zeros((3, 4, 5), np.float32))[0])
    assert not found.any()
    assert shares == []


@pytest.mark.parametrize("seed", range(5))
def test_pli_is_the_formula(seed: int) -> None:
    g = maps(seed)
    stretched = (g - g.min()) / (g.max() - g.min() + 1e-8)
    expected = np.maximum(stretched.mean(axis=-1), 0)
    np.testing.assert_allclose(attribution("pli", maps(1), g), expected, rtol=1e-5)


def test_pli_looks_at_no_activation() -> None:
    g = maps(2)
    assert np.array_equal(attribution("pli", maps(0), g), attribution("pli", maps(1), g))


def test_a_gradient_that_is_the_same_everywhere_has_an_empty_pli() -> None:
    assert not attribution("pli", maps(0), np.full((3, 4, 5), 2, np.float32)).any()


def test_noise_repeats_and_depends_on_the_seed_alone() -> None:
    found = attribution("random", maps(0, 14, 14, 3), seed=3)
    assert np.array_equal(found, attribution("random", maps(1, 14, 14, 9), maps(2, 14, 14, 9), seed=3))
    assert abs(np.corrcoef(found.ravel(), attribution("random", maps(0, 14, 14, 3)).ravel())[0, 1]) < 0.6
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("side", [7, 14, 56])
def test_noise_is_smooth(side: int) -> None:
    found = attribution("random", maps(0, side, side, 1))
    assert np.corrcoef(found[1:].ravel(), found[:-1].ravel())[0, 1] > 0.3


@pytest.mark.parametrize("shape", [(1, 2, 3), (2, 1, 3), (14, 3, 1)])
@pytest.mark.parametrize(
    "method", [*GRADIENT_CAMS, "eigen-cam", "pli", "random", "score-cam", "ablation-cam"]
)
def test_every_grid_has_a_finite_map(method: str, shape: tuple[int, int, int]) -> None:
    found = attribution(method, maps(0, *shape), maps(1, *shape))
    assert found.shape == shape[:2]
    assert np.isfinite(found).all()
