"""Whether two groups of numbers differ, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Summary:
    """Number, mean and sample standard deviation of a group."""

    name: str
    n: int
    mean: float
    deviation: float


@dataclass(frozen=True)
class Comparison:
    """Two groups compared.

    Parameters
    ----------
    first, second : Summary
        The groups.
    t, degrees, p : float
        Welch's t-test of unequal variances (Welch 1947), two-sided; positive where the first is greater.
    d, d_low, d_high : float
        Cohen's d by the pooled standard deviation, positive where the first is greater, with the 95 %
        interval of its large-sample standard error (Hedges and Olkin 1985).
    u, u_p : float or None
        Mann and Whitney's U of the first group and its two-sided p; None where only summaries are known.
    """

    first: Summary
    second: Summary
    t: float
    degrees: float
    p: float
    d: float
    d_low: float
    d_high: float
    u: float | None = None
    u_p: float | None = None


def summarise(name: str, values: NDArray[np.float64]) -> Summary:
    """Return the summary of a group of at least two values."""
    return Summary(name, len(values), float(values.mean()), float(values.std(ddof=1)))


def compare_summaries(first: Summary, second: Summary) -> Comparison:
    """Compare two groups of which only number, mean and standard deviation are known."""
    from scipy.stats import ttest_ind_from_stats

    groups = (first.mean, first.deviation, first.n, second.mean, second.deviation, second.n)
    found = ttest_ind_from_stats(*groups, equal_var=False)
    a, b = first.deviation**2 / first.n, second.deviation**2 / second.n
    degrees = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1)) if a + b else float("nan")
    d = _cohens_d(first, second)
    error = sqrt((first.n + second.n) / (first.n * second.n) + d * d / (2 * (first.n + second.n)))
    half = 1.959964 * error
    return Comparison(
        first, second, float(found.statistic), degrees, float(found.pvalue), d, d - half, d + half
    )


def compare(names: tuple[str, str], first: NDArray[np.float64], second: NDArray[np.float64]) -> Comparison:
    """Compare two groups of values, at least two each."""
    from dataclasses import replace

    from scipy.stats import mannwhitneyu

    found = compare_summaries(summarise(names[0], first), summarise(names[1], second))
    ranks = mannwhitneyu(first, second, alternative="two-sided")
    return replace(found, u=float(ranks.statistic), u_p=float(ranks.pvalue))


def _cohens_d(first: Summary, second: Summary) -> float:
    freedom = first.n + second.n - 2
    pooled = ((first.n - 1) * first.deviation**2 + (second.n - 1) * second.deviation**2) / freedom
    return (first.mean - second.mean) / sqrt(pooled) if pooled else 0.0
