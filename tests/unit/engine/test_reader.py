"""The reading process: foreign decoders may crash, hang or be killed without harm to the program."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2
import misbehaving
import numpy as np
import pytest

from cxrviewer.engine import reader as reader_module
from cxrviewer.engine import reading_process
from cxrviewer.engine.process import OneProcess
from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.limits import MAX_MEMORY_BYTES


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    pixels = np.add.outer(np.arange(40) * 3, np.arange(30) * 2).astype(np.uint8)
    assert cv2.imwrite(str(path), pixels)
    return path


def _wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        pause.wait(0.01)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_come_from_another_process(reader: Reader, picture: Path) -> None:
    radiograph = reader.read(picture)
    assert np.array_equal(radiograph.pixels, cv2.imread(str(picture), cv2.IMREAD_UNCHANGED))
    assert radiograph.path == picture
    assert reader.pid not in (None, os.getpid())


def test_pixels_are_read_only(reader: Reader, picture: Path) -> None:
    pixels = reader.read(picture).pixels
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0] = 1


def test_lookup_tables_are_read_only(reader: Reader, shared_data: Path) -> None:
    (table,) = reader.read(shared_data / "dicom" / "vlut_04.dcm").grayscale.voi_luts
    with pytest.raises(ValueError, match="read-only"):
        table.values[0] = 1


def test_thumbnail_has_the_wanted_longest_side(reader: Reader, picture: Path) -> None:
    thumbnail = reader.thumbnail(picture, 20)
    assert thumbnail.shape == (20, 15)
    assert thumbnail.dtype == np.uint8
    assert thumbnail[-1, -1] > thumbnail[0, 0], "the picture brightens to the lower right"


def test_user_errors_pass_the_process_with_file_and_hint(reader: Reader, tmp_path: Path) -> None:
    missing = tmp_path / "missing.png"
    with pytest.raises(ImageReadError) as caught:
        reader.read(missing)
    assert caught.value.path == missing
    assert caught.value.hint
    assert reader.pid is not None, "a bad file does not cost the process"


def test_a_crash_breaks_one_process_only() -> None:
    process = OneProcess()
    with pytest.raises(BrokenProcessPool):
        process.submit(os._exit, 3).result(timeout=20)
    # The executor tells of the end a moment before it has collected the process.
    end = time.monotonic() + 20
    while process.pid is not None and time.monotonic() < end:
        pass
    assert process.pid is None
    with pytest.raises(BrokenProcessPool):
        process.submit(os.getpid)
    process.end()


def test_a_process_that_was_ended_takes_nothing_more() -> None:
    process = OneProcess()
    assert process.submit(os.getppid).result(timeout=60) == os.getpid()
    process.end()
    with pytest.raises(BrokenProcessPool):
        process.submit(os.getppid)


def test_a_process_ends_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    process = OneProcess()
    answer = process.submit(misbehaving.answer_half, tmp_path / "begun")
    end = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < end:
        time.sleep(0.01)
    ending = threading.Thread(target=process.end, daemon=True)
    ending.start()
    ending.join(20)
    assert not ending.is_alive()
    with pytest.raises(BrokenProcessPool):
        answer.result(timeout=1)


def test_a_decoder_that_crashes_is_told_and_the_next_file_opens(
    reader: Reader, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(reader_module, "_read", misbehaving.crash)
        with pytest.raises(ImageReadError, match="crashed") as caught:
            reader.read(picture)
    assert caught.value.path == picture
    assert reader.read(picture).shape == (40, 30)


def test_a_process_that_ends_by_accident_costs_nothing(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "_thumbnail", misbehaving.crash_once)
    assert reader.thumbnail(tmp_path / "mark", 10) == "answer"


def test_a_process_killed_while_idle_is_replaced(reader: Reader, picture: Path) -> None:
    reader.read(picture)
    pid = reader.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _wait_for(lambda: reader.pid is None)
    assert reader.read(picture).shape == (40, 30)
    assert reader.read(picture).shape == (40, 30)
    assert reader.pid not in (None, pid)


def test_a_file_that_takes_for_ever_is_given_up(
    reader: Reader, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.read(picture)
    pid = reader.pid
    assert pid is not None
    with monkeypatch.context() as patch:
        patch.setattr(reader_module, "_read", misbehaving.hang)
        patch.setattr(reader_module, "PATIENCE", 0.2)
        with pytest.raises(ImageReadError, match="given up") as caught:
            reader.read(picture)
    assert caught.value.path == picture
    assert not _alive(pid), "the process that hangs is ended"
    assert reader.read(picture).shape == (40, 30)


def test_an_image_in_the_queue_is_not_blamed_for_its_neighbour(
    reader: Reader, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hang"
    monkeypatch.setattr(reader_module, "_read", misbehaving.hang_on_demand)
    with ThreadPoolExecutor(2) as threads:
        bad = threads.submit(reader.read, hanging)
        _wait_for(hanging.exists)
        good = threads.submit(reader.read, picture)
        pid = reader.pid
        assert pid is not None
        # Killed twice, as a decoder that crashes would be: the process that repeats the call, too.
        os.kill(pid, signal.SIGKILL)
        hanging.unlink()
        _wait_for(hanging.exists)
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGKILL)
        with pytest.raises(ImageReadError, match="crashed"):
            bad.result(timeout=30)
        assert good.result(timeout=30) == "picture.png"


def test_an_image_never_waits_for_a_thumbnail(
    reader: Reader, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hang"
    monkeypatch.setattr(reader_module, "_thumbnail", misbehaving.hang_on_demand)
    with ThreadPoolExecutor(1) as threads:
        thumbnail = threads.submit(reader.thumbnail, hanging, 10)
        _wait_for(hanging.exists)
        assert reader.read(picture).shape == (40, 30)
        assert not thumbnail.done()
        assert None not in (reader.pid, reader.aside_pid)
        assert reader.pid != reader.aside_pid
        reader.close()
        with pytest.raises(CancelledError):
            thumbnail.result(timeout=20)


def test_a_thumbnail_that_takes_for_ever_costs_itself_alone(
    reader: Reader, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.thumbnail(picture, 10)
    with monkeypatch.context() as patch:
        patch.setattr(reader_module, "_thumbnail", misbehaving.hang)
        patch.setattr(reader_module, "ASIDE_PATIENCE", 0.2)
        with pytest.raises(ImageReadError, match="given up"):
            reader.thumbnail(picture, 10)
    assert reader.thumbnail(picture, 20).shape == (20, 15)


def test_the_time_that_a_process_takes_to_start_is_not_laid_on_a_file(
    reader: Reader, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_process, "_prepare", misbehaving.prepare_slowly)
    monkeypatch.setattr(reader_module, "PATIENCE", 1.0)
    monkeypatch.setattr(reader_module, "_read", misbehaving.name_of)
    start = time.monotonic()
    assert reader.read(picture) == "picture.png"
    assert time.monotonic() - start > 1.5


def test_an_image_that_takes_long_gives_way_to_the_next(
    reader: Reader, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hang"
    monkeypatch.setattr(reader_module, "IMPATIENCE", 0.0)
    with ThreadPoolExecutor(1) as threads:
        with monkeypatch.context() as patch:
            patch.setattr(reader_module, "_read", misbehaving.hang_on_demand)
            long = threads.submit(reader.read, hanging)
            _wait_for(hanging.exists)
        pid = reader.pid
        assert pid is not None
        start = time.monotonic()
        reader.abandon()
        assert time.monotonic() - start < 1, "the window's thread calls this"
        with pytest.raises(CancelledError):
            long.result(timeout=20)
    _wait_for(lambda: not _alive(pid))
    assert reader.read(picture).shape == (40, 30)


def test_an_image_that_takes_a_moment_is_not_given_up(
    reader: Reader, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.abandon()
    waiting = tmp_path / "hang"
    monkeypatch.setattr(reader_module, "IMPATIENCE", 600.0)
    monkeypatch.setattr(reader_module, "_read", misbehaving.hang_until_removed)
    with ThreadPoolExecutor(1) as threads:
        moment = threads.submit(reader.read, waiting)
        _wait_for(waiting.exists)
        reader.abandon()
        waiting.unlink()
        assert moment.result(timeout=20) == "hang"


def test_another_function_runs_aside_with_the_same_protection(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "mark"
    assert reader.examine(path, misbehaving.crash_once, path) == "answer"
    with pytest.raises(ImageReadError, match="crashed"):
        reader.examine(path, misbehaving.crash, path)
    assert reader.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")
def test_the_processes_have_a_limit_to_their_memory(reader: Reader, tmp_path: Path) -> None:
    assert reader.examine(tmp_path, misbehaving.memory_limit) <= MAX_MEMORY_BYTES


@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX priorities")
def test_what_nobody_waits_for_gives_way(reader: Reader, picture: Path) -> None:
    reader.read(picture)
    reader.thumbnail(picture, 10)
    assert reader.pid is not None
    assert reader.aside_pid is not None
    assert os.getpriority(os.PRIO_PROCESS, reader.aside_pid) > os.getpriority(os.PRIO_PROCESS, reader.pid)


def test_close_ends_the_processes_and_what_waits_for_them(
    reader: Reader, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hang"
    monkeypatch.setattr(reader_module, "_read", misbehaving.hang_on_demand)
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(reader.read, hanging)
        _wait_for(hanging.exists)
        waiting = threads.submit(reader.read, picture)
        pid = reader.pid
        assert pid is not None
        reader.close()
        for future in (running, waiting):
            with pytest.raises(CancelledError):
                future.result(timeout=20)
    assert not _alive(pid)
    assert reader.pid is None


def test_a_closed_reader_starts_no_process(reader: Reader, picture: Path) -> None:
    reader.close()
    for call in (reader.start, lambda: reader.read(picture), lambda: reader.thumbnail(picture, 10)):
        with pytest.raises(CancelledError):
            call()
    assert reader.pid is None


def test_start_returns_before_the_process_is_ready(reader: Reader, picture: Path) -> None:
    reader.start()
    assert reader.read(picture).shape == (40, 30)
