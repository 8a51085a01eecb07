from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from cxrviewer import errors
from cxrviewer.engine.immediate import ImmediateExecutor


def test_a_call_is_done_when_its_future_is_returned() -> None:
    calls: list[int] = []
    with ImmediateExecutor() as executor:
        future = executor.submit(calls.append, 1)
        assert calls == [1]
        assert future.done()
        assert executor.submit(divmod, 7, 2).result() == (3, 1)


def test_an_error_is_kept_in_the_future() -> None:
    future = ImmediateExecutor().submit(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        future.result()


@pytest.mark.parametrize(
    "kind", [errors.ModelError, errors.CardError, errors.ExplainError, errors.EngineError]
)
def test_errors_cross_processes_whole(kind: type[errors.UserError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what.", "how.", Path("where"))))
    assert type(error) is kind
    assert (error.message, error.hint, error.path) == ("what.", "how.", Path("where"))
    assert str(error) == "where: what. how."


def test_the_first_line_of_an_error() -> None:
    assert errors.first_line(ValueError("\n  one \ntwo")) == "one"
    assert errors.first_line(ValueError()) == "ValueError"
    assert len(errors.first_line(ValueError("x" * 999))) == 200
