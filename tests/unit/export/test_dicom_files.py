"""Files of DICOM objects: one with the image that it needs, a folder, an archive, sent to a PACS."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dicom_made
import pydicom
import pytest
from dicom_made import IDENTITY, NOBODY, PLAIN, check, scene_of, write_source

from cxrviewer.errors import ExportError
from cxrviewer.export.dicom.folder import check_objects, export_folder
from cxrviewer.export.dicom.kinds import IMAGE_NAME, Kind
from cxrviewer.export.export import export
from cxrviewer.export.overlay import Scene
from cxrviewer.export.together import written_together

pytestmark = dicom_made.needed


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene_of(write_source(tmp_path_factory.mktemp("source") / "source.dcm", PLAIN.dataset()))


@pytest.fixture(scope="module")
def folder(shown: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All objects of a scene, which are not to be changed."""
    place = tmp_path_factory.mktemp("made") / "new" / "objects"
    export_folder(shown, place, NOBODY)
    return place


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_that_is_made_again_is_the_same_file(shown: Scene, folder: Path, tmp_path: Path) -> None:
    export((shown,), tmp_path / "all.zip", NOBODY)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        together = {member.filename: archive.read(member) for member in archive.infolist()}
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert together == {path.name: path.read_bytes() for path in folder.glob("*.dcm")}
    alone = tmp_path / "alone.dcm"
    export((shown,), alone, replace(NOBODY, writer="dicom-gsps"))
    assert alone.read_bytes() == together["contours-gsps.dcm"]
    export((replace(shown, inverted=True),), alone, replace(NOBODY, writer="dicom-gsps"))
    assert pydicom.dcmread(alone).SOPInstanceUID.encode() not in together["contours-gsps.dcm"]


def test_the_image_that_objects_need_is_written_beside_them(
    shown: Scene, folder: Path, tmp_path: Path
) -> None:
    options = replace(NOBODY, sidecar=False)
    for writer in ("dicom-seg", "dicom-sr", "dicom-gsps"):
        path = tmp_path / f"{writer}.dcm"
        assert export((shown,), path, replace(options, writer=writer))[0] == path
    (image,) = tmp_path.glob("image-*.dcm")
    assert image.read_bytes() == (folder / IMAGE_NAME).read_bytes()
    for path in tmp_path.iterdir():
        assert pydicom.dcmread(image).SOPInstanceUID.encode() in path.read_bytes()
    # With identity that is the file itself.
    own = tmp_path / "own" / "one.dcm"
    own.parent.mkdir()
    assert export((shown,), own, replace(options, writer="dicom-gsps", identity=True)) == (own,)
    assert list(own.parent.iterdir()) == [own]


@pytest.mark.parametrize("writer", ["dicom-sc", "dicom-seg", "dicom-sr", "dicom-gsps", "dicom-image"])
def test_without_its_library_it_says_what_to_install(
    shown: Scene, tmp_path: Path, writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r"pip install cxrviewer\[dicom\]"):
        export((shown,), tmp_path / "out.dcm", replace(NOBODY, writer=writer))
    assert list(tmp_path.iterdir()) == []


def test_what_would_be_refused_later_is_refused_first(shown: Scene, tmp_path: Path) -> None:
    source = shown.radiograph.path
    check_objects(tmp_path / "new" / "objects", source)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="This is not a folder"):
        check_objects(tmp_path / "file", source)
    with pytest.raises(ExportError, match="The folder does not exist"):
        check_objects(tmp_path / "file" / "below", source)
    image = Path(shutil.copy(source, tmp_path / IMAGE_NAME))
    with pytest.raises(ExportError, match="This is the image itself"):
        check_objects(tmp_path, image)


def test_on_a_full_disk_a_folder_stays_as_it_was(shown: Scene, full_disk: Path) -> None:
    before = contents(full_disk)
    for place in (full_disk, full_disk / "new" / "objects"):
        with pytest.raises(ExportError) as caught:
            export_folder(shown, place, NOBODY, (Kind.PRESENTATION,))
        assert caught.value.path == place
        assert contents(full_disk) == before
        assert not any(path.is_dir() for path in full_disk.iterdir())


def test_files_that_cannot_all_take_their_places_leave_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "c").mkdir(parents=True)
    (folder / "b").write_text("former")

    def write(names: str) -> None:
        with written_together(folder) as new:
            for name in names:
                (new / name).write_text("new")

    with pytest.raises(IsADirectoryError):
        write("abc")
    assert contents(folder) == {"b": b"former"}
    assert sorted(path.name for path in folder.iterdir()) == ["b", "c"]
    write("ab")
    assert contents(folder) == {"a": b"new", "b": b"new"}


@pytest.mark.skipif(shutil.which("storescp") is None, reason="DCMTK's storescp is not installed")
def test_an_archive_takes_all_objects_and_gives_them_back_as_they_were(folder: Path, tmp_path: Path) -> None:
    files = sorted(folder.glob("*.dcm"))
    with archive(tmp_path) as port:
        command = ["storescu", "-R", "127.0.0.1", str(port), *map(str, files)]
        for _ in range(100):
            sent = subprocess.run(command, capture_output=True, text=True, check=False)
            if "refused" not in sent.stderr:
                break
            time.sleep(0.05)
    assert sent.returncode == 0, sent.stderr
    kept = {dataset.SOPInstanceUID: dataset for dataset in map(pydicom.dcmread, tmp_path.iterdir())}
    assert len(kept) == len(files) == 5
    for path in files:
        dataset = pydicom.dcmread(path)
        assert kept[dataset.SOPInstanceUID] == dataset


@contextmanager
def archive(folder: Path) -> Iterator[int]:
    """Run an archive that keeps what it is sent in a folder, written anew."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["storescp", "--quiet", "-od", str(folder), str(port)]
    running = subprocess.Popen(command)
    try:
        yield port
    finally:
        running.terminate()
        running.wait()


def test_objects_in_a_folder_are_clean_and_tell_how_they_were_made(folder: Path, shown: Scene) -> None:
    names = {path.name for path in folder.glob("*.dcm")}
    assert {path.name for path in folder.iterdir()} == names | {f"{name}.json" for name in names}
    assert len(names) == len(Kind) + 1
    check(folder / IMAGE_NAME)
    again = folder.parent / "again"
    with_identity = export_folder(shown, again, replace(IDENTITY, sidecar=False), (Kind.PRESENTATION,))
    assert with_identity == (again / "contours-gsps.dcm",)
    assert list(again.iterdir()) == [again / "contours-gsps.dcm"]
