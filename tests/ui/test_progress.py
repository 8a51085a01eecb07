"""Long answers: what is told of them, how they end, and what is done while nobody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from controller_bench import Bench
from material import analysis, choice, prediction

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import methods
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.request import ExplainRequest, Progress, SweepRequest, SweepResult
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.session.keys import ExplainKey
from cxrviewer.ui import analyst, foresight
from cxrviewer.ui.ahead import BYTES_AT_ONCE, pieces_ahead
from cxrviewer.ui.waiting import Activity, Waiting

SLOW = next(spec.id for spec in methods() if spec.family is Family.PERTURBATION_CAM)
SLOW_NAME = next(spec.name for spec in methods() if spec.id == SLOW)


@pytest.fixture
def soon(monkeypatch) -> None:
    """Look ahead at once; to be asked for before the controller is made."""
    monkeypatch.setattr(foresight, "IDLE", 0.01)


def _advance(bench: Bench, share: float, top: int = 1) -> bool:
    bench.asked()
    return bench.engine.advance(Progress(1, share, prediction(top)))


def _waits_for(bench: Bench, text: str) -> None:
    bench.wait(lambda: bench.controller.waiting is not None and bench.controller.waiting.text == text)


def test_progress_is_told_with_the_name_of_the_method(ready: Bench) -> None:
    ready.ask(method=SLOW)
    _waits_for(ready, f"{SLOW_NAME}…")
    assert _advance(ready, 0.347)
    _waits_for(ready, f"{SLOW_NAME} 34 %")
    assert ready.controller.waiting.share == 0.347
    assert _advance(ready, 0.996)
    _waits_for(ready, f"{SLOW_NAME} 99 %")
    ready.explained(1)
    assert ready.controller.waiting is None
    ready.ask(method=SLOW, target=of_label(0))
    assert ready.controller.waiting == Waiting(f"{SLOW_NAME}…"), "the share of the former answer is forgotten"


def test_the_output_is_shown_before_the_heatmap_and_asked_for_once(bench: Bench, write_image) -> None:
    bench.load()
    bench.ask(method=SLOW)
    bench.open(write_image("a.png"))
    assert bench.asked().question.target == TOP
    assert _advance(bench, 0.1, top=2)
    bench.wait(lambda: bench.shown.at_hand.prediction is not None)
    assert bench.shown.at_hand.prediction.top == 2
    assert bench.shown.heatmap is None
    assert bench.controller.activity is Activity.ANALYSING
    assert _advance(bench, 0.6, top=2), "still wanted, though the class is known by now"
    bench.explained(2, top=2)
    assert len([call for call in bench.engine.calls if isinstance(call.request, ExplainRequest)]) == 1


def test_the_first_use_of_a_layer_is_told(ready: Bench) -> None:
    ready.ask(layers=("early",))
    assert ready.controller.waiting == Waiting("Preparing the layer…")
    ready.explained(1)
    ready.ask(target=of_label(2))
    assert ready.controller.waiting == Waiting("Grad-CAM…")
    ready.explained(2)
    ready.ask(layers=("early", "late"))
    assert ready.controller.waiting == Waiting("Preparing the layers…")


def test_a_question_that_is_superseded_ends_at_its_next_step(ready: Bench) -> None:
    ready.ask(method=SLOW)
    assert _advance(ready, 0.2)
    ready.ask(target=of_label(2))
    assert not _advance(ready, 0.3)
    ready.wait(lambda: bool(ready.engine.waiting) and ready.asked().question.target == of_label(2))
    assert ready.controller.waiting == Waiting(f"{SLOW_NAME}…"), "the late step is not shown for the new one"
    ready.explained(2)
    assert ready.engine.kills == 0
    assert ready.errors == []


def test_cancel_ends_it_at_its_next_step_and_keeps_engine_and_map(ready: Bench, monkeypatch) -> None:
    monkeypatch.setattr(analyst, "PATIENCE", 0.05)
    former = ready.shown.analysis
    ready.ask(method=SLOW)
    assert _advance(ready, 0.2)
    _waits_for(ready, f"{SLOW_NAME} 20 %")
    ready.controller.cancel()
    assert ready.controller.waiting is None
    assert not _advance(ready, 0.3)
    ready.qtbot.wait(150)
    assert ready.engine.kills == 0
    assert ready.shown.analysis is former
    assert ready.controller.activity is Activity.READY
    ready.controller.retry()
    assert ready.asked().question.method == SLOW


def test_cancel_leaves_what_is_asked_next_in_peace(ready: Bench, monkeypatch) -> None:
    monkeypatch.setattr(analyst, "PATIENCE", 0.05)
    ready.ask(method=SLOW)
    _advance(ready, 0.2)
    ready.controller.cancel()
    _advance(ready, 0.3)
    ready.ask(target=of_label(2))
    ready.asked()
    ready.qtbot.wait(150)
    assert ready.engine.kills == 0
    ready.explained(2)


def test_a_question_that_cannot_be_asked_is_told_once_and_takes_the_map_off(ready: Bench) -> None:
    calls = len(ready.engine.calls)
    ready.ask(layers=("nowhere",))
    assert [type(error) for error in ready.errors] == [ExplainError]
    assert "nowhere" in ready.errors[0].message
    assert ready.shown.heatmap is None
    assert ready.controller.waiting is None
    ready.change(inverted=True)
    assert len(ready.errors) == 1
    assert len(ready.engine.calls) == calls
    ready.ask(layers=("late",))
    assert ready.shown.heatmap is not None, "from the cache"
    ready.ask(layers=("nowhere",))
    assert len(ready.errors) == 2


def test_a_model_without_layers_is_explained_by_another_method(bench: Bench, write_image) -> None:
    loaded = choice(auto="")
    bench.load(loaded)
    bench.open(write_image("a.png"))
    assert bench.asked().question.method == "occlusion"
    bench.explained(1)
    assert bench.state.question.method == "grad-cam", "the choice stays for the next model"


# What is done while nobody asks


def _answer_ahead(bench: Bench) -> object:
    """Answer the request under way, whatever it is, and return it."""
    request = bench.asked()
    if isinstance(request, SweepRequest):
        made = tuple(_made(replace(request.explain.question, layers=(path,))) for path in request.layers)
        bench.answer(SweepResult(made))
    else:
        bench.answer(_made(request.question))
    return request


def _made(question):
    values = np.full((4, 4), 1 + question.target.label, np.float32)
    return analysis(values=values, asked=question).result


def _open_and_explain(bench: Bench, write_image: Callable) -> None:
    bench.load()
    bench.open(write_image("a.png"))
    bench.explained(1)


def test_classes_and_layers_are_computed_ahead_and_come_from_the_cache(
    soon: None, bench: Bench, write_image
) -> None:
    _open_and_explain(bench, write_image)
    requests = [_answer_ahead(bench) for _ in range(3)]
    bench.wait(lambda: not bench.controller._analyst.looking_ahead)
    assert [request.question.target for request in requests[:2]] == [of_label(0), of_label(2)]
    assert isinstance(requests[2], SweepRequest)
    assert requests[2].layers == ("early", "late")
    assert requests[2].explain.question.target == of_label(1)
    bench.qtbot.wait(60)
    assert bench.engine.waiting == [], "nothing is computed twice"
    calls = len(bench.engine.calls)
    bench.ask(layers=("early",))
    assert bench.shown.analysis.result.attribution.layer == "early"
    assert bench.controller.waiting is None
    bench.ask(layers=("auto",), target=of_label(2))
    assert bench.shown.analysis.result.attribution.target == of_label(2)
    assert len(bench.engine.calls) == calls
    assert not any(waiting for waiting in bench.waitings[-2:])


def test_nothing_is_computed_ahead_before_the_user_rests(bench: Bench, write_image, monkeypatch) -> None:
    monkeypatch.setattr(foresight, "IDLE", 0.3)
    _open_and_explain(bench, write_image)
    bench.qtbot.wait(100)
    assert bench.engine.waiting == []


def test_whoever_is_about_to_ask_need_not_rest(ready: Bench) -> None:
    ready.controller.look_ahead()
    assert isinstance(ready.asked(), ExplainRequest)
    ready.controller.look_ahead()
    assert len(ready.engine.waiting) == 1


def test_a_question_goes_before_what_is_computed_ahead(soon: None, bench: Bench, write_image) -> None:
    _open_and_explain(bench, write_image)
    assert bench.asked().question.target == of_label(0)
    bench.ask(method="layer-cam")
    _answer_ahead(bench)
    bench.wait(lambda: bool(bench.engine.waiting))
    assert bench.asked().question.method == "layer-cam", "the other class was given up"
    bench.explained(1)


def test_a_question_that_is_answered_ahead_meanwhile_is_not_computed_again(
    soon: None, bench: Bench, write_image
) -> None:
    _open_and_explain(bench, write_image)
    for _ in range(2):
        _answer_ahead(bench)
    assert isinstance(bench.asked(), SweepRequest)
    bench.ask(layers=("early",))
    assert bench.controller.activity is Activity.ANALYSING
    _answer_ahead(bench)
    bench.wait(lambda: bench.shown.analysis.result.attribution.layer == "early")
    asked = [call.request for call in bench.engine.calls if isinstance(call.request, ExplainRequest)]
    assert not any(
        request.question.layers == ("early",) and request.question.target == of_label(1) for request in asked
    )


def test_what_fails_ahead_is_neither_told_nor_tried_again(soon: None, bench: Bench, write_image) -> None:
    _open_and_explain(bench, write_image)
    bench.refuse(ExplainError("no gradient"))
    assert isinstance(bench.asked(), SweepRequest)
    bench.refuse(ExplainError("no gradient"))
    bench.change(inverted=True)
    bench.qtbot.wait(100)
    assert bench.engine.waiting == []
    assert bench.errors == []
    assert bench.controller.activity is Activity.READY


def test_cancel_does_not_end_the_engine_for_what_nobody_waits_for(
    soon: None, bench: Bench, write_image, monkeypatch
) -> None:
    monkeypatch.setattr(analyst, "PATIENCE", 0.02)
    _open_and_explain(bench, write_image)
    bench.asked()
    bench.ask(method="layer-cam")
    bench.controller.cancel()
    bench.qtbot.wait(100)
    assert bench.engine.kills == 0


def _key(**changes) -> ExplainKey:
    loaded = choice()
    question = analysis(1).result.attribution.question
    return ExplainKey("digest", loaded.info.card, replace(question, **changes))


def test_only_quick_questions_are_computed_ahead() -> None:
    info = choice().info
    assert len(pieces_ahead(_key(), info)) == 2
    assert pieces_ahead(_key(method=SLOW), info) == ()
    assert pieces_ahead(_key(smoothing=4), info) == ()
    assert pieces_ahead(_key(layers=("early", "late")), info) == ()


def test_large_layers_come_in_groups_of_their_own_from_the_nearest_on() -> None:
    info = choice().info
    side = int((BYTES_AT_ONCE / 16 / 8) ** 0.5)
    layers = tuple(
        replace(info.layers[0], path=f"l{number}", block=f"b{number}", rows=side, columns=side, channels=1)
        for number in range(40)
    )
    info = replace(info, layers=layers, auto_layer="l39")
    groups = [piece.layers for piece in pieces_ahead(_key(layers=("l39",)), info) if piece.layers]
    assert [len(group) for group in groups] == [8, 16, 16]
    assert groups[0][-1] == "l39"
    others = [piece.layers for piece in pieces_ahead(_key(layers=("l20",)), info) if piece.layers]
    assert others[0][0] == "l16"
    assert set(others) == set(groups), "the engine compiles each group once"
    small = tuple(replace(layer, rows=7, columns=7) for layer in layers)
    together = pieces_ahead(_key(layers=("l39",)), replace(info, layers=small))[-1].layers
    assert together == tuple(layer.path for layer in layers)
