"""The same batch on a dask cluster, one of its two workers killed halfway."""

from __future__ import annotations

import csv
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cxrviewer.batch.options import BatchOptions
from cxrviewer.batch.progress import BatchProgress
from cxrviewer.batch.run import run_batch
from cxrviewer.errors import UserError

distributed = pytest.importorskip("distributed")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for number in range(300):
        picture = cv2.resize(rng.integers(0, 255, (9, 9), dtype=np.uint8), (96, 80))
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    (folder / "0bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def cluster(**settings: Any) -> Any:
    return distributed.LocalCluster(dashboard_address=None, **settings)


@pytest.fixture
def here() -> Iterator[str]:
    with cluster(n_workers=1, threads_per_worker=2, processes=False) as made:
        yield made.scheduler_address


def rows(output: Path) -> list[dict[str, str]]:
    with (output / "results.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_cluster_gives_what_this_machine_gives(here: str, data: Path, tmp_path: Path) -> None:
    answers = []
    for name, address in (("there", here), ("here", "")):
        options = BatchOptions(cluster=address, most=40, workers=1)
        summary = run_batch([str(data)], options, tmp_path / name, lambda _: None)
        assert (summary.done, summary.failed) == (40, 1)
        found = rows(tmp_path / name)
        numbers = [float(row["probability of Normal"] or "nan") for row in found]
        answers.append(([row["picture"] for row in found], numbers))
        assert len(list((tmp_path / name / "pictures").glob("*.jpg"))) == 39
    assert answers[0][0] == answers[1][0]
    np.testing.assert_allclose(answers[0][1], answers[1][1], atol=1e-5)


def test_no_scheduler_is_said(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxrviewer.batch.cluster._PATIENCE", 1.0)
    with pytest.raises(UserError, match=r"There is no dask scheduler at tcp://127\.0\.0\.1:9"):
        run_batch([str(data)], BatchOptions(cluster="tcp://127.0.0.1:9"), tmp_path / "o", lambda _: None)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX signals")
def test_a_worker_that_is_killed_loses_no_row_and_doubles_none(data: Path, tmp_path: Path) -> None:
    told: list[int] = []
    with (
        cluster(n_workers=2, threads_per_worker=1, processes=True) as made,
        distributed.Client(made) as client,
    ):
        workers = dict(client.run(os.getpid))
        assert len(workers) == 2

        def kill_one(progress: BatchProgress) -> None:
            if progress.row is None:
                return
            told.append(progress.row.number)
            if len(told) == 100:
                os.kill(next(iter(workers.values())), signal.SIGKILL)

        options = BatchOptions(cluster=made.scheduler_address)
        summary = run_batch([str(data)], options, tmp_path / "out", kill_one)
        # One of them is another process now.
        assert set(client.run(os.getpid).values()) != set(workers.values())
    assert sorted(told) == list(range(1, 302))
    assert (summary.done, summary.failed, summary.complete) == (301, 1, True)
    found = rows(tmp_path / "out")
    assert [int(row["number"]) for row in found] == list(range(1, 302))
    pictures = {path.name for path in (tmp_path / "out" / "pictures").glob("*.jpg")}
    assert pictures == {row["picture"] for row in found if row["picture"]}
    assert not list((tmp_path / "out" / "pictures").glob(".part-*"))
