"""What is exported and how: the choices beside the preview of an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from cxrviewer.export.in_image import identity_lines
from cxrviewer.export.options import PictureKind
from cxrviewer.export.overlay import Scene
from cxrviewer.export.save import specs
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec
from cxrviewer.session.export_choice import ExportChoice, ImageSize, PaneView, enlargement, view_size
from cxrviewer.ui.panels.fields import GroupedCombo

_CONTENTS = (
    ("marks", "&Marks", "What you have drawn and measured on the image"),
    ("lungs", "Outline of the &lungs", "As in the window: where the program finds the lungs"),
    ("color_bar", "Colour &bar", "The scale of the heatmap"),
    ("caption", "Ca&ption", "Finding, probability, method, layer, model and time"),
    ("scale_bar", "Scale bar and &sides", "A bar of known length, and the letters of the patient's sides"),
    ("disclaimer", "“&Not for diagnosis”", "“Research and teaching: not for diagnosis”"),
    ("identity", "Patient &identity", "The patient's name, number and date of birth, on the image"),
    (
        "sidecar",
        "File that says &how it was made",
        "From the .json file beside it the export can be made again",
    ),
)
_OF_NUMBERS = ("disclaimer", "sidecar")
"""What files of numbers have of it."""


@dataclass(frozen=True, eq=False)
class OnScreen:
    """What can be exported: the active pane, and all of them in so many columns."""

    active: PaneView
    panes: Sequence[PaneView]
    columns: int


class ExportForm(QWidget):
    """The choices of an export.

    Parameters
    ----------
    screen : OnScreen
        What can be exported.
    choice : ExportChoice
        To begin with.
    """

    changed = Signal()

    def __init__(self, screen: OnScreen, choice: ExportChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._screen = screen
        self._start = choice
        self.content = GroupedCombo("What is exported")
        self.size_choice = GroupedCombo("Size")
        self.format = GroupedCombo("Format")
        self.boxes = {name: QCheckBox(text) for name, text, _ in _CONTENTS}
        self._fill()
        self._lay_out()
        for combo in (self.content, self.size_choice, self.format):
            combo.currentIndexChanged.connect(self.changed)
        for box in self.boxes.values():
            box.toggled.connect(self.changed)

    def choice(self) -> ExportChoice:
        """Return what is chosen."""
        spec = self.spec()
        panes = spec.least > 1 or (self.content.currentData() is None and spec.takes is not Takes.SCENE)
        checked = {name: box.isChecked() for name, box in self.boxes.items()}
        options = replace(
            self._start.options,
            writer=spec.id,
            kind=PictureKind(self.content.currentData() or PictureKind.OVERLAY),
            columns=self._screen.columns if panes else 1,
            **checked,  # type: ignore[arg-type]
        )
        return ExportChoice(options, ImageSize(self.size_choice.currentData()), panes)

    def spec(self) -> WriterSpec:
        """Return the format."""
        return next(spec for spec in specs() if spec.id == self.format.currentData())

    def follow_suffix(self, suffix: str) -> None:
        """Go over to the format of a file name ending, where that is not the chosen one's."""
        if suffix and suffix not in self.spec().suffixes:
            known = [spec for spec in specs() if suffix in spec.suffixes]
            chosen = next((spec.id for spec in known if self.format.can_choose(spec.id)), None)
            if chosen is not None:
                self.format.choose(chosen)

    def shows_identity(self) -> bool:
        """Return whether the file will say who the patient is."""
        return self.boxes["identity"].isChecked() and self.boxes["identity"].isEnabled()

    def enable(self, scenes: Sequence[Scene]) -> None:
        """Offer what the format and the image have."""
        spec = self.spec()
        of_numbers = spec.group is Group.MAP
        self.content.setEnabled(spec.takes is not Takes.SCENE and spec.least == 1)
        self.size_choice.setEnabled(not of_numbers)
        has = {
            "marks": any(scene.marks is not None and scene.marks.content["marks"] for scene in scenes),
            "lungs": any(scene.lungs is not None for scene in scenes),
            "scale_bar": any(scene.spacing or scene.radiograph.directions for scene in scenes),
            "identity": any(
                scene.radiograph.header is not None and identity_lines(scene.radiograph.header)
                for scene in scenes
            ),
        }
        for name, box in self.boxes.items():
            box.setEnabled(bool(has.get(name, True)) and (not of_numbers or name in _OF_NUMBERS))

    def _fill(self) -> None:
        self.content.add_entry("Overlay", PictureKind.OVERLAY)
        self.content.add_entry("Original, heatmap and overlay", PictureKind.TRIPLE)
        if len(self._screen.panes) > 1:
            self.content.add_entry(f"All {len(self._screen.panes)} panes", None)
        times = enlargement(self._screen.active)
        for size, text in (
            (ImageSize.WHOLE, "Whole image"),
            (ImageSize.ENLARGED, f"{times} times as large"),
            (ImageSize.DISPLAYED, "As displayed"),
        ):
            if size is not ImageSize.ENLARGED or times > 1:
                columns, rows = view_size(self._screen.active, size)
                self.size_choice.add_entry(f"{text}, {columns}×{rows}", size)
        most = len(self._screen.panes)
        # Films are of many analyses, which are not at hand.
        known = [spec for spec in specs() if spec.least <= most and spec.group is not Group.FILM]
        for group in Group:
            listed = [spec for spec in known if spec.group is group]
            if listed:
                self.format.add_heading(group.value)
            for spec in listed:
                self.format.add_entry(spec.name, spec.id, ", ".join(spec.suffixes))
        options = self._start.options
        self.content.choose(options.kind)
        size = self._start.size
        self.size_choice.choose(size if self.size_choice.can_choose(size) else ImageSize.WHOLE)
        self.format.choose(options.writer if self.format.can_choose(options.writer) else "png")
        for name, _, tip in _CONTENTS:
            self.boxes[name].setToolTip(tip)
            self.boxes[name].setChecked(getattr(options, name))

    def _lay_out(self) -> None:
        rows = QFormLayout()
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        rows.setHorizontalSpacing(14)
        rows.setVerticalSpacing(10)
        rows.addRow("&What", self.content)
        rows.addRow("&Size", self.size_choice)
        rows.addRow("&Format", self.format)
        title = QLabel("With it")
        title.setObjectName("SectionTitle")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(rows)
        layout.addSpacing(6)
        layout.addWidget(title)
        for box in self.boxes.values():
            layout.addWidget(box)
