"""The side panel: model, output, heatmap, and what the model sees."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.models.card import InputSpec, ModelCard
from cxrviewer.session.shown import Shown
from cxrviewer.settings import Settings
from cxrviewer.ui.panels.fields import ElidedLabel, guard_wheel, literal, tip
from cxrviewer.ui.panels.heatmap import HeatmapPanel
from cxrviewer.ui.panels.marks import MarksPanel
from cxrviewer.ui.panels.model_view import ModelView
from cxrviewer.ui.panels.outputs import OutputList
from cxrviewer.ui.panels.section import Section
from cxrviewer.ui.panels.window import WindowPanel

_WIDTH = 300


class SidePanel(QScrollArea):
    """Sections below one another, of which some fold away; scrolls where the window is low."""

    model_chosen = Signal(str)
    model_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content = QWidget()
        content.setObjectName("SidePanel")
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumWidth(_WIDTH)
        self.model = QComboBox()
        self.model.setAccessibleName("Model")
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model.activated.connect(lambda index: self.model_chosen.emit(self.model.itemData(index)))
        self.open_model = QPushButton("Open…")
        self.open_model.setToolTip("Open a Keras classifier (.keras, .h5)")
        self.open_model.clicked.connect(self.model_wanted)
        guard_wheel(self.model)
        self.limits = ElidedLabel(2)
        self.limits.setObjectName("Muted")
        self.outputs = OutputList()
        self.heatmap = HeatmapPanel()
        self.model_view = ModelView()
        view_section = Section("input", "What the model sees", self.model_view)
        self.window_panel = WindowPanel()
        window_section = Section("window", "Window", self.window_panel)
        self.marks = MarksPanel()
        self.marks_section = Section("marks", "Marks", self.marks)
        self.sections = (
            self.heatmap.settings_section,
            self.heatmap.display_section,
            window_section,
            self.marks_section,
            view_section,
        )
        self.open(Settings().sections)
        self._lay_out(content)

    @property
    def heading(self) -> ElidedLabel:
        """The sentence above the heatmap's controls."""
        return self.heatmap.heading

    def open_sections(self) -> tuple[str, ...]:
        """Return the names of the sections that are open."""
        return tuple(section.name for section in self.sections if section.is_open)

    def open(self, names: Iterable[str]) -> None:
        """Open these sections and close the others, without telling anyone."""
        wanted = set(names)
        for section in self.sections:
            section.set_open(section.name in wanted)

    def _lay_out(self, content: QWidget) -> None:
        chooser = QHBoxLayout()
        chooser.setContentsMargins(12, 2, 12, 0)
        chooser.addWidget(self.model, 1)
        chooser.addWidget(self.open_model)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(4)
        layout.addWidget(_title("Model"))
        layout.addLayout(chooser)
        layout.addWidget(_indented(self.limits))
        layout.addSpacing(8)
        layout.addWidget(_title("Output"))
        layout.addWidget(self.outputs)
        layout.addSpacing(8)
        layout.addWidget(self.heatmap)
        for section in self.sections[2:]:
            layout.addWidget(section)
        layout.addStretch(1)

    def show_models(self, cards: tuple[ModelCard, ...], current: str) -> None:
        """Offer the built-in models, and the user's own one where it is in use."""
        self.model.clear()
        for number, card in enumerate(cards):
            self.model.addItem(card.name, "default" if number == 0 else card.id)
        if self.model.findData(current) < 0:
            self.model.addItem(current.replace("\\", "/").rsplit("/", 1)[-1], current)
            self.model.setItemData(self.model.count() - 1, literal(current), Qt.ItemDataRole.ToolTipRole)
        self.model.setCurrentIndex(self.model.findData(current))

    def show_model(self, info: ModelInfo | None) -> None:
        """Show what a loaded model says about itself."""
        card = info.card if info is not None else None
        limits = "" if card is None else (card.limits or "No model card: nothing is known about its limits.")
        self.limits.setText(limits.partition(". ")[0].rstrip(".") + "." if limits else "")
        self.limits.setToolTip(_card_tip(card) if card is not None else "")
        self.heatmap.show_model(info)
        self.show_model_input(None, card.input if card is not None else None)

    def show_shown(self, shown: Shown) -> None:
        """Set the heatmap's controls to what is on screen, without telling anyone."""
        self.heatmap.show_shown(shown)

    def show_model_input(self, picture: NDArray[np.uint8] | None, spec: InputSpec | None) -> None:
        """Show what the model sees, gray (H, W); None while there is no analysis."""
        self.model_view.show_input(picture, spec)


def _card_tip(card: ModelCard) -> str:
    fields = (
        ("", f"{card.name} {card.version}"),
        ("Trained on: ", card.training_data),
        ("For: ", card.intended_use),
        ("Limits: ", card.limits),
        ("Licence: ", card.licence),
    )
    return tip(*(name + value for name, value in fields if value.strip()))


def _title(text: str) -> QWidget:
    label = QLabel(text)
    label.setObjectName("SectionTitle")
    return _indented(label)


def _indented(widget: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(12, 0, 12, 0)
    layout.addWidget(widget)
    return holder
