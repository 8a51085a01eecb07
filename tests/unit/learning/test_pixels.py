"""Images read once, in memory or in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrviewer.errors import UserError
from cxrviewer.learning import pixels
from cxrviewer.learning.pixels import read_pixels
from cxrviewer.models.card import InputSpec

SPEC = InputSpec(8, 8, 1)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for number, path in enumerate(paths):
        values = np.random.default_rng(number % 4).integers(0, 256, (12, 16), np.uint8)
        Image.fromarray(values).save(path)
    paths[1].write_bytes(paths[1].read_bytes()[:50])
    return paths


def test_a_file_gives_what_memory_gives(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    told: list[str] = []
    memory = read_pixels(files, SPEC, out, told.append)
    assert not list(out.iterdir())
    on_disk = read_pixels(files, SPEC, out, told.append, most=0)
    assert isinstance(on_disk.images, np.memmap)
    np.testing.assert_array_equal(on_disk.images, memory.images)
    assert memory.kept.tolist() == on_disk.kept.tolist() == [0, 2, 3, 4]
    assert memory.contents == on_disk.contents
    assert memory.contents[0] == memory.contents[3] != memory.contents[1]
    assert memory.files == on_disk.files
    assert memory.failures == on_disk.failures
    assert [name for name, _ in memory.failures] == ["1.png"]
    assert [line[:15] for line in told] == ["left out: 1.png"] * 2


def test_a_file_is_read_again_only_where_something_changed(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_pixels(files, SPEC, tmp_path, lambda line: None, most=0)
    again: list[Path] = []
    read = pixels.read_radiograph
    monkeypatch.setattr(pixels, "read_radiograph", lambda path: again.append(path) or read(path))
    told: list[str] = []
    second = read_pixels(files, SPEC, tmp_path, told.append, most=0)
    assert not again
    assert told == ["4 images were read before"]
    np.testing.assert_array_equal(first.images, second.images)
    assert (second.contents, second.files, second.failures) == (first.contents, first.files, first.failures)
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(files[2])
    assert read_pixels(files, SPEC, tmp_path, told.append, most=0).contents != first.contents
    assert again == files
    (tmp_path / "images.json").write_text("{")
    assert len(read_pixels(files, SPEC, tmp_path, told.append, most=0).images) == 4


def test_images_that_all_cannot_be_read(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"None of the 1 images can be read; of 1\.png"):
        read_pixels(files[1:2], SPEC, tmp_path, lambda line: None, most=0)
    assert not (tmp_path / "images.bin").exists()


def test_a_full_disk(files: list[Path], tiny_disk: Path) -> None:
    large = InputSpec(200, 200, 1)
    with pytest.raises(UserError, match="cannot be kept"):
        read_pixels(files, large, tiny_disk, lambda line: None, most=0)
    assert not list(tiny_disk.iterdir())
