"""Rows of the benchmark table, and how times are taken: medians of repeated runs, ratios within one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    name : str
        What was measured.
    value : str
        With its unit.
    goal : str
        What was hoped for; "" for a reference.
    met : bool, optional
        Whether it was reached; None for a reference.
    """

    name: str
    value: str
    goal: str = ""
    met: bool | None = None


def milliseconds(value: float) -> str:
    """Return seconds as text in milliseconds."""
    return f"{value * 1e3:.1f} ms"


def at_most(name: str, value: float, goal: float, unit: str = "ms") -> Row:
    """Return a row for a time in seconds that should be at most `goal` seconds."""
    if unit == "ms":
        return Row(name, milliseconds(value), f"≤ {goal * 1e3:g} ms", value <= goal)
    return Row(name, f"{value:.2f} s", f"≤ {goal:.2f} s", value <= goal)


def median_time(action: Callable[[int], object], runs: int, warm_up: int = 3) -> float:
    """Return the median seconds of `action(i)`, after `warm_up` uncounted calls."""
    times = []
    for number in range(runs + warm_up):
        start = time.perf_counter()
        action(number)
        times.append(time.perf_counter() - start)
    return statistics.median(times[warm_up:])


def interleaved(rounds: int, *actions: Callable[[int], object], warm_up: int = 3) -> list[float]:
    """Return the median seconds of actions that take turns, after `warm_up` uncounted rounds."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(rounds + warm_up):
        for action, taken in zip(actions, times, strict=True):
            before = time.perf_counter()
            action(number)
            taken.append(time.perf_counter() - before)
    return [statistics.median(taken[warm_up:]) for taken in times]


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Print rows in columns."""
    print(f"\n{title}")
    name_width = max(len(row.name) for row in rows)
    value_width = max(len(row.value) for row in rows)
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        goal = f"goal {row.goal}" if row.goal else ""
        print(
            f"  {row.name:<{name_width}}  {row.value:>{value_width}}  {goal:<16}  {verdict}".rstrip(),
            flush=True,
        )
