"""Asks what an evaluation is made of."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.session.job_calls import EvaluateOrder, evaluate
from cxrviewer.session.jobs import JobOrder, Kind
from cxrviewer.ui.dialogs.job_form import ModelJobForm


class EvaluateForm(ModelJobForm):
    """Model, data and results."""

    KIND = Kind.EVALUATION
    RESULT = "evaluation.html"
    INTRODUCTION = (
        "Runs a model on radiographs whose findings are known, and tells how often it is right: accuracy, "
        "AUC, sensitivity and specificity, calibration, and the images on which it is wrong."
    )

    def order(self, data: Path, output: Path) -> JobOrder:
        """Return the order."""
        choice = self.choice()
        order = EvaluateOrder(choice.load, data, output)
        return JobOrder(self.KIND, choice.card.name, output, evaluate, order)
