"""DICOM objects, reports and films by the command line, with the built-in model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pypdf import PdfReader

from cxrviewer.cli.main import main
from cxrviewer.models.catalog import builtin_cards
from cxrviewer.paths import resource

PHANTOMS = [resource("samples", f"phantom-{name}.dcm") for name in ("opacity", "normal")]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))


def test_dicom_objects_in_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "objects"
    assert main(["explain", str(PHANTOMS[0]), "--no-lungs", "--dicom", str(folder)]) == 0
    names = {"image.dcm", "overlay-sc.dcm", "heatmap-seg.dcm", "outputs-sr.dcm", "contours-gsps.dcm"}
    assert {path.name for path in folder.iterdir()} == names | {f"{name}.json" for name in names}
    read = {name: pydicom.dcmread(folder / name) for name in names}
    assert len({dataset.StudyInstanceUID for dataset in read.values()}) == 1
    # The peak of the map may lie between pixels.
    assert read["heatmap-seg.dcm"].pixel_array.max() >= 253
    card = builtin_cards()[0]
    algorithm = read["heatmap-seg.dcm"].SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert card.sha256 in algorithm.AlgorithmParameters
    assert capsys.readouterr().out.count("Wrote ") == 5
    # With identity, of the file's own study, and nothing else than was asked for.
    asked = ["--identity", "--objects", "sr", "--no-sidecar", "--no-lungs"]
    assert main(["explain", str(PHANTOMS[0]), "--dicom", str(tmp_path / "own"), *asked]) == 0
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["outputs-sr.dcm"]
    source = pydicom.dcmread(PHANTOMS[0], stop_before_pixels=True)
    assert pydicom.dcmread(tmp_path / "own" / "outputs-sr.dcm").StudyInstanceUID == source.StudyInstanceUID


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--objects", "seg"], "--objects needs a folder"),
        (["--dicom", "x", "--objects", "rt"], "is no list of sc, seg, sr, gsps"),
        (["--dicom", __file__], "This is not a folder"),
    ],
)
def test_what_is_wrong_with_objects_is_told_before_tensorflow_starts(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(PHANTOMS[0]), *arguments]) != 0
    assert message in capsys.readouterr().err


def test_a_report_of_several_images_says_of_each_why_it_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, path = tmp_path / "broken.dcm", tmp_path / "report.pdf"
    broken.write_bytes(b"nothing")
    images = [str(PHANTOMS[0]), str(broken), str(PHANTOMS[1])]
    assert main(["report", *images, "-o", str(path), "--paper", "letter"]) == 1
    reader = PdfReader(path)
    assert len(reader.pages) == 3
    reason = " ".join(reader.pages[1].extract_text().split())
    assert "Image 2 of 3 is left out" in reason
    assert "2 / 3" in reason
    assert "broken" not in reason
    card = builtin_cards()[0]
    for page in (reader.pages[0], reader.pages[2]):
        text = page.extract_text()
        assert all(label in text for label in card.labels)
        assert card.sha256 in text
    captured = capsys.readouterr()
    assert "3 pages, 1 of them" in captured.out
    assert "broken.dcm" in captured.err
    # The recorded export is made again, with the page of the image that was left out.
    assert main(["reproduce", f"{path}.json", "--image", str(PHANTOMS[0].parent)]) == 0
    assert main(["report", str(broken), "-o", str(path)]) == 1
    assert main(["report", str(PHANTOMS[0]), "-o", str(tmp_path / "report.png")]) == 1


def test_films_over_layers_and_opacity(tmp_path: Path) -> None:
    layers, fading = tmp_path / "layers.gif", tmp_path / "fading.gif"
    assert main(["animate", str(PHANTOMS[0]), "-o", str(layers), "--over", "layers", "--fps", "2"]) == 0
    sidecar = json.loads((tmp_path / "layers.gif.json").read_text())
    asked = [scene["question"]["layers"] for scene in sidecar["scenes"]]
    assert len(asked) == len({tuple(names) for names in asked}) > 3
    assert main(["animate", str(PHANTOMS[0]), "-o", str(fading), "--over", "alpha"]) == 0
    with Image.open(fading) as film:
        assert (film.n_frames, film.info["duration"]) == (24, 100)
        image = np.asarray(film.convert("RGB")).astype(int)
    with Image.open(layers) as film:
        assert (film.n_frames, film.info["duration"]) == (len(asked), 500)
        for number in range(film.n_frames):
            film.seek(number)
            picture = np.asarray(film.convert("RGB")).astype(int)
            # Of every layer something is seen, however small its values are beside those of others.
            assert (np.abs(picture[:600] - image[:600]).max(axis=-1) > 40).mean() > 0.002, asked[number]
    assert main(["animate", str(PHANTOMS[0]), "-o", str(tmp_path / "x.png"), "--over", "alpha"]) == 1
    wrong = ["animate", str(PHANTOMS[0]), "-o", str(layers), "--over", "layers", "--method", "occlusion"]
    assert main(wrong) == 2
