"""Opens damaged files by the thousand: `make fuzz`. Each is repeatable by its seed and number."""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from random import SystemRandom

from fuzz.run import run
from fuzz.trial import Outcome

_FAULTS = Path("build/fuzz")


def main() -> int:
    """Run, print figures and return the exit code: 1 where a fault was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="damaged files (default: 20,000)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1 << 31), help="of the damage")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="the number of one file, to repeat it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    numbers = range(chosen.count) if chosen.only is None else [chosen.only]
    print(f"seed {chosen.seed}: {len(numbers)} damaged files in {chosen.processes} processes", flush=True)
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if outcome.fault:
            print(f"FAULT {outcome.number}: {outcome.fault.strip().splitlines()[-1]}", flush=True)
        if len(outcomes) % 1000 == 0:
            print(f"{len(outcomes)} done", flush=True)

    start = time.monotonic()
    run(chosen.seed, numbers, chosen.processes, tell, _FAULTS)
    print(summary(outcomes, time.monotonic() - start))
    faults = sum(bool(outcome.fault) for outcome in outcomes)
    if faults:
        print(f"The files, and why, are in {_FAULTS}; repeat one with --seed {chosen.seed} --only NUMBER.")
    return 1 if faults else 0


def summary(outcomes: list[Outcome], seconds: float) -> str:
    """Return the figures in words."""
    opened = sum(outcome.opened for outcome in outcomes)
    faults = sum(bool(outcome.fault) for outcome in outcomes)
    return (
        f"{len(outcomes)} files in {seconds:.0f} s: {opened} opened, {len(outcomes) - opened} refused, "
        f"{faults} faults; slowest {max(outcome.seconds for outcome in outcomes):.1f} s, "
        f"most memory {max(outcome.memory for outcome in outcomes) / 1024**2:.0f} MiB"
    )


if __name__ == "__main__":
    sys.exit(main())
