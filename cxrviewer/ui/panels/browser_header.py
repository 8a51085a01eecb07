"""What stands above the file list: the place, how many images it has, and the ways elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from cxrviewer.session.folder import Listing
from cxrviewer.session.places import place_name
from cxrviewer.ui.icons import icon
from cxrviewer.ui.panels.fields import literal


class BrowserHeader(QWidget):
    """Title, count and buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel("No folder")
        self._title.setObjectName("SectionTitle")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setMinimumWidth(40)
        self._count = QLabel()
        self._count.setObjectName("Muted")
        self.up = self._button("up", "Up one folder")
        self.choose = self._button("folder", "Open a folder (Ctrl+Shift+O)")
        arrange = self._button("list", "Arrange the list")
        arrange.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self)
        arrange.setMenu(self.menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 6, 2)
        layout.setSpacing(2)
        layout.addWidget(self._title, 1)
        for widget in (self._count, self.up, self.choose, arrange):
            layout.addWidget(widget)

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def show_listing(self, listing: Listing, found: int | None) -> None:
        """Say what is listed, and of it how many images a search has found."""
        folder, total = listing.folder, len(listing.files)
        self._title.setText(place_name(folder) if folder else f"{total} files")
        self._title.setToolTip(literal(str(folder)) if folder else "")
        count = f"{total:,}" if total else ""
        self._count.setText(count if found is None else f"{found:,} of {total:,}")
