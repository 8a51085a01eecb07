"""What the program is for and what it is not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QMessageBox, QVBoxLayout, QWidget

from cxrviewer import __version__

NOTICE = (
    "<h3>For research and teaching: not for diagnosis</h3>"
    "<p>CXR Viewer is not a medical device. It has not been tested or approved for the care of patients, and "
    "nothing that it shows may stand behind a clinical decision.</p>"
    "<p>A heatmap marks regions that influenced a classifier's output. It does not show where a disease is, "
    "and it can be convincing where the output is wrong.</p>"
    "<p>Everything stays on this machine: no image, no result and no statistic is ever sent anywhere.</p>"
)


class NoticeDialog(QDialog):
    """Shown at the first start, and from the Help menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Intended use")
        text = QLabel(NOTICE)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        text.setMinimumWidth(460)
        buttons = QDialogButtonBox()
        accept = buttons.addButton("I understand", QDialogButtonBox.ButtonRole.AcceptRole)
        accept.setDefault(True)
        buttons.accepted.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 14, 22, 16)
        layout.addWidget(text)
        layout.addWidget(buttons)


def show_about(parent: QWidget) -> None:
    """Say what the program is, its version and licence."""
    box = QMessageBox(parent)
    box.setWindowTitle("About CXR Viewer")
    box.setText(f"<h3>CXR Viewer {__version__}</h3>")
    box.setInformativeText(
        "Shows chest radiographs and the regions that influenced a classifier's output.<br>"
        "Apache-2.0 licence. Research and teaching: not for diagnosis."
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
