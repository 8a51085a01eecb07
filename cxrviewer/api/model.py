"""A classifier in scripts and notebooks."""

from __future__ import annotations

from cxrviewer.engine.progress import finish
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import Request, Result
from cxrviewer.models.card import ModelCard
from cxrviewer.session.analysis import LoadedChoice, load_choice


class Model:
    """A classifier; from `cxrviewer.load_model`.

    Attributes
    ----------
    card : ModelCard
        Labels, thresholds, input, limits.
    """

    def __init__(self, choice: str, card: ModelCard | None = None) -> None:
        self._explainer = Explainer()
        self.choice = choice
        self.loaded: LoadedChoice = load_choice(self.run, choice, card)
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

    def run(self, request: Request) -> Result:
        """Answer a request, however long it takes."""
        return finish(self._explainer.handle(request), self._explainer.handle, None)

    def __repr__(self) -> str:
        return f"<Model {self.card.id} {self.card.version}: {', '.join(self.labels)}>"
