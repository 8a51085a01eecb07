"""Analyses that were made, the latest first out of reach."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from cxrviewer.explain.request import TOP_CLASS
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
        """Keep an analysis under its actual class, also where the key asked for the top class."""
        if key.class_index == TOP_CLASS:
            key = replace(key, class_index=analysis.result.attribution.class_index)
        self._results[key] = analysis
        self._results.move_to_end(key)
        self._predictions[key.digest, key.model] = analysis.result.prediction
        self._predictions.move_to_end((key.digest, key.model))
        while len(self._results) > self._limit:
            self._results.popitem(last=False)
        while len(self._predictions) > self._limit:
            self._predictions.popitem(last=False)

    def get(self, key: ExplainKey) -> Analysis | None:
        """Return the analysis of a key, or None."""
        if key.class_index == TOP_CLASS:
            prediction = self.prediction(key.digest, key.model)
            if prediction is None:
                return None
            key = replace(key, class_index=prediction.top)
        analysis = self._results.get(key)
        if analysis is not None:
            self._results.move_to_end(key)
        return analysis

    def prediction(self, digest: str, model: ModelCard) -> Prediction | None:
        """Return the output of a model for an image, or None."""
        return self._predictions.get((digest, model))
