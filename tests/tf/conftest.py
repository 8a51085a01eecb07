"""TensorFlow, once, and models of every shape as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from questions import Asking

from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest
from cxrviewer.models import backend


@pytest.fixture(scope="session", autouse=True)
def tensorflow() -> Any:
    return backend.tensorflow()


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    """Return a function that saves a model and returns its file."""

    def save(model: Any, suffix: str = ".keras") -> Path:
        path = tmp_path_factory.mktemp("models") / f"{model.name}{suffix}"
        model.save(path)
        return path

    return save


@pytest.fixture
def explainer() -> Explainer:
    return Explainer()


@pytest.fixture
def asking(explainer: Explainer, saved: Callable[[Any], Path]) -> Callable[[Any], Asking]:
    """Return a function that saves a model and returns how to ask about it."""
    return lambda model: Asking(explainer, LoadRequest(str(saved(model))))


@pytest.fixture
def image() -> NDArray[np.float32]:
    return np.random.default_rng(7).random((1, 32, 32, 1), np.float32)
