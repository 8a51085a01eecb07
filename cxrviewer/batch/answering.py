"""The model of a batch: loaded once, asked the same of every image, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

from cxrviewer.batch.options import BatchOptions
from cxrviewer.errors import ExplainError
from cxrviewer.explain.explainer import Explainer
from cxrviewer.models.preprocess import ModelInput
from cxrviewer.session.analysis import Analysis, analyse_many, load_choice
from cxrviewer.session.asking import settled_question


class Answering:
    """Answers the question of a batch, in this process.

    Parameters
    ----------
    options : BatchOptions
        Which model and which question.

    Attributes
    ----------
    loaded : LoadedChoice
        The model.
    question : Question
        Settled.
    batch : int
        Images that are computed together.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    UsageError, ExplainError
        The question does not go with it.
    """

    def __init__(self, options: BatchOptions) -> None:
        self._explainer = Explainer()
        state = options.state
        self.loaded = load_choice(self._explainer.handle, state.model)
        self.question = settled_question(
            state.question, self.loaded, options.target, options.layers, exact=options.exact
        )
        self.batch = self._explainer.images_at_once(self.loaded.load)

    def __call__(self, inputs: Sequence[ModelInput]) -> list[Analysis | ExplainError]:
        """Return for each image its analysis, or why there is none; halves where all take too much memory."""
        if not inputs:
            return []
        try:
            return list(analyse_many(self._explainer.handle, inputs, self.loaded, self.question))
        except ExplainError as error:
            if len(inputs) == 1:
                return [error]
        middle = len(inputs) // 2
        self.batch = max(1, middle)
        return self(inputs[:middle]) + self(inputs[middle:])
