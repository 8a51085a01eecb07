"""What the commands leave behind tells neither who the patient is nor how the file was called."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import pytest
from canary import FILE_MARK, MARK, MARKS, found_in, found_in_bytes, write_marked, write_marked_picture

from cxrviewer.cli.main import main

ALL = (*MARKS, FILE_MARK)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two marked files, one of which is damaged."""
    folder = tmp_path_factory.mktemp("scans")
    write_marked(folder / f"{FILE_MARK}.dcm")
    write_marked(folder / f"{FILE_MARK}-damaged.dcm", damaged=True)
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which everything lies that a command writes, wherever it puts it."""
    for name in ("config", "temporary", "work", "out"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


@pytest.fixture
def run(here: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture):
    """Return a function that runs a command and checks what it leaves behind and prints."""
    caplog.set_level(logging.DEBUG, logger="cxrviewer")
    caplog.set_level(logging.DEBUG, logger="pydicom")

    def command(*arguments: object, code: int = 0) -> str:
        assert main([str(argument) for argument in arguments]) == code
        captured = capfd.readouterr()
        # The user's own words, the name of the file, may be printed; what is in the file may not.
        said = (captured.out + captured.err + caplog.text).encode()
        assert found_in_bytes(said, MARKS) == []
        assert found_in(here, ALL) == []
        return captured.out

    return command


def test_explain_compare_and_reproduce(run, here: Path, scans: Path) -> None:
    scan, out = scans / f"{FILE_MARK}.dcm", here / "out"
    run("explain", scan, "-o", out / "a.png", "--raw", out / "a.npz", "--json")
    run("explain", scan, "-o", out / "b.dcm", "--format", "dicom-sc")
    run("compare", scan, "-o", out / "c.png", "--methods", "grad-cam,layer-cam", "--json")
    again = run("reproduce", out / "a.png.json", "--image", scan, "-o", out / "d.png")
    assert "bit for bit" in again
    run("render", scan, "-o", out / "e.png")
    assert len(list(out.iterdir())) >= 8


def test_what_a_picture_says_beside_its_pixels_goes_nowhere(
    run, here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scans = tmp_path_factory.mktemp("pictures")
    for suffix in (".png", ".jpg", ".tif"):
        picture = write_marked_picture(scans / f"{FILE_MARK}{suffix}")
        assert found_in_bytes(picture.read_bytes())
        run("explain", picture, "-o", here / "out" / f"a{suffix}")
    run("explain", picture, "-o", here / "out" / "a.dcm", "--format", "dicom-sc")
    run("animate", picture, "-o", here / "out" / "a.gif", "--over", "alpha")


def test_report_and_batch_with_a_damaged_file(run, here: Path, scans: Path) -> None:
    out = here / "out"
    run("report", *sorted(scans.iterdir()), "-o", out / "report.pdf", code=1)
    run("batch", scans, "-o", out / "batch", "--numbers-only", "--workers", "1", code=1)
    written = {path.suffix for path in (out / "batch").rglob("*") if path.is_file()}
    assert {".csv", ".parquet", ".html", ".txt", ".jpg"} <= written


def test_what_is_wrong_is_told_without_saying_of_whom(run, here: Path, scans: Path) -> None:
    damaged = scans / f"{FILE_MARK}-damaged.dcm"
    run("explain", damaged, "-o", here / "out" / "a.png", code=1)
    run("render", damaged, "-o", here / "out" / "a.png", code=1)
    run("info", scans / f"{FILE_MARK}.dcm")
    assert list((here / "out").iterdir()) == []


def test_with_identity_asked_for_it_may_be_told(here: Path, scans: Path) -> None:
    out = here / "out" / "a.dcm"
    arguments = ["explain", scans / f"{FILE_MARK}.dcm", "-o", out, "--format", "dicom-sc", "--identity"]
    assert main([str(argument) for argument in arguments]) == 0
    assert any(MARK in each for each in found_in_bytes(out.read_bytes()))
