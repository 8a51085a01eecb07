"""Images on their way from one process to another."""

from __future__ import annotations

import os
from pathlib import Path

import misbehaving
import numpy as np
import pytest

from cxrviewer.engine import reader as reader_module
from cxrviewer.engine import shared_pixels
from cxrviewer.engine.reader import Reader
from cxrviewer.engine.shared_pixels import Sent, receive, send, shared_name
from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph

SYSTEM = Path("/dev/shm")

pytestmark = pytest.mark.skipif(not SYSTEM.is_dir(), reason="large images go through the pipe here")


def _radiograph(rows: int, dtype: str = "int16") -> Radiograph:
    pixels = np.random.default_rng(0).integers(-2000, 2000, (rows, rows + 1)).astype(dtype)
    return Radiograph(pixels, GrayscaleInfo(16, signed=True), Path("a.dcm"), "DICOM", "digest", notes=("x",))


def _left() -> list[str]:
    return [entry.name for entry in SYSTEM.iterdir() if f"cxrviewer-{os.getpid()}-" in entry.name]


@pytest.mark.parametrize("dtype", ["int16", "uint16"])
def test_large_pixels_arrive_as_they_were_and_nothing_stays(dtype):
    made = _radiograph(1000, dtype)
    with shared_name() as name:
        sent = send(made, name)
        assert isinstance(sent, Sent)
        assert sent.radiograph.pixels.size == 0
        got = receive(sent, name)
    assert np.array_equal(got.pixels, made.pixels)
    assert got.pixels.dtype == made.pixels.dtype
    assert not got.pixels.flags.writeable
    assert not got.pixels.flags.owndata
    assert (got.digest, got.notes, got.grayscale) == (made.digest, made.notes, made.grayscale)
    assert _left() == []


def test_small_pixels_go_through_the_pipe():
    made = _radiograph(100)
    with shared_name() as name:
        assert send(made, name) is made
        assert receive(made, name) is made


@pytest.mark.parametrize("there", [True, False])
def test_without_room_everything_goes_through_the_pipe(monkeypatch, tiny_disk, there):
    monkeypatch.setattr(shared_pixels, "_MEMORY", tiny_disk if there else tiny_disk / "missing")
    made = _radiograph(1000)
    with shared_name() as name:
        assert send(made, name) is made
    assert list(tiny_disk.iterdir()) == []


def test_memory_that_nobody_collected_is_given_back():
    with shared_name() as name:
        assert isinstance(send(_radiograph(1000), name), Sent)
        assert _left() == [name]
    assert _left() == []


def test_a_call_that_is_repeated_finds_the_name_free():
    with shared_name() as name:
        send(_radiograph(1000), name)
        made = _radiograph(1100)
        assert np.array_equal(receive(send(made, name), name).pixels, made.pixels)
    assert _left() == []


def test_a_large_image_comes_from_the_reading_process(tmp_path):
    import cv2

    path = tmp_path / "large.png"
    pixels = np.random.default_rng(0).integers(0, 65535, (1200, 900)).astype(np.uint16)
    assert cv2.imwrite(str(path), pixels)
    reader = Reader()
    try:
        for read in (reader.read, reader.read_ahead):
            got = read(path)
            assert np.array_equal(got.pixels, pixels)
            assert not got.pixels.flags.writeable
    finally:
        reader.close()
    assert _left() == []


def test_a_crash_after_the_pixels_were_written_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(reader_module, "_read", misbehaving.send_and_crash)
    reader = Reader()
    try:
        with pytest.raises(ImageReadError):
            reader.read(tmp_path / "a.dcm")
    finally:
        reader.close()
    assert _left() == []
