"""Analyses that were made, the latest first out of reach."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from cxrviewer.explain.target import settle_target
from cxrviewer.models.card import ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.keys import ExplainKey


class AnalysisCache:
    """The most recently used analyses.

    Parameters
    ----------
    limit : int
        How many are kept.
    """

    def __init__(self, limit: int = 512) -> None:
        self._limit = limit
        self._results: OrderedDict[ExplainKey, Analysis] = OrderedDict()
        self._predictions: OrderedDict[tuple[str, ModelCard], Prediction] = OrderedDict()

    def put(self, key: ExplainKey, analysis: Analysis) -> None:
        """Keep an analysis under the question that it answers, with its actual class."""
        key = key.asking(analysis.result.attribution.question)
        self._results[key] = analysis
        self._results.move_to_end(key)
        self.put_prediction(key, analysis.result.prediction)
        while len(self._results) > self._limit:
            self._results.popitem(last=False)

    def put_prediction(self, key: ExplainKey, prediction: Prediction) -> None:
        """Keep the output of a key's model for its image."""
        self._predictions[key.digest, key.model] = prediction
        self._predictions.move_to_end((key.digest, key.model))
        while len(self._predictions) > self._limit:
            self._predictions.popitem(last=False)

    def get(self, key: ExplainKey) -> Analysis | None:
        """Return the analysis of a key, or None."""
        if key.asks_for_top:
            target = settle_target(key.question.target, self.prediction(key.digest, key.model))
            key = key.asking(replace(key.question, target=target))
        analysis = self._results.get(key)
        if analysis is not None:
            self._results.move_to_end(key)
        return analysis

    def prediction(self, digest: str, model: ModelCard) -> Prediction | None:
        """Return the output of a model for an image, or None."""
        return self._predictions.get((digest, model))
