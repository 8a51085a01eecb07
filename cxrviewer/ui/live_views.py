"""What is shown of a job while it runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrviewer.session.jobs import Kind


class LiveView(QWidget):
    """Shows what a job tells; this one says only where the results will be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        text = QLabel("The results will be here. Until then the viewer can be used as ever.")
        text.setObjectName("Muted")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.addWidget(text)

    def take(self, content: object) -> None:
        """Show what a job told."""


def live_view(_kind: Kind) -> LiveView:
    """Return what shows a job of a kind."""
    return LiveView()
