"""Asks where an overlay goes and at which resolution."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)


class ExportDialog(QDialog):
    """Resolution and file of an export.

    Parameters
    ----------
    suggestion : Path
        File to begin with.
    image_size, view_size : tuple of int
        Columns and rows of the two choices.
    """

    def __init__(
        self,
        suggestion: Path,
        image_size: tuple[int, int],
        view_size: tuple[int, int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export overlay")
        self.full = QRadioButton(f"The whole image at its own resolution ({image_size[0]}×{image_size[1]})")
        self.displayed = QRadioButton(f"As displayed ({view_size[0]}×{view_size[1]})")
        self.full.setChecked(True)
        self.file = QLineEdit(str(suggestion))
        self.file.setMinimumWidth(360)
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(browse)
        text = QLabel(
            "Image, heatmap, colour bar, output and model, with the words “Research and teaching: not for "
            "diagnosis”. The patient's identity is not written."
        )
        text.setObjectName("Muted")
        text.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self._agreed: Path | None = None
        self.file.textChanged.connect(self._check)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        for widget in (self.full, self.displayed, text):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addWidget(buttons)

    def path(self) -> Path:
        """Return the file; ".png" is added where a suffix is missing."""
        path = Path(self.file.text().strip())
        with contextlib.suppress(RuntimeError):  # "~name" of nobody
            path = path.expanduser()
        return path if path.suffix else path.with_suffix(".png")

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export overlay", self.file.text(), "PNG picture (*.png)")
        if name:
            self.file.setText(name)
            self._agreed = Path(name)

    def _check(self, text: str) -> None:
        self._save.setEnabled(bool(Path(text.strip()).name))

    def _accept(self) -> None:
        path = self.path()
        if not path.exists() or path == self._agreed or self._may_replace(path):
            self.accept()

    def _may_replace(self, path: Path) -> bool:
        from PySide6.QtWidgets import QMessageBox

        answer = QMessageBox.question(self, "Export overlay", f"{path.name} exists. Replace it?")
        return answer == QMessageBox.StandardButton.Yes
