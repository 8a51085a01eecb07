"""A classifier in scripts and notebooks."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cxrviewer.engine.progress import finish
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest, Request, Result
from cxrviewer.models.card import ModelCard
from cxrviewer.models.guess import answered_card
from cxrviewer.session.analysis import LoadedChoice, load_choice


class Model:
    """A classifier; from `cxrviewer.load_model`.

    Attributes
    ----------
    card : ModelCard
        Labels, thresholds, input, limits.
    """

    def __init__(
        self, choice: Any, card: ModelCard | None = None, labels: Sequence[str] = (), scaling: str = ""
    ) -> None:
        self._explainer, self._lock = Explainer(), threading.Lock()
        named = isinstance(choice, str)
        self.choice = choice if named else _in_memory(choice)
        load = self._load if named else self._take
        self.loaded = load(choice, card)
        if labels or scaling:
            self.loaded = load(choice, answered_card(self.loaded.info.card, labels, scaling))
        self.card = self.loaded.info.card

    @property
    def labels(self) -> tuple[str, ...]:
        """One a class, in the order of the model's outputs."""
        return self.card.labels

    @property
    def layers(self) -> tuple[str, ...]:
        """Paths of the layers that can be explained, from the first to the last."""
        return tuple(layer.path for layer in self.loaded.info.layers)

    @property
    def methods(self) -> tuple[str, ...]:
        """Ids of the methods that can explain the model."""
        return self.loaded.info.methods

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the model, in sentences: that its card is a guess, say."""
        guessed = "The model has no card: labels, activation and scaling of the input are guesses."
        return self.loaded.info.notes if self.card.complete else (*self.loaded.info.notes, guessed)

    def run(self, request: Request) -> Result:
        """Answer a request, however long it takes."""
        # One after another: an explainer that is asked anew gives up what it was computing.
        with self._lock:
            return finish(self._explainer.handle(request), self._explainer.handle, None)

    def __repr__(self) -> str:
        return f"<Model {self.card.id} {self.card.version}".rstrip() + f": {', '.join(self.labels)}>"

    def _load(self, choice: str, card: ModelCard | None) -> LoadedChoice:
        return load_choice(self.run, choice, card)

    def _take(self, model: Any, card: ModelCard | None) -> LoadedChoice:
        """Use a Keras model that is in memory."""
        from cxrviewer.explain.model_session import ModelSession
        from cxrviewer.models.runtime import in_memory

        loaded = in_memory(model, _weights_digest(model))
        session = ModelSession(loaded.path, card, loaded)
        request = LoadRequest(self.choice, session.info.card)
        self._explainer.keep(request, session)
        return LoadedChoice(request, session.info)


def _in_memory(model: Any) -> str:
    """Return what stands for the path of a model that has no file."""
    return f"<{Path(str(getattr(model, 'name', 'model'))).name} in memory>"


def _weights_digest(model: Any) -> str:
    """Return the SHA-256 of a model's weights as they are now."""
    digest = hashlib.sha256()
    for weight in getattr(model, "weights", ()):
        values = weight.numpy()
        digest.update(f"{weight.path}{values.dtype}{values.shape}".encode() + values.tobytes())
    return digest.hexdigest()
