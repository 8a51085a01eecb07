"""What is shown of a job while it runs."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from cxrviewer.learning.training_log import TrainingLog, in_words
from cxrviewer.session.jobs import Kind
from cxrviewer.ui.batch_table import BatchView
from cxrviewer.ui.curves import CurveChart
from cxrviewer.ui.live_view import LiveView


class TrainingView(LiveView):
    """The curves of a training, epoch by epoch."""

    WORDS = "The curves begin with the end of the first epoch. Until then the viewer can be used as ever."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = CurveChart("Loss")
        self.shares = CurveChart("On the images held out")
        charts = QWidget()
        row = QHBoxLayout(charts)
        row.setContentsMargins(0, 10, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.loss, 1)
        row.addWidget(self.shares, 1)
        self.layers.addWidget(charts)

    def take(self, content: object) -> None:
        """Draw what the log has."""
        if isinstance(content, TrainingLog):
            for chart, curves in ((self.loss, content.losses()), (self.shares, content.shares())):
                named = [(in_words(name), values) for name, values in curves]
                chart.show_curves(content.epochs, content.total, named)
            self.layers.setCurrentIndex(1)


_VIEWS: dict[Kind, type[LiveView]] = {Kind.TRAINING: TrainingView, Kind.BATCH: BatchView}


def live_view(kind: Kind) -> LiveView:
    """Return what shows a job of a kind."""
    return _VIEWS.get(kind, LiveView)()
