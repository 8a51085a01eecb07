"""No export tells who the patient is: every writer there is, on a file that is marked all over."""

from __future__ import annotations

import io
import logging
import zipfile
from pathlib import Path

import numpy as np
import pytest
from canary import FILE_MARK, MARK, MARKS, found_in, found_in_bytes, write_marked
from marked import WRITERS, marked_scenes
from PIL import Image

from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions, PictureKind
from cxrviewer.export.overlay import Scene

SOMEBODY_ELSE = "ZQNOBODY"
READABLE = (".png", ".tif", ".gif", ".webp", ".jpg")
PICTURES = [
    (writer, suffix, kind)
    for writer, suffix in WRITERS
    for kind in PictureKind
    if suffix in READABLE and (kind is PictureKind.OVERLAY or suffix == ".png")
]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Scene]:
    folder = tmp_path_factory.mktemp(FILE_MARK)
    return marked_scenes(write_marked(folder / f"{FILE_MARK}.dcm"))


@pytest.mark.parametrize(("writer", "suffix"), WRITERS)
def test_no_writer_tells_of_the_patient(
    scenes: tuple[Scene, Scene], writer: str, suffix: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / f"result{suffix}"
    export(scenes, path, ExportOptions(writer, columns=2))
    assert path.stat().st_size > 0
    assert found_in(tmp_path, (*MARKS, FILE_MARK)) == []
    assert found_in_bytes(caplog.text.encode(), (*MARKS, FILE_MARK)) == []


@pytest.mark.parametrize(("writer", "suffix", "kind"), PICTURES)
def test_pictures_of_two_patients_with_the_same_image_are_the_same(
    scenes: tuple[Scene, Scene], writer: str, suffix: str, kind: PictureKind, tmp_path: Path
) -> None:
    options = ExportOptions(writer, kind, columns=2)
    other = marked_scenes(write_marked(tmp_path / "other.dcm", mark=SOMEBODY_ELSE))
    export(scenes, tmp_path / f"one{suffix}", options)
    export(other, tmp_path / f"other{suffix}", options)
    with Image.open(tmp_path / f"one{suffix}") as one, Image.open(tmp_path / f"other{suffix}") as two:
        np.testing.assert_array_equal(np.asarray(one), np.asarray(two))


def test_with_identity_asked_for_it_is_there(scenes: tuple[Scene, Scene], tmp_path: Path) -> None:
    asked, plain = tmp_path / "asked.png", tmp_path / "plain.png"
    export(scenes, asked, ExportOptions("png", identity=True))
    export(scenes, plain, ExportOptions("png"))
    with Image.open(asked) as one, Image.open(plain) as two:
        assert (np.asarray(one) != np.asarray(two)).any()
    folder = tmp_path / "dicom"
    folder.mkdir()
    export(scenes, folder / "capture.dcm", ExportOptions("dicom-sc", identity=True))
    assert any(MARK in each for each in found_in(folder))
    # In the file that was asked for, and nowhere else; the name of the image's file not even there.
    assert found_in(folder, keep=(folder / "capture.dcm",)) == []
    assert found_in(tmp_path, (FILE_MARK,)) == []


def test_the_search_finds_what_is_packed(tmp_path: Path) -> None:
    secret = f"Name: {MARK}07"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", secret * 9)
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Comment", secret * 9, zip=True)
    Image.fromarray(np.zeros((3, 3), np.uint8)).save(tmp_path / "b.png", pnginfo=texts)
    (tmp_path / "c.txt").write_bytes(secret.encode("utf-16-be"))
    import base64

    for lead in range(3):
        (tmp_path / f"d{lead}.txt").write_bytes(base64.b64encode(b"x" * lead + secret.encode()))
    (tmp_path / f"{MARK.lower()}.txt").touch()
    page = base64.b64encode((tmp_path / "b.png").read_bytes())
    (tmp_path / "e.html").write_bytes(b'<img src="data:image/png;base64,' + page + b'">')
    write_marked(tmp_path / "f.dcm")
    names = {line.partition(":")[0] for line in found_in(tmp_path)}
    assert names == {path.name for path in tmp_path.iterdir()}
