"""An engine that answers by itself: the map and the lungs are the brightness of what the model is given."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from dataclasses import replace

import numpy as np
from material import analysis, choice, prediction

from cxrviewer.explain.request import (
    ExplainRequest,
    LoadRequest,
    LungRequest,
    LungResult,
    Progress,
    SweepRequest,
    SweepResult,
)
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.models.card import InputSpec

SIDE = 32
"""Rows and columns of the map."""

INPUT = InputSpec(SIDE, SIDE, 1)


class AnsweringEngine:
    """Stands for `Engine`: answers at once, or in steps while `gate` is shut; `card` changes the model's."""

    def __init__(self, top: int = 1, **card: object) -> None:
        self._card = card
        self.ready: Future = Future()
        self.ready.set_result(None)
        self.top = top
        self.asked: list[ExplainRequest] = []
        self.sought = 0
        """How often lungs were sought."""
        self.gate = threading.Event()
        self.gate.set()
        self.closed = False

    @property
    def questions(self) -> list:
        """What was asked, in the order of asking."""
        return [request.question for request in self.asked]

    def start(self, preload: object = None) -> Future:
        return self.ready

    def run(self, request: object, report=None) -> object:
        if self.closed:
            raise CancelledError
        if isinstance(request, LoadRequest):
            return choice(input=INPUT, **self._card).info
        if isinstance(request, SweepRequest):
            asked = [replace(request.explain.question, layers=(layer,)) for layer in request.layers]
            return SweepResult(tuple(self._answer(replace(request.explain, question=one)) for one in asked))
        if isinstance(request, LungRequest):
            self.sought += 1
            return LungResult(request.inputs[0, :, :, 0])
        assert isinstance(request, ExplainRequest)
        self.asked.append(request)
        while not self.gate.wait(0.005):
            goes_on = report is None or report(Progress(1, 0.5, prediction(self.top)))
            if self.closed or not goes_on:
                raise CancelledError
        return self._answer(request)

    def _answer(self, request: ExplainRequest) -> object:
        question = request.question
        if question.target == TOP:
            question = replace(question, target=of_label(self.top))
        values = request.inputs[0, :, :, 0].astype(np.float32)
        return analysis(top=self.top, values=values - values.min(), asked=question).result

    def kill(self) -> None:
        """End what is under way; nothing is, for longer than a step."""

    def close(self) -> None:
        self.closed = True
