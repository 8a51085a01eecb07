"""Loads models, runs them and explains what they say: the only user of TensorFlow in the engine."""

from __future__ import annotations

import gc
import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from cxrviewer.errors import ExplainError, UserError
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.explain.request import (
    ExplainRequest,
    ExplainResult,
    LungRequest,
    LungResult,
    ManyRequest,
    ManyResult,
    Progress,
    Request,
    Result,
    ResumeRequest,
    SweepRequest,
    SweepResult,
)
from cxrviewer.models import backend
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.models.lungs import segmenter
from cxrviewer.models.prediction import Prediction

_KEPT_MODELS = 2
_KEPT_LUNGS = 64
_STEP_SECONDS = 0.25
_Kept = tuple[tuple[int, int] | None, ModelSession]


@dataclass(eq=False)
class _Computation:
    """An answer on its way."""

    token: int
    prediction: Prediction
    steps: Generator[float, None, Attribution]
    seconds: float


class Explainer:
    """Answers requests; keeps the models, functions and activations that were used last."""

    def __init__(self) -> None:
        # Tracing changes a model for a moment, which no other thread may see.
        self._lock = threading.Lock()
        self._sessions: OrderedDict[LoadRequest, _Kept] = OrderedDict()
        self._tokens = itertools.count()
        self._computation: _Computation | None = None
        self._lungs: OrderedDict[str, LungResult] = OrderedDict()

    def handle(self, request: Request) -> Result:
        """Answer a request; where that takes long, with the progress made so far.

        Raises
        ------
        ModelError
            The model cannot be loaded.
        ExplainError
            The question or the input does not go with the model, or memory is short.
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

    def keep(self, request: LoadRequest, session: ModelSession) -> None:
        """Answer for a model that is in memory already, whenever it is asked for by `request`."""
        with self._lock:
            self._sessions[request] = (None, session)

    def images_at_once(self, request: LoadRequest) -> int:
        """Return how many images a `ManyRequest` to a model should have."""
        with self._lock, backend.collection_paused():
            return self._session(request).images_at_once

    def settle(self) -> None:
        """Prepare what the request after the last one is likely to need."""
        with self._lock, backend.collection_paused():
            if self._sessions and self._computation is None:
                _, session = self._sessions[next(reversed(self._sessions))]
                session.settle()

    def _answer(self, request: Request) -> Result:
        if isinstance(request, LoadRequest):
            return self._session(request).info
        if isinstance(request, SweepRequest):
            return self._sweep(request)
        if isinstance(request, ManyRequest):
            return self._many(request)
        if isinstance(request, ResumeRequest):
            return self._resume(request.token)
        if isinstance(request, LungRequest):
            return self._find_lungs(request)
        return self._begin(request)

    def _begin(self, request: ExplainRequest) -> Result:
        # Whoever asks anew has given up what was not resumed.
        self._computation = None
        start = time.perf_counter()
        session = self._session(request.model)
        prediction = session.predict(request)
        steps = session.explain(request, prediction)
        seconds = time.perf_counter() - start
        computation = _Computation(next(self._tokens), prediction, steps, seconds)
        quick = method_spec(request.question.method).family is Family.GRADIENT_CAM
        if quick or seconds < _STEP_SECONDS / 2:
            return self._advance(computation)
        # The model alone took as long as a step: the output is told before the first one.
        self._computation = computation
        return Progress(computation.token, 0.0, prediction)

    def _resume(self, token: int) -> Result:
        computation, self._computation = self._computation, None
        if computation is None or computation.token != token:
            raise ExplainError("The analysis was interrupted.", "Ask for it again.")
        return self._advance(computation)

    def _advance(self, computation: _Computation) -> Result:
        """Go on for a step's time; keep what is not done yet."""
        start = now = time.perf_counter()
        share = 0.0
        while True:
            begun = now
            try:
                share = next(computation.steps)
            except StopIteration as end:
                seconds = computation.seconds + time.perf_counter() - start
                return ExplainResult(computation.prediction, end.value, seconds)
            now = time.perf_counter()
            # The next one will take about as long as this one did.
            if now - start + now - begun > _STEP_SECONDS:
                break
        computation.seconds += time.perf_counter() - start
        self._computation = computation
        return Progress(computation.token, share, computation.prediction)

    def _sweep(self, request: SweepRequest) -> SweepResult:
        start = time.perf_counter()
        session = self._session(request.explain.model)
        prediction = session.predict(request.explain)
        found = session.sweep(request.explain, prediction, request.layers)
        seconds = time.perf_counter() - start
        return SweepResult(tuple(ExplainResult(prediction, one, seconds) for one in found))

    def _find_lungs(self, request: LungRequest) -> LungResult:
        known = self._lungs.get(request.input_key)
        if known is not None:
            return known
        found = LungResult(segmenter().probabilities(request.inputs)[0])
        self._lungs[request.input_key] = found
        while len(self._lungs) > _KEPT_LUNGS:
            self._lungs.popitem(last=False)
        return found

    def _many(self, request: ManyRequest) -> ManyResult:
        start = time.perf_counter()
        found = self._session(request.explains[0].model).explain_many(request.explains)
        seconds = (time.perf_counter() - start) / len(found)
        return ManyResult(
            tuple(one if isinstance(one, ExplainError) else ExplainResult(*one, seconds) for one in found)
        )

    def _session(self, request: LoadRequest) -> ModelSession:
        """Return the loaded model; a file that was replaced under its name is loaded again."""
        path = Path(request.path)
        version = _version(path)
        key = self._key(request)
        kept = self._sessions.pop(key, None)
        if kept is None or (version is not None and version != kept[0]):
            kept = None
            self._make_room()
            key, kept = request, (version, ModelSession(path, request.card))
        self._sessions[key] = kept
        return kept[1]

    def _make_room(self) -> None:
        """Drop the models used longest ago until there is room for one more."""
        while len(self._sessions) >= _KEPT_MODELS:
            self._sessions.popitem(last=False)
            # It may be one of a dropped model, which it would keep.
            self._computation = None
        # Models and graphs refer to themselves, and the collector would not look for them for long.
        gc.collect()

    def _key(self, request: LoadRequest) -> LoadRequest:
        """Return the request by which a model is kept; the card that it turned out to have is as good."""
        for known, (_, session) in self._sessions.items():
            if known.path == request.path and session.info.card == request.card:
                return known
        return request


def _version(path: Path) -> tuple[int, int] | None:
    """Return what changes with a file's content; None where the file is gone."""
    try:
        files = [path, *path.rglob("*")] if path.is_dir() else [path]
        statuses = [file.stat() for file in files]
    except OSError:
        return None
    return max(status.st_mtime_ns for status in statuses), sum(status.st_size for status in statuses)
