"""Loads models, runs them and explains what they say: the only user of TensorFlow in the engine."""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path

from cxrviewer.explain.request import ExplainRequest, ExplainResult, ModelInfo, Request, Result
from cxrviewer.explain.session import ModelSession
from cxrviewer.models.load_request import LoadRequest

_KEPT_MODELS = 2


class Explainer:
    """Answers requests; keeps the models, functions and activations that were used last."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[LoadRequest, ModelSession] = OrderedDict()

    def handle(self, request: Request) -> Result:
        """Answer a request.

        Raises
        ------
        ModelError
            The model cannot be loaded.
        ExplainError
            The layer, method, class or input does not go with the model.
        """
        if isinstance(request, LoadRequest):
            return self.load(request)
        return self.explain(request)

    def load(self, request: LoadRequest) -> ModelInfo:
        """Load a model, or say again what a loaded one is."""
        return self._session(request).info

    def explain(self, request: ExplainRequest) -> ExplainResult:
        """Run a model on an image and explain one class."""
        start = time.perf_counter()
        session = self._session(request.model)
        prediction, attribution = session.explain(request)
        return ExplainResult(prediction, attribution, time.perf_counter() - start)

    def _session(self, request: LoadRequest) -> ModelSession:
        session = self._sessions.pop(request, None)
        if session is None:
            while len(self._sessions) >= _KEPT_MODELS:
                self._sessions.popitem(last=False)
            session = ModelSession(Path(request.path), request.card)
        self._sessions[request] = session
        return session
