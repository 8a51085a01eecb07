"""The controller with an engine that answers when the test says so, and the real reader."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from controller_bench import Bench
from material import card, choice

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ExplainError, ImageReadError, ModelError
from cxrviewer.explain.request import ExplainRequest, LoadRequest
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.state import Zoom, styled, with_model
from cxrviewer.ui.waiting import Activity


def _only_looks(bench: Bench) -> None:
    """Change everything that asks the engine for nothing."""
    bench.change(zoom=Zoom(2.0))
    bench.change(inverted=True)
    bench.change(orientation=Orientation(True, 1))
    bench.controller.update(styled(bench.state, alpha=0.9, colormap="jet"))


def test_an_image_is_read_and_explained_for_its_top_class(bench: Bench, write_image) -> None:
    path = write_image("a.png")
    bench.load()
    assert bench.controller.activity is Activity.READY
    bench.open(path)
    assert bench.shown.heatmap is None
    assert bench.controller.activity is Activity.ANALYSING
    request = bench.asked()
    assert isinstance(request, ExplainRequest)
    assert (request.question.target, request.question.layers) == (TOP, ("late",))
    assert request.question.method == "grad-cam"
    assert request.inputs.shape == (1, 8, 8, 1)
    bench.explained(1)
    assert bench.shown.heatmap is not None
    assert bench.shown.at_hand.prediction.top == 1
    assert bench.controller.activity is Activity.READY
    assert len(bench.engine.calls) == 2
    assert [image.path for image in bench.opened] == [path]
    assert bench.errors == []


def test_images_open_before_the_engine_is_there(bench: Bench, write_image) -> None:
    bench.open(write_image("a.png"))
    assert bench.controller.activity is Activity.STARTING
    assert bench.shown.table is not None
    assert isinstance(bench.asked(), LoadRequest)
    bench.engine.ready.set_result(None)
    bench.wait(lambda: bench.controller.activity is Activity.LOADING)
    bench.answer(choice().info)
    bench.explained(1)


def test_what_was_analysed_is_shown_again_without_a_request(ready: Bench) -> None:
    first = ready.shown.analysis
    ready.ask(target=of_label(0))
    assert ready.asked().question.target == of_label(0)
    second = ready.explained(0)
    calls = len(ready.engine.calls)
    ready.ask(target=TOP)
    assert ready.shown.analysis is first
    ready.ask(target=of_label(0))
    assert ready.shown.analysis is second
    assert ready.controller.activity is Activity.READY
    assert len(ready.engine.calls) == calls


def test_the_former_map_stays_until_the_next_is_there(ready: Bench) -> None:
    former = ready.shown.heatmap
    ready.ask(method="layer-cam")
    ready.asked()
    assert ready.shown.heatmap is former
    ready.explained(1)
    assert ready.shown.heatmap is not former


def test_a_result_that_is_not_wanted_any_more_is_kept_but_not_shown(ready: Bench) -> None:
    former = ready.shown.analysis
    seen = []
    ready.controller.changed.connect(lambda shown: seen.append(shown.analysis))
    ready.ask(target=of_label(0))
    ready.asked()
    ready.ask(target=of_label(2))
    ready.answer(ready.result(0))
    ready.wait(lambda: ready.engine.calls[-1].request.question.target == of_label(2))
    assert ready.shown.analysis is former
    latest = ready.explained(2)
    assert set(map(id, seen)) == {id(former), id(latest)}
    calls = len(ready.engine.calls)
    ready.ask(target=of_label(0))
    assert ready.shown.analysis.result.attribution.target == of_label(0)
    assert len(ready.engine.calls) == calls


def test_choices_passed_over_never_reach_the_engine(ready: Bench) -> None:
    ready.ask(layers=("early",))
    ready.asked()
    for target in (0, 1, 2):
        ready.ask(target=of_label(target))
    ready.answer(ready.result(1))
    ready.wait(
        lambda: (
            len(ready.engine.waiting) == 1 and ready.engine.waiting[0].request.question.target == of_label(2)
        )
    )
    ready.explained(2)
    assert [call.request.question.target for call in ready.engine.calls[2:]] == [of_label(1), of_label(2)]


def test_what_is_only_looked_at_otherwise_asks_for_nothing(ready: Bench) -> None:
    calls = len(ready.engine.calls)
    shown = ready.shown
    _only_looks(ready)
    assert ready.shown.analysis is shown.analysis
    assert len(ready.engine.calls) == calls
    assert ready.controller.activity is Activity.READY


def test_a_file_that_cannot_be_read_leaves_the_last_image_as_it_was(ready: Bench, tmp_path: Path) -> None:
    former = ready.shown
    ready.change(zoom=Zoom(3.0), inverted=True)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    ready.change(path=bad)
    ready.wait(lambda: bool(ready.errors))
    assert [error.path for error in ready.errors] == [bad]
    assert isinstance(ready.errors[0], ImageReadError)
    assert ready.shown.radiograph is former.radiograph
    assert ready.shown.heatmap is former.heatmap
    assert ready.state.path == former.radiograph.path
    assert (ready.state.zoom, ready.state.inverted) == (Zoom(3.0), True)
    _only_looks(ready)
    assert len(ready.errors) == 1


def test_a_file_can_be_tried_again(ready: Bench, tmp_path: Path, write_image) -> None:
    path = tmp_path / "b.png"
    ready.change(path=path)
    ready.wait(lambda: len(ready.errors) == 1)
    write_image("b.png")
    ready.open(path)
    assert len(ready.errors) == 1


def test_the_view_changes_with_the_image_not_before(ready: Bench, write_image) -> None:
    turned = Orientation(False, 1)
    ready.change(orientation=turned)
    ready.ask(target=of_label(0))
    ready.explained(0)
    seen = []
    ready.controller.changed.connect(
        lambda shown: seen.append(
            (shown.radiograph.path.name, shown.state.orientation, shown.state.question.target)
        )
    )
    ready.open(write_image("b.png"))
    assert ("a.png", turned, of_label(0)) in seen
    assert set(seen) == {("a.png", turned, of_label(0)), ("b.png", Orientation(), TOP)}


def test_of_files_opened_in_haste_only_the_last_is_shown(ready: Bench, write_image) -> None:
    paths = [write_image(f"{letter}.png") for letter in "bcd"]
    for path in paths:
        ready.change(path=path)
    ready.wait(lambda: ready.shown.radiograph.path == paths[-1])
    assert [image.path for image in ready.opened[1:]] == [paths[-1]]


def test_another_image_takes_the_map_off_at_once(ready: Bench, write_image) -> None:
    ready.open(write_image("b.png"))
    assert (ready.shown.analysis, ready.shown.heatmap, ready.shown.at_hand.prediction) == (None, None, None)
    assert ready.asked().question.target == TOP


def test_a_model_that_cannot_be_loaded_keeps_the_former(ready: Bench, tmp_path: Path) -> None:
    former = ready.shown
    ready.controller.update(with_model(ready.state, str(tmp_path / "missing.keras")))
    ready.wait(lambda: bool(ready.errors))
    assert isinstance(ready.errors[0], ModelError)
    assert ready.state.model == "default"
    assert ready.shown.at_hand.loaded is former.at_hand.loaded
    assert ready.shown.analysis is former.analysis
    assert ready.controller.activity is Activity.READY
    _only_looks(ready)
    assert len(ready.errors) == 1


def test_another_model_explains_the_image_anew(ready: Bench, tmp_path: Path) -> None:
    weights = tmp_path / "other.keras"
    weights.write_bytes(b"weights")
    ready.controller.update(with_model(ready.state, str(weights)))
    request = ready.asked()
    assert isinstance(request, LoadRequest)
    assert request.path == str(weights)
    assert ready.controller.activity is Activity.LOADING
    ready.answer(choice("other").info)
    assert ready.asked().question.target == TOP
    ready.explained(2, top=2)
    assert ready.shown.at_hand.prediction.top == 2


def test_without_any_model_the_error_comes_once(bench: Bench, write_image) -> None:
    bench.engine.ready.set_result(None)
    bench.change()
    bench.refuse(ModelError("damaged"))
    bench.wait(lambda: bool(bench.errors))
    assert bench.controller.activity is Activity.IDLE
    bench.open(write_image("a.png"))
    _only_looks(bench)
    assert bench.engine.waiting == []
    assert len(bench.errors) == 1
    bench.controller.retry()
    bench.answer(choice().info)
    bench.explained(1)


def test_an_analysis_that_fails_is_told_once_and_not_asked_in_a_loop(ready: Bench) -> None:
    former = ready.shown.analysis
    ready.ask(target=of_label(0))
    ready.refuse(ExplainError("no gradient"))
    ready.wait(lambda: bool(ready.errors))
    calls = len(ready.engine.calls)
    _only_looks(ready)
    assert ready.engine.waiting == []
    assert len(ready.engine.calls) == calls
    assert ready.shown.analysis is former
    assert ready.controller.activity is Activity.READY
    ready.controller.retry()
    assert ready.asked().question.target == of_label(0)
    ready.explained(0)
    assert len(ready.errors) == 1


def test_a_failure_that_nobody_waits_for_is_not_told(ready: Bench) -> None:
    ready.ask(target=of_label(0))
    ready.asked()
    ready.ask(target=of_label(2))
    ready.refuse(ExplainError("no gradient"))
    ready.wait(lambda: bool(ready.engine.waiting))
    ready.explained(2)
    assert ready.errors == []


def test_a_choice_that_failed_is_asked_for_again_when_it_is_made_again(ready: Bench) -> None:
    ready.ask(target=of_label(0))
    ready.refuse(ExplainError("no gradient"))
    ready.wait(lambda: bool(ready.errors))
    ready.ask(target=TOP)
    ready.ask(target=of_label(0))
    ready.explained(0)


def test_a_defect_of_the_program_is_told_as_one(ready: Bench, caplog) -> None:
    ready.ask(target=of_label(0))
    ready.refuse(ZeroDivisionError("inside"))
    ready.wait(lambda: bool(ready.errors))
    assert "ZeroDivisionError" in ready.errors[0].message
    assert len(ready.errors) == 1


def test_cancel_ends_an_engine_that_does_not_answer_and_says_nothing(ready: Bench) -> None:
    former = ready.shown.analysis
    ready.ask(target=of_label(0))
    ready.asked()
    ready.controller.cancel()
    assert ready.engine.kills == 0, "it may still answer"
    assert ready.controller.activity is Activity.READY
    calls = len(ready.engine.calls)
    _only_looks(ready)
    ready.wait(lambda: not ready.engine.waiting)
    assert ready.engine.kills == 1
    assert len(ready.engine.calls) == calls
    assert ready.errors == []
    assert ready.shown.analysis is former
    ready.ask(target=of_label(2))
    ready.explained(2)


def test_cancel_with_nothing_under_way_leaves_the_engine_alone(ready: Bench) -> None:
    ready.controller.cancel()
    assert ready.engine.kills == 0


def test_cancelling_a_model_returns_to_the_former(ready: Bench, tmp_path: Path, write_image) -> None:
    weights = tmp_path / "other.keras"
    weights.write_bytes(b"weights")
    former = ready.shown.analysis
    ready.controller.update(with_model(ready.state, str(weights)))
    ready.asked()
    ready.controller.cancel()
    assert ready.state.model == "default"
    assert ready.shown.analysis is former
    assert ready.errors == []
    ready.open(write_image("b.png"))
    ready.wait(lambda: ready.engine.kills == 1)
    ready.wait(lambda: bool(ready.engine.waiting) and isinstance(ready.asked(), ExplainRequest))
    ready.explained(0, top=0)


def test_a_card_answered_by_the_user_is_used_for_the_image_on_screen(ready: Bench) -> None:
    former = ready.shown
    answered = choice(input=replace(card().input, height=16, width=16))
    ready.controller.use_card(answered.info.card)
    assert ready.shown.analysis is None
    assert ready.asked().card == answered.info.card
    ready.answer(answered.info)
    request = ready.asked()
    assert request.inputs.shape == (1, 16, 16, 1)
    ready.explained(2, top=2)
    assert ready.shown.analysis is not former.analysis
    assert ready.shown.at_hand.prediction.top == 2


def test_work_aside_reports_value_or_error(bench: Bench) -> None:
    outcomes: list = []
    bench.controller.run_aside(lambda: 41 + 1, outcomes.append)
    bench.controller.run_aside(_missing_file, outcomes.append)
    bench.wait(lambda: len(outcomes) == 2)
    assert outcomes[0].value == 42
    assert isinstance(outcomes[1].error, ImageReadError)
    assert bench.errors == [], "the one who asked is told, not the window"


def _missing_file() -> None:
    raise ImageReadError("missing")


@pytest.mark.parametrize("reader", [Reader], indirect=True)
def test_shutting_down_in_the_middle_leaves_nothing(bench: Bench, write_image) -> None:
    bench.load()
    bench.open(write_image("a.png"))
    bench.asked()
    pid = bench.reader.pid
    assert pid is not None
    bench.controller.shut_down()
    assert bench.engine.closed
    assert bench.reader.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    bench.change(path=write_image("b.png"))
    bench.qtbot.waitUntil(lambda: not bench.engine.waiting, timeout=20_000)
    assert bench.errors == []
    assert bench.reader.pid is None
