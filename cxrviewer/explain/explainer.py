"""Loads models, runs them and explains what they say: the only user of TensorFlow in the engine."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from pathlib import Path

from cxrviewer.errors import ExplainError, UserError
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.explain.request import ExplainResult, ModelInfo, Request, Result
from cxrviewer.models import backend
from cxrviewer.models.load_request import LoadRequest

_KEPT_MODELS = 2
_Kept = tuple[tuple[int, int] | None, ModelSession]


class Explainer:
    """Answers requests; keeps the models, functions and activations that were used last."""

    def __init__(self) -> None:
        # Tracing changes a model for a moment, which no other thread may see.
        self._lock = threading.Lock()
        self._sessions: OrderedDict[LoadRequest, _Kept] = OrderedDict()

    def handle(self, request: Request) -> Result:
        """Answer a request.

        Raises
        ------
        ModelError
            The model cannot be loaded.
        ExplainError
            The layer, method, class or input does not go with the model, or memory is short.
        """
        with self._lock, backend.collection_paused():
            try:
                return self._answer(request)
            except UserError:
                raise
            except Exception as error:
                if not backend.is_out_of_memory(error):
                    raise
                message = "The analysis needs more memory than there is."
                hint = "Close other programs, or choose a later layer or a smaller model."
                raise ExplainError(message, hint) from error

    def prepare(self, request: LoadRequest) -> ModelInfo:
        """Load a model and compile the layer of its card, so that the first heatmap comes soon."""
        with self._lock, backend.collection_paused():
            session = self._session(request)
            session.prepare()
            return session.info

    def settle(self) -> None:
        """Prepare what the request after the last one is likely to need."""
        with self._lock, backend.collection_paused():
            if self._sessions:
                _, session = self._sessions[next(reversed(self._sessions))]
                session.settle()

    def _answer(self, request: Request) -> Result:
        if isinstance(request, LoadRequest):
            return self._session(request).info
        start = time.perf_counter()
        session = self._session(request.model)
        prediction, attribution = session.explain(request)
        return ExplainResult(prediction, attribution, time.perf_counter() - start)

    def _session(self, request: LoadRequest) -> ModelSession:
        """Return the loaded model; a file that was replaced under its name is loaded again."""
        path = Path(request.path)
        version = _version(path)
        key = self._key(request)
        kept = self._sessions.pop(key, None)
        if kept is None or (version is not None and version != kept[0]):
            while len(self._sessions) >= _KEPT_MODELS:
                self._sessions.popitem(last=False)
            key, kept = request, (version, ModelSession(path, request.card))
        self._sessions[key] = kept
        return kept[1]

    def _key(self, request: LoadRequest) -> LoadRequest:
        """Return the request by which a model is kept; the card that it turned out to have is as good."""
        for known, (_, session) in self._sessions.items():
            if known.path == request.path and session.info.card == request.card:
                return known
        return request


def _version(path: Path) -> tuple[int, int] | None:
    """Return what changes with a file's content; None where the file is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size)
