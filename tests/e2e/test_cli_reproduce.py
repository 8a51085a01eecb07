"""``cxrviewer reproduce`` on real files with the built-in model: the same file, bit for bit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cxrviewer.cli.main import main
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.session.marks import CardiothoracicRatio, Ellipse, FileMarks, Length
from cxrviewer.session.marks_file import MarkedImage, write_marks

CHEST = "dicom/gdcm-CR-MONO1-10-chest.dcm"
CHILD = "kermany224/train/PNEUMONIA/person9_bacteria_39.jpeg"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def lasting_explainer() -> None:
    """Let each command begin afresh: nothing of the first answer is taken for the second."""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


def marked(image: Path, path: Path) -> Path:
    radiograph = read_radiograph(image)
    rows, columns = radiograph.shape

    def at(x: float, y: float) -> tuple[float, float]:
        return x * columns, y * rows

    ratio = CardiothoracicRatio(
        (at(0.5, 0.1), at(0.5, 0.9), at(0.4, 0.6), at(0.7, 0.6), at(0.1, 0.7), at(0.9, 0.7))
    )
    ellipse = Ellipse((at(0.55, 0.3), at(0.8, 0.5)), text="Opacity?")
    marks = FileMarks((Length((at(0.2, 0.8), at(0.8, 0.81))), ratio, ellipse))
    write_marks(path, marks, MarkedImage(radiograph.digest, radiograph.shape))
    return path


@pytest.mark.parametrize(
    ("image", "output", "options"),
    [
        (CHEST, "a.png", ["--marks", "--triple", "--signed", "--scale", "3"]),
        (CHILD, "a.tif", ["--method", "score-cam", "--param", "top=4", "--view", "contours", "--no-caption"]),
        (CHILD, "a.webp", ["--method", "rise", "--param", "masks=12", "--param", "seed=7", "--no-fade"]),
        (CHILD, "a.jpg", ["--smoothing", "3", "--target", "Viral pneumonia vs rest", "--top-share", "0.2"]),
        (CHILD, "a.npz", ["--method", "layer-cam", "--raw"]),
    ],
    ids=["dicom", "score-cam", "seeded", "smoothed", "numbers"],
)
def test_the_same_command_gives_the_same_file(
    shared_data: Path, tmp_path: Path, run: Run, image: str, output: str, options: list[str]
) -> None:
    folder = tmp_path / "slides"
    folder.mkdir()
    out, where = folder / output, "-o"
    if "--raw" in options:
        options, where = options[:-1], "--raw"
    if "--marks" in options:
        marks = marked(shared_data / image, tmp_path / "a.marks.json")
        options = ["--marks", str(marks), *options[1:]]
    assert run("explain", shared_data / image, where, out, *options)[0] == 0
    # Found by its digest, whatever it is called, beside the export.
    shutil.copy(shared_data / image, folder / "renamed")
    (folder / "other.dcm").write_bytes(b"no image")
    # The export itself may be named in place of the file beside it.
    named = out if output == "a.npz" else f"{out}.json"
    code, told, _ = run("reproduce", named, "-o", folder / f"again-{output}")
    assert (code, told.splitlines()[-1]) == (0, "The same, bit for bit.")
    assert (folder / f"again-{output}").read_bytes() == out.read_bytes()


@pytest.fixture(scope="module")
def made_once(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    assert main(["explain", str(shared_data / CHILD), "-o", str(folder / "a.png")]) == 0
    return folder


@pytest.fixture
def exported(made_once: Path, tmp_path: Path) -> Path:
    """Return the sidecar of an export of one's own."""
    folder = tmp_path / "export"
    shutil.copytree(made_once, folder)
    return folder / "a.png.json"


def test_what_differs_is_told(shared_data: Path, exported: Path, run: Run) -> None:
    record = json.loads(exported.read_text())
    record["scenes"][0]["heatmap"]["alpha"] = 0.4
    exported.write_text(json.dumps(record))
    before = sorted(path.name for path in exported.parent.iterdir())
    code, told, _ = run("reproduce", exported, "--image", shared_data / CHILD)
    assert code == 3
    assert told.splitlines()[0] == "Not the same file."
    assert "pixels differ, by at most" in told
    assert "versions are the same" in told
    assert sorted(path.name for path in exported.parent.iterdir()) == before


def test_the_image_itself_must_be_there(exported: Path, shared_data: Path, run: Run) -> None:
    for where in ((), ("--image", shared_data / CHEST), ("--image", exported.parent / "none")):
        code, _, complaint = run("reproduce", exported, *where)
        assert code == 1
        assert complaint.count("\n") == 1
        assert "--image" in complaint


def test_another_model_is_refused(exported: Path, shared_data: Path, run: Run) -> None:
    model = shared_data / "models" / "pediatric_pneumonia_keras2.h5"
    code, _, complaint = run("reproduce", exported, "--image", shared_data / CHILD, "--model", model)
    assert (code, complaint.count("\n")) == (1, 1)
    assert "not the model that the export was made with" in complaint


def test_a_model_of_ones_own_is_found_beside_the_export(shared_data: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "slides"
    folder.mkdir()
    own = shared_data / "models" / "pediatric_pneumonia_keras2.h5"
    arguments = ("explain", shared_data / CHILD, "--model", own, "-o", folder / "a.png")
    assert run(*arguments)[0] == 0
    code, _, complaint = run("reproduce", folder / "a.png.json", "--image", shared_data / CHILD)
    assert (code, complaint.count("\n")) == (1, 1)
    assert "Name its file by --model" in complaint
    shutil.copy(own, folder / "weights.h5")
    code, told, _ = run("reproduce", folder / "a.png.json", "--image", shared_data / CHILD)
    assert (code, told.splitlines()[-1]) == (0, "The same, bit for bit.")


def test_an_export_is_never_written_over_the_image(shared_data: Path, exported: Path, run: Run) -> None:
    image = exported.parent / "child.png"
    shutil.copy(shared_data / CHILD, image)
    before = image.read_bytes()
    code, _, complaint = run("reproduce", exported, "--image", image, "-o", image)
    assert (code, image.read_bytes()) == (1, before)
    assert "the image itself" in complaint
