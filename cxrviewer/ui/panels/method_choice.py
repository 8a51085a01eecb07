"""The choice of a method, with what its maps show and do not show."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QToolTip, QWidget

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import methods
from cxrviewer.explain.method_spec import MethodSpec
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question, settle
from cxrviewer.ui.icons import icon
from cxrviewer.ui.panels.fields import ElidedLabel, GroupedCombo, tip


class MethodChooser(QWidget):
    """All methods by family; those that cannot explain the model are disabled, and say why.

    `summary` belongs below it, in the width of the panel.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = GroupedCombo("Method")
        self.about = QToolButton()
        self.about.setIcon(icon("info"))
        self.about.setAccessibleName("About this method")
        self.summary = ElidedLabel(2)
        self.summary.setObjectName("Muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(self.combo, 1)
        line.addWidget(self.about)
        self.combo.activated.connect(lambda _: self.chosen.emit(self.combo.currentData()))
        self.about.clicked.connect(self._tell)
        self.show_model(None)

    def show_model(self, info: ModelInfo | None) -> None:
        """Offer what can explain a model; everything while there is none."""
        current = self.combo.currentData()
        self.combo.clear()
        family = None
        for spec in sorted(methods(), key=_place):
            if spec.family is not family:
                family = spec.family
                self.combo.add_heading(family.value)
            lack = _lack(spec, info)
            self.combo.add_entry(spec.name, spec.id, lack or about_method(spec), enabled=not lack)
        self.combo.choose(current)

    def show_method(self, spec: MethodSpec) -> None:
        """Show the method in use, without telling anyone."""
        self.combo.choose(spec.id)
        if self.summary.text() != spec.summary:
            self.summary.setText(spec.summary)
            for widget in (self.combo, self.about, self.summary):
                widget.setToolTip(about_method(spec))

    def _tell(self) -> None:
        # For those who do not hover: by keyboard, by touch.
        below = self.about.mapToGlobal(QPoint(0, self.about.height()))
        QToolTip.showText(below, self.about.toolTip(), self.about, self.about.rect(), 20_000)


def about_method(spec: MethodSpec) -> str:
    """Return what a user should know of a method, as a tip."""
    traits = (
        "for and against the target" if spec.signed else "for the target alone",
        "another map for another class" if spec.class_discriminative else "the same map for every class",
        "uses the output alone (black box)" if spec.black_box else "",
        "explains a layer" if spec.uses_layer else "explains the input",
    )
    return tip(
        f"{spec.name}. {spec.summary}",
        f"Caution: {spec.caution}",
        f"Shows evidence {'; '.join(trait for trait in traits if trait)}.",
        f"Cost: {spec.cost}",
        spec.reference,
    )


def _place(spec: MethodSpec) -> tuple[int, int]:
    """Return the place of a method in the list: families in the order in which they first come up."""
    first = min(other.order for other in methods() if other.family is spec.family)
    return first, spec.order


def _lack(spec: MethodSpec, info: ModelInfo | None) -> str:
    """Return why a method cannot explain a model, as a tip; "" where it can."""
    if info is None or spec.id in info.methods:
        return ""
    try:
        settle(Question(method=spec.id), info, None)
    except ExplainError as error:
        return tip(error.message)
    return ""
