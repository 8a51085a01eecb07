"""A model that was only loaded: what the first image needs is prepared while nobody waits."""

from __future__ import annotations

import numpy as np
import pytest
from questions import asked

from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.explainer import Explainer
from cxrviewer.models.catalog import resolve_model


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the layers that models are run up to and back, as they are."""
    seen: list[str] = []
    run = CompiledModel.run

    def watched(self: CompiledModel, path: str, *rest: object) -> object:
        seen.append(path)
        return run(self, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(CompiledModel, "run", watched)
    return seen


def test_the_automatic_layer_is_compiled_after_loading_once(runs: list[str]) -> None:
    explainer = Explainer()
    info = explainer.handle(resolve_model("default"))
    assert runs == []
    explainer.settle()
    assert runs == [info.auto_layer]
    explainer.settle()
    assert runs == [info.auto_layer]


def test_what_was_prepared_before_is_not_prepared_again(runs: list[str]) -> None:
    explainer = Explainer()
    info = explainer.prepare(resolve_model("default"))
    explainer.settle()
    assert runs == [info.auto_layer]


def test_runs_of_many_images_are_prepared_after_the_next_class() -> None:
    explainer, load = Explainer(), resolve_model("default")
    explainer.handle(asked(load, np.zeros((1, 224, 224, 1), np.float32)))
    ((_, session),) = explainer._sessions.values()
    functions = session._compiled._functions
    explainer.settle()
    assert "logits" not in functions
    explainer.settle()
    assert "logits" in functions
