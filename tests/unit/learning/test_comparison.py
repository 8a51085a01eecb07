"""The statistics of a study against SciPy, and the published numbers from their summaries."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxrviewer.learning.comparison import Summary, compare, compare_summaries


def test_published_summaries_give_the_published_statistics() -> None:
    """ResNet50, frozen: 0.215 ± 0.018 against 0.242 ± 0.020, t = -5.33, d = 1.40; the means are rounded."""
    found = compare_summaries(Summary("normal", 30, 0.215, 0.018), Summary("ill", 30, 0.242, 0.020))
    assert found.t == pytest.approx(-5.33, abs=0.25)
    assert -found.d == pytest.approx(1.40, abs=0.05)
    assert found.p < 1e-5
    assert found.d_low < found.d < found.d_high < 0
    rounding = [
        compare_summaries(Summary("n", 30, 0.215 + a, 0.018 + b), Summary("i", 30, 0.242 - a, 0.020 + b))
        for a in (0, 0.0005)
        for b in (-0.0005, 0.0005)
    ]
    assert min(each.t for each in rounding) <= -5.33 <= max(each.t for each in rounding)


@pytest.mark.parametrize(("count", "spread"), [((30, 30), 1.0), ((12, 40), 2.5)])
def test_values_are_compared_as_scipy_does(count: tuple[int, int], spread: float) -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(0, 1, count[0]), rng.normal(0.6, spread, count[1])
    found = compare(("a", "b"), first, second)
    welch = stats.ttest_ind(first, second, equal_var=False)
    assert (found.t, found.p) == pytest.approx((welch.statistic, welch.pvalue))
    assert found.degrees == pytest.approx(welch.df)
    ranks = stats.mannwhitneyu(first, second)
    assert (found.u, found.u_p) == pytest.approx((ranks.statistic, ranks.pvalue))
    pooled = np.sqrt(
        ((count[0] - 1) * first.var(ddof=1) + (count[1] - 1) * second.var(ddof=1)) / (sum(count) - 2)
    )
    assert found.d == pytest.approx((first.mean() - second.mean()) / pooled)


def test_the_interval_of_d_covers_it_nineteen_times_of_twenty() -> None:
    rng = np.random.default_rng(7)
    true, rounds, hits = 0.8, 600, 0
    for _ in range(rounds):
        found = compare(("a", "b"), rng.normal(true, 1, 30), rng.normal(0, 1, 30))
        hits += found.d_low <= true <= found.d_high
    assert hits / rounds == pytest.approx(0.95, abs=0.03)


def test_groups_that_do_not_differ_at_all_have_no_effect() -> None:
    same = Summary("a", 5, 1.0, 0.0)
    assert compare_summaries(same, same).d == 0
