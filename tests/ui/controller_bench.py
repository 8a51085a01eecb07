"""A controller with an engine that answers when the test says so, and the real reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from material import analysis, choice

from cxrviewer.engine.reader import Reader
from cxrviewer.explain.target import of_label
from cxrviewer.session.state import ViewState, asking
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.services import Services


class Bench:
    """A controller, what it was asked and what it told."""

    def __init__(self, qtbot, engine, reader: Reader) -> None:
        self.qtbot = qtbot
        self.engine = engine
        self.reader = reader
        self.controller = Controller(Services(engine, engine.ready, self.reader), ViewState())
        self.errors: list = []
        self.opened: list = []
        self.waitings: list = []
        self.controller.waiting_changed.connect(self.waitings.append)
        self.controller.failed.connect(self.errors.append)
        self.controller.opened.connect(self.opened.append)

    @property
    def shown(self):
        return self.controller.shown

    @property
    def state(self) -> ViewState:
        return self.controller.state

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=20_000)

    def change(self, **changes) -> None:
        self.controller.update(replace(self.state, **changes))

    def ask(self, **changes) -> None:
        self.controller.update(asking(self.state, **changes))

    def asked(self):
        """Wait for a request that has no answer yet and return it."""
        self.wait(lambda: bool(self.engine.waiting))
        return self.engine.waiting[0].request

    def answer(self, result) -> None:
        self.asked()
        self.engine.waiting[0].answer.set_result(result)

    def refuse(self, error: Exception) -> None:
        self.asked()
        self.engine.waiting[0].answer.set_exception(error)

    def load(self, loaded=None) -> None:
        """Have the model loaded."""
        self.engine.ready.done() or self.engine.ready.set_result(None)
        if self.state.model == "default" and self.shown.at_hand.loaded is None:
            self.change()
        self.answer((loaded or choice()).info)
        self.wait(lambda: self.shown.at_hand.loaded is not None)

    def open(self, path: Path) -> None:
        self.change(path=path)
        self.wait(lambda: self.shown.radiograph is not None and self.shown.radiograph.path == path)

    def result(self, class_index: int, top: int = 1):
        """Return an answer to the question under way."""
        question = replace(self.asked().question, target=of_label(class_index))
        values = np.full((4, 4), class_index + 1, np.float32)
        return analysis(top=top, values=values, asked=question).result

    def explained(self, class_index: int, top: int = 1):
        """Answer the question under way and wait until that is on screen."""
        made = self.result(class_index, top)
        self.answer(made)
        self.wait(lambda: self.shown.analysis is not None and self.shown.analysis.result is made)
        return self.shown.analysis
