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
    ("scale_bar", "Scal&e bar and sides", "A bar of known length, and the letters of the patient's sides"),
    ("disclaimer", "“Not for &diagnosis”", "“Research and teaching: not for diagnosis”"),
    ("identity", "Patient &identity", "The patient's name, number and date of birth"),
    (
        "sidecar",
        "File that says &how it was made",
        "From the .json file beside it the export can be made again",
    ),
)
_LACKING = {
    "marks": "There are no marks on the image.",
    "lungs": "The lungs are not outlined in the window.",
    "scale_bar": "The file tells neither the size of a pixel nor the patient's sides.",
    "identity": "The file does not say who the patient is.",
}
_NOT_IN_FORMAT = "Files of this format have none of it."
_ONE_VIEW = "Files of this format are of one heatmap, that of the active pane."
_ALL_PANES = "Files of this format are of all panes."
_PAGE = "A page has the original and the overlay of a pane."
_STORED = "Files of this format are of the image's own pixels."


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
        self._wanted = {name: bool(getattr(choice.options, name)) for name, _, _ in _CONTENTS}
        self.content = GroupedCombo("What is exported")
        self.size_choice = GroupedCombo("Size")
        self.format = GroupedCombo("Format")
        self.paper = GroupedCombo("Paper")
        self._rows = QFormLayout()
        self.boxes = {name: QCheckBox(text) for name, text, _ in _CONTENTS}
        self._fill()
        self._lay_out()
        for combo in (self.content, self.size_choice, self.format, self.paper):
            combo.currentIndexChanged.connect(self.changed)
        for name, box in self.boxes.items():
            box.clicked.connect(lambda checked, name=name: self._want(name, checked))

    def choice(self) -> ExportChoice:
        """Return what is chosen."""
        spec = self.spec()
        panes = spec.least > 1 or (self.content.currentData() is None and spec.takes is not Takes.SCENE)
        options = replace(
            self._start.options,
            writer=spec.id,
            kind=PictureKind(self.content.currentData() or PictureKind.OVERLAY),
            columns=self._screen.columns if panes else 1,
            paper=self.paper.currentData(),
            **{**self._wanted, "identity": self.shows_identity()},  # type: ignore[arg-type]
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
        return self.boxes["identity"].isChecked()

    def shows_words(self) -> bool:
        """Return whether the file has words of marks in letters that go by its pixels, not by paper."""
        return self.boxes["marks"].isChecked() and self.spec().group is not Group.REPORT

    def enable(self, scenes: Sequence[Scene]) -> None:
        """Offer what the format and the image have, and say of the rest why it is not to be had."""
        spec = self.spec()
        one, every = spec.takes is Takes.SCENE, spec.least > 1
        self.content.setEnabled(not (one or every))
        page = _PAGE if spec.group is Group.REPORT else ""
        self.content.setToolTip(_ONE_VIEW if one else _ALL_PANES if every else page)
        self.size_choice.setEnabled(spec.sized)
        self.size_choice.setToolTip("" if spec.sized else _STORED)
        self._rows.setRowVisible(self.paper, spec.group is Group.REPORT)
        has = {
            "marks": any(scene.marks is not None and scene.marks.content["marks"] for scene in scenes),
            "lungs": any(scene.lungs is not None and scene.lungs.found for scene in scenes),
            "scale_bar": any(scene.spacing or scene.radiograph.directions for scene in scenes),
            "identity": any(
                scene.radiograph.header is not None and identity_lines(scene.radiograph.header)
                for scene in scenes
            ),
        }
        for name, _, tip in _CONTENTS:
            box, in_format = self.boxes[name], name == "sidecar" or name in spec.shows
            offered = in_format and bool(has.get(name, True))
            box.setEnabled(offered)
            box.setChecked(offered and self._wanted[name])
            box.setToolTip(tip if offered else _LACKING[name] if in_format else _NOT_IN_FORMAT)

    def _want(self, name: str, checked: bool) -> None:
        self._wanted[name] = checked
        self.changed.emit()

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
        for paper, name in (("a4", "A4"), ("letter", "Letter")):
            self.paper.add_entry(name, paper)
        options = self._start.options
        self.paper.choose(options.paper)
        self.content.choose(options.kind)
        size = self._start.size
        self.size_choice.choose(size if self.size_choice.can_choose(size) else ImageSize.WHOLE)
        self.format.choose(options.writer if self.format.can_choose(options.writer) else "png")

    def _lay_out(self) -> None:
        rows = self._rows
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        rows.setHorizontalSpacing(14)
        rows.setVerticalSpacing(10)
        rows.addRow("&What", self.content)
        rows.addRow("Si&ze", self.size_choice)
        rows.addRow("&Format", self.format)
        rows.addRow("Pape&r", self.paper)
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
