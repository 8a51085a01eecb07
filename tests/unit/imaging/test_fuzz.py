"""Damaged files of every kind open or are refused with a reason; `make fuzz` tries many more of them."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import dcmtk
import pytest
from fuzz import run as fuzz_run
from fuzz.originals import Original, originals
from fuzz.trial import Outcome, attempt, damaged

pytestmark = [
    dcmtk.needed,
    pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks of memory are measured on Linux"),
]

SEED = 20261121
COUNT = 300


def test_damaged_files_open_or_are_refused(tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    fuzz_run.run(SEED, range(COUNT), 1, outcomes.append, tmp_path)
    faults = [f"{outcome.number}: {outcome.fault}" for outcome in outcomes if outcome.fault]
    assert not faults, f"seed {SEED}\n" + "\n".join(faults)
    assert len(outcomes) == COUNT
    opened = sum(outcome.opened for outcome in outcomes)
    assert COUNT / 10 < opened < 0.9 * COUNT, "damage that always or never matters proves nothing"


def test_whole_files_open(tmp_path: Path) -> None:
    for original in originals(tmp_path):
        path = tmp_path / f"whole{original.suffix}"
        path.write_bytes(original.content)
        outcome = attempt(0, path)
        assert not outcome.fault, f"{original.name}: {outcome.fault}"
        assert outcome.opened or original.name in ("DICOMDIR", "rtdose.dcm"), original.name


def test_damage_is_repeatable(tmp_path: Path) -> None:
    made = [Original(".dcm", bytes(range(256)) * 40, "one"), Original(".dcm", bytes(10_000), "other")]
    files = [damaged(SEED, number, made)[1] for number in range(50)]
    assert files == [damaged(SEED, number, made)[1] for number in range(50)]
    assert files != [damaged(SEED + 1, number, made)[1] for number in range(50)]
    assert len(set(files)) > 35


def crash_or_hang(number: int, path: Path) -> Outcome:
    """Do what no decoder should."""
    match number:
        case 1:
            os.kill(os.getpid(), signal.SIGSEGV)
        case 3:
            time.sleep(600)
        case 5:
            return Outcome(number, False, "raised something")
    return Outcome(number, True, "")


def test_a_crash_and_a_hang_are_found_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that looks for faults finds those that are there, and goes on behind them."""
    faults = tmp_path / "faults"
    monkeypatch.setattr(fuzz_run, "originals", lambda folder: (Original(".dcm", bytes(1000), "small"),))
    monkeypatch.setattr(fuzz_run, "MOST_SECONDS", 0.5)
    outcomes: list[Outcome] = []
    fuzz_run.run(SEED, range(7), 2, outcomes.append, faults, crash_or_hang)
    found = {outcome.number: outcome.fault for outcome in outcomes}
    assert sorted(found) == list(range(7))
    assert "crashed" in found[1]
    assert "hangs" in found[3]
    assert found[5] == "raised something"
    assert not any(found[number] for number in (0, 2, 4, 6))
    assert {path.name for path in faults.iterdir()} == {
        f"{SEED}-{number}{suffix}" for number in (1, 3, 5) for suffix in (".dcm", ".txt")
    }
