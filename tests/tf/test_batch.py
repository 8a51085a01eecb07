"""Batches from end to end, with processes that read and draw."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest
from PIL import Image

from cxrviewer.batch.finish import BatchSummary
from cxrviewer.batch.options import BatchOptions
from cxrviewer.batch.progress import BatchProgress
from cxrviewer.batch.run import run_batch
from cxrviewer.cli.main import main
from cxrviewer.errors import ExportError, UserError
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.card_toml import write_card
from cxrviewer.models.catalog import file_digest
from cxrviewer.session.state import ViewState, asking

CARD = ModelCard("m", "M", "1", "", ("a", "b", "c"), (0.5,) * 3, Activation.SOFTMAX, InputSpec(32, 32, 1))
GOOD = 21


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "m.keras"
    builders.randomise(builders.two_dense()).save(path)
    write_card(replace(CARD, sha256=file_digest(path)), path.with_suffix(".toml"))
    return str(path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(5)
    for number in range(GOOD):
        picture = rng.integers(0, 255, (40 + number, 50), dtype=np.uint8)
        Image.fromarray(picture).save(folder / f"image {number}.png")
    (folder / "image 3 damaged.png").write_bytes((folder / "image 3.png").read_bytes()[:300])
    (folder / "image 5 empty.dcm").touch()
    return folder


def options(model: str, **changes: Any) -> BatchOptions:
    return BatchOptions(**{"state": ViewState(model=model), "workers": 2, **changes})


def rows(output: Path) -> list[dict[str, str]]:
    with (output / "results.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def nothing(progress: BatchProgress) -> None:
    pass


@pytest.fixture(scope="module")
def finished(
    model: str, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, BatchSummary, Any]:
    output = tmp_path_factory.mktemp("out")
    told: list[BatchProgress] = []
    return output, run_batch([str(data)], options(model), output, told.append), told


def test_every_file_has_a_row_and_every_good_one_a_picture(finished: Any) -> None:
    output, summary, told = finished
    found = rows(output)
    assert [row["number"] for row in found] == [str(number) for number in range(1, GOOD + 3)]
    failed = [row for row in found if row["error"]]
    assert [row["file"] for row in failed] == ["image 3 damaged.png", "image 5 empty.dcm"]
    assert "empty" in failed[1]["error"]
    pictures = {path.name for path in (output / "pictures").glob("*.jpg")}
    assert pictures == {row["picture"] for row in found if row["picture"]}
    assert len(pictures) == GOOD
    assert (summary.total, summary.done, summary.failed, summary.complete) == (GOOD + 2, GOOD + 2, 2, True)
    assert sum(each.top for each in summary.classes) == GOOD
    # When it begins, when the model is there, and after each file.
    assert [progress.done for progress in told] == [0, *range(GOOD + 3)]
    assert told[-1].seconds_left == 0
    assert pq.read_table(output / "results.parquet").num_rows == GOOD + 2


def test_page_and_text_tell_of_the_failures(finished: Any) -> None:
    output, _, _ = finished
    page, text = (output / "summary.html").read_text(), (output / "summary.txt").read_text()
    for each in (page, text):
        assert "image 3 damaged.png" in each
        assert "not for diagnosis" in each
    assert page.count("data:image/jpeg") == GOOD
    assert 'href="pictures/00001-image_0.jpg"' in page


@pytest.mark.parametrize(
    "more", [[], ["--method", "layer-cam", "--layer", "early,last", "--target", "not b"]]
)
def test_pictures_and_numbers_are_those_of_explain(
    finished: Any, more: list[str], model: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = finished[0]
    if more:
        output = tmp_path / "other"
        arguments = ["batch", str(data), "-o", str(output), "--model", model, "--workers", "1"]
        assert main([*arguments, *more]) == 1
        assert capsys.readouterr().err.count("image 3 damaged.png: ") == 1
    for row in rows(output)[:3]:
        single = tmp_path / "single.jpg"
        arguments = ["explain", str(data / row["file"]), "--model", model, "-o", str(single), "--json", *more]
        capsys.readouterr()
        assert main(arguments) == 0
        answer = json.loads(capsys.readouterr().out)
        found = [float(row[f"probability of {label}"]) for label in "abc"]
        np.testing.assert_allclose(found, answer["probabilities"], atol=1e-5)
        assert row["target"] == answer["target"]["name"]
        height, width = int(row["height"]), int(row["width"])
        one, other = (
            np.asarray(Image.open(path))[:height, :width].astype(int)
            for path in (output / "pictures" / row["picture"], single)
        )
        # A value in the middle between two bytes may be rounded either way.
        assert np.abs(one - other).max() <= 2
        assert (one != other).mean() < 0.001


def test_a_run_that_was_ended_goes_on_without_doing_anything_twice(
    model: str, data: Path, tmp_path: Path
) -> None:
    told: list[int] = []

    def stop(progress: BatchProgress) -> None:
        if progress.row is not None:
            told.append(progress.row.number)
        if len(told) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([str(data)], options(model), tmp_path, stop)
    assert len(rows(tmp_path)) == 5
    assert "18 left: go on with --resume" in (tmp_path / "summary.txt").read_text()
    before = {row["number"]: row for row in rows(tmp_path)}
    with pytest.raises(UserError, match="There is a batch"):
        run_batch([str(data)], options(model), tmp_path, nothing)
    changed = options(model, state=asking(ViewState(model=model), method="hires-cam"), resume=True)
    with pytest.raises(UserError, match="method grad-cam"):
        run_batch([str(data)], changed, tmp_path, nothing)
    again: list[int] = []
    run_batch(
        [str(data)],
        options(model, resume=True),
        tmp_path,
        lambda p: again.append(p.row.number) if p.row else None,
    )
    assert sorted(told + again) == list(range(1, GOOD + 3))
    after = rows(tmp_path)
    assert len(after) == GOOD + 2
    assert {row["number"]: row for row in after if row["number"] in before} == before
    untouched = run_batch([str(data)], options(model, resume=True), tmp_path, nothing)
    assert untouched.complete


def test_a_full_disk_ends_the_run_and_leaves_nothing_half_written(
    model: str, data: Path, tiny_disk: Path
) -> None:
    with pytest.raises(ExportError, match="The disk is full"):
        run_batch([str(data)], options(model), tiny_disk, nothing)
    left = {path.name for path in tiny_disk.rglob("*") if path.is_file()}
    assert not [name for name in left if name.startswith(".part-")]
    for path in (tiny_disk / "pictures").glob("*.jpg"):
        Image.open(path).load()


def test_files_are_never_written_over(model: str, data: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    source = tmp_path / "pictures" / "00001-image_0.jpg"
    source.write_bytes((data / "image 0.png").read_bytes())
    for given in (source, data):
        with pytest.raises(UserError, match=r"pictures|other results"):
            run_batch([str(given)], options(model), tmp_path, nothing)
    assert source.read_bytes() == (data / "image 0.png").read_bytes()


def test_only_numbers_tell_nothing_of_the_names(
    model: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["batch", str(data), "-o", str(tmp_path / "o"), "--model", model, "--max", "4"]
    assert main([*arguments, "--numbers-only", "--format", "jpg", "--no-sidecar"]) == 1
    names = [path.name for path in (tmp_path / "o").rglob("*")]
    assert {"00001.jpg", "00002.jpg", "00003.jpg"} < set(names)
    texts = [(tmp_path / "o" / name).read_text() for name in ("results.csv", "summary.html", "summary.txt")]
    for text in [*texts, *names, capsys.readouterr().out]:
        assert "image_" not in text
        assert "image 0" not in text


def test_a_desk_that_is_killed_loses_nothing(model: str, data: Path, tmp_path: Path) -> None:
    others = {each.pid for each in psutil.Process().children()}

    def desks() -> list[psutil.Process]:
        new = [each for each in psutil.Process().children() if each.pid not in others]
        return [each for each in new if "spawn_main" in " ".join(each.cmdline())]

    killed: list[int] = []

    def kill(progress: BatchProgress) -> None:
        if progress.done == 3 and not killed:
            for process in desks():
                killed.append(process.pid)
                process.kill()

    summary = run_batch([str(data)], options(model), tmp_path, kill)
    assert len(killed) == 2
    assert (summary.done, summary.failed) == (GOOD + 2, 2)
    assert len(list((tmp_path / "pictures").glob("*.jpg"))) == GOOD
    assert not desks()


def test_all_failing_is_an_error_of_the_command(
    model: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["batch", str(data / "image 5 empty.dcm"), "-o", str(tmp_path), "--model", model]
    assert main(arguments) == 1
    assert "1 file: 0 analysed, 1 failed" in capsys.readouterr().out
    assert main([*arguments, "--format", "doc"]) == 2
