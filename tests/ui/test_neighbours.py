"""Images that are read and analysed before anybody asks."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from controller_bench import Bench

from cxrviewer.errors import ImageReadError
from cxrviewer.explain.request import ExplainRequest
from cxrviewer.explain.target import TOP
from cxrviewer.session.neighbours import Surroundings
from cxrviewer.ui import foresight
from cxrviewer.ui.ahead import AFFORDABLE


def test_an_image_seen_before_is_there_at_once(bench: Bench, write_image) -> None:
    bench.load()
    first, second = write_image("a.png"), write_image("b.png")
    bench.open(first)
    made = bench.explained(1)
    bench.open(second)
    bench.explained(2, top=2)
    bench.change(path=first)
    assert bench.shown.radiograph.path == first
    assert bench.shown.analysis is made
    assert bench.shown.state.path == first
    assert [image.path for image in bench.opened] == [first, second, first]
    assert len(bench.engine.calls) == 3


@pytest.fixture
def folder(bench: Bench, write_image, monkeypatch) -> list[Path]:
    """Return five images in a row, as the browser would list them; nothing but neighbours is made ahead."""
    monkeypatch.setattr(foresight, "IDLE", 60)
    paths = [write_image(f"{letter}.png") for letter in "abcde"]

    def around(path: Path) -> Surroundings:
        place = paths.index(path)
        return Surroundings(tuple(reversed(paths[:place])), tuple(paths[place + 1 :]))

    bench.controller.services.neighbours.follow(around)
    return paths


def _wait_until_read(bench: Bench, *paths: Path) -> None:
    images = bench.controller.services.images
    bench.wait(lambda: all(images.find(path) is not None for path in paths))


def test_the_next_and_the_one_before_are_read_and_then_those_in_the_direction(
    bench: Bench, folder: list[Path]
) -> None:
    images = bench.controller.services.images
    bench.open(folder[1])
    _wait_until_read(bench, folder[2], folder[0])
    bench.qtbot.wait(150)
    assert images.find(folder[3]) is None
    bench.open(folder[2])
    _wait_until_read(bench, folder[3], folder[4])


def test_what_was_read_ahead_is_shown_without_the_reader(
    bench: Bench, folder: list[Path], monkeypatch
) -> None:
    bench.open(folder[0])
    _wait_until_read(bench, folder[1])
    monkeypatch.setattr(bench.reader, "read", lambda *_: pytest.fail("read again"))
    bench.change(path=folder[1])
    assert bench.shown.radiograph.path == folder[1]


def test_neighbours_are_analysed_after_the_image_on_screen_by_the_same_question(
    bench: Bench, folder: list[Path]
) -> None:
    bench.load()
    bench.open(folder[1])
    _wait_until_read(bench, folder[2], folder[0])
    bench.qtbot.wait(150)
    assert len(bench.engine.waiting) == 1, "nothing is computed before what is on screen"
    bench.explained(1)
    for _ in range(2):
        request = bench.asked()
        assert (request.question.target, request.question.method) == (TOP, "grad-cam")
        bench.answer(bench.result(2, top=2))
        bench.qtbot.wait(100)
    calls = len(bench.engine.calls)
    for path in (folder[0], folder[2]):
        bench.change(path=path)
        assert bench.shown.radiograph.path == path
        assert bench.shown.analysis is not None
        assert bench.shown.analysis.result.prediction.top == 2
        assert bench.controller.waiting is None
    assert [type(call.request) for call in bench.engine.calls[:calls]].count(ExplainRequest) == 3


def test_going_to_an_image_that_is_being_analysed_does_not_begin_anew(
    bench: Bench, folder: list[Path]
) -> None:
    bench.load()
    bench.open(folder[1])
    _wait_until_read(bench, folder[2], folder[0])
    bench.explained(1)
    bench.asked()
    calls = len(bench.engine.calls)
    bench.change(path=folder[2])
    assert bench.controller.waiting is not None
    made = bench.result(2, top=2)
    bench.answer(made)
    bench.wait(lambda: bench.shown.analysis is not None)
    assert bench.shown.analysis.result is made
    asked = [call.request for call in bench.engine.calls[calls:]]
    assert all(request.input_key != bench.engine.calls[calls - 1].request.input_key for request in asked)


def test_slow_answers_are_not_made_ahead(bench: Bench, folder: list[Path]) -> None:
    bench.load()
    bench.open(folder[1])
    _wait_until_read(bench, folder[2])
    made = bench.result(1)
    bench.answer(replace(made, seconds=AFFORDABLE + 1))
    bench.wait(lambda: bench.shown.analysis is not None)
    bench.qtbot.wait(200)
    assert bench.engine.waiting == []


def test_while_an_image_is_waited_for_none_is_read_ahead(
    bench: Bench, folder: list[Path], monkeypatch
) -> None:
    read = threading.Event()
    begun: list[Path] = []
    bench.open(folder[0])
    _wait_until_read(bench, folder[1])

    def stuck(*_: object) -> None:
        read.wait(20)
        raise ImageReadError("no image")

    monkeypatch.setattr(bench.reader, "read", stuck)
    monkeypatch.setattr(bench.reader, "read_ahead", lambda path, _frame: begun.append(path))
    bench.change(path=folder[4])
    bench.controller.services.neighbours.look_around()
    bench.qtbot.wait(150)
    assert begun == []
    bench.change(path=folder[0])
    read.set()
