"""Asking the explainer in short."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.engine.progress import Report, finish
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainRequest, ExplainResult, LoadRequest


def asked(load: LoadRequest, inputs: Any, key: str = "image", **choices: Any) -> ExplainRequest:
    """Return a request; `choices` are fields of the question. Black is 0 and white 1."""
    channels = np.shape(inputs)[-1:]
    count = channels[0] if channels else 1
    return ExplainRequest(load, key, inputs, (0.0,) * count, (1.0,) * count, Question(**choices))


class Asking:
    """An explainer with one model."""

    def __init__(self, explainer: Explainer, load: LoadRequest) -> None:
        self.explainer = explainer
        self.request = load

    @property
    def info(self) -> ModelInfo:
        info = self.explainer.handle(self.request)
        assert isinstance(info, ModelInfo)
        return info

    def __call__(
        self,
        inputs: NDArray[np.float32],
        key: str = "image",
        *,
        report: Report | None = None,
        **choices: Any,
    ) -> ExplainResult:
        answer = self.explainer.handle(asked(self.request, inputs, key, **choices))
        result = finish(answer, self.explainer.handle, report)
        assert isinstance(result, ExplainResult)
        return result
