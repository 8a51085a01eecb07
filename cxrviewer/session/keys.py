"""What identifies a heatmap."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxrviewer.explain.question import Question
from cxrviewer.explain.target import TOP
from cxrviewer.models.card import ModelCard


@dataclass(frozen=True)
class ExplainKey:
    """Image (its key), model, and a question that is settled.

    The model is its whole card: the same weights read by another card give another heatmap.
    """

    digest: str
    model: ModelCard
    question: Question

    @property
    def asks_for_top(self) -> bool:
        """Whether the class is not known yet."""
        return self.question.target == TOP

    def asking(self, question: Question) -> ExplainKey:
        """Return the key of another question about the same image and model."""
        return replace(self, question=question)
