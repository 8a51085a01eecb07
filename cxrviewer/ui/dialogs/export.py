"""Asks what is exported, how and where to, and shows what it will look like."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.errors import ExportError
from cxrviewer.export.in_image import identity_lines
from cxrviewer.export.options import ExportOptions, PictureKind
from cxrviewer.export.overlay import Scene
from cxrviewer.export.provenance import check_sidecar
from cxrviewer.export.save import check_destination, find_writer, specs
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec
from cxrviewer.session.export_choice import (
    ExportChoice,
    PaneView,
    free_path,
    scenes_of,
    suggested_name,
    view_size,
)
from cxrviewer.ui.dialogs.export_preview import ExportPreview, Run
from cxrviewer.ui.panels.fields import GroupedCombo

_TITLE = "Export"
_CONTENTS = (
    ("marks", "&Marks", "What you have drawn and measured on the image"),
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


class ExportDialog(QDialog):
    """The choices of an export beside its preview.

    Parameters
    ----------
    screen : OnScreen
        What can be exported; the active pane has an analysis.
    choice : ExportChoice
        To begin with.
    folder : Path
        Where the file is suggested.
    run : callable
        Draws the preview.
    """

    def __init__(
        self, screen: OnScreen, choice: ExportChoice, folder: Path, run: Run, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_TITLE)
        self._screen = screen
        self._start = choice
        self._folder = folder
        self._scenes: tuple[ExportChoice, tuple[Scene, ...]] | None = None
        self._agreed: Path | None = None
        self._suggested: Path | None = None
        self.preview = ExportPreview(run)
        self.content = GroupedCombo("What is exported")
        self.size_choice = GroupedCombo("Size")
        self.format = GroupedCombo("Format")
        self.boxes = {name: QCheckBox(text) for name, text, _ in _CONTENTS}
        self.file = QLineEdit()
        self.file.setAccessibleName("File")
        self.problem = QLabel()
        self.problem.setObjectName("Warning")
        self.problem.setWordWrap(True)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = self._buttons.button(QDialogButtonBox.StandardButton.Save)
        self._fill()
        self._lay_out()
        self._connect()
        self._changed()

    def choice(self) -> ExportChoice:
        """Return what is chosen."""
        spec = self._spec()
        panes = spec.least > 1 or (self.content.currentData() is None and spec.takes is not Takes.SCENE)
        checked = {name: box.isChecked() for name, box in self.boxes.items()}
        options = replace(
            self._start.options,
            writer=spec.id,
            kind=PictureKind(self.content.currentData() or PictureKind.OVERLAY),
            columns=self._screen.columns if panes else 1,
            **checked,  # type: ignore[arg-type]
        )
        return ExportChoice(options, bool(self.size_choice.currentData()), panes)

    def scenes(self) -> tuple[Scene, ...]:
        """Return what is exported: as it was on screen when the dialog opened."""
        choice = self.choice()
        where = replace(choice, options=ExportOptions())
        if self._scenes is None or self._scenes[0] != where:
            self._scenes = where, scenes_of(choice, self._screen.active, self._screen.panes)
        return self._scenes[1]

    def path(self) -> Path:
        """Return the file; the suffix of the format is added where one is missing."""
        path = Path(self.file.text().strip())
        with contextlib.suppress(RuntimeError):  # "~name" of nobody
            path = path.expanduser()
        return path if path.suffix else path.with_name(path.name + self._spec().suffixes[0])

    def _fill(self) -> None:
        self.content.add_entry("Overlay", PictureKind.OVERLAY)
        self.content.add_entry("Original, heatmap and overlay", PictureKind.TRIPLE)
        if len(self._screen.panes) > 1:
            self.content.add_entry(f"All {len(self._screen.panes)} panes", None)
        for displayed, text in ((False, "The whole image"), (True, "As displayed")):
            columns, rows = view_size(self._screen.active, displayed=displayed)
            self.size_choice.add_entry(f"{text}, {columns}×{rows}", displayed)
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
        self.size_choice.choose(self._start.displayed)
        self.format.choose(options.writer if self.format.can_choose(options.writer) else "png")
        for name, _, tip in _CONTENTS:
            self.boxes[name].setToolTip(tip)
            self.boxes[name].setChecked(getattr(options, name))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.addRow("&What", self.content)
        form.addRow("&Size", self.size_choice)
        form.addRow("&Format", self.format)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addLayout(form)
        side.addSpacing(6)
        title = QLabel("With it")
        title.setObjectName("SectionTitle")
        side.addWidget(title)
        for box in self.boxes.values():
            side.addWidget(box)
        side.addSpacing(6)
        side.addWidget(self.problem)
        side.addStretch(1)
        right = QWidget()
        right.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        right.setFixedWidth(300)
        upper = QHBoxLayout()
        upper.setSpacing(18)
        upper.addWidget(self.preview, 1)
        upper.addWidget(right)
        browse = QPushButton("Browse…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        lower = QHBoxLayout()
        lower.addWidget(QLabel("File"))
        lower.addWidget(self.file, 1)
        lower.addWidget(browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(12)
        layout.addLayout(upper, 1)
        layout.addLayout(lower)
        layout.addWidget(self._buttons)
        self.resize(980, 680)

    def _connect(self) -> None:
        for combo in (self.content, self.size_choice, self.format):
            combo.currentIndexChanged.connect(self._changed)
        for box in self.boxes.values():
            box.toggled.connect(self._changed)
        self.file.textChanged.connect(self._check)
        self.file.textEdited.connect(self._follow_suffix)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)

    def _spec(self) -> WriterSpec:
        return next(spec for spec in specs() if spec.id == self.format.currentData())

    def _changed(self) -> None:
        self._enable()
        self._suggest()
        self._check()
        scenes = self.scenes()
        if scenes:
            self.preview.show_export(scenes, self.choice().options)

    def _enable(self) -> None:
        """Offer what the format and the image have."""
        spec = self._spec()
        of_numbers = spec.group is Group.MAP
        self.content.setEnabled(spec.takes is not Takes.SCENE and spec.least == 1)
        self.size_choice.setEnabled(not of_numbers)
        scenes = self.scenes()
        has = {
            "marks": any(scene.marks is not None and scene.marks.content["marks"] for scene in scenes),
            "scale_bar": any(scene.spacing or scene.radiograph.directions for scene in scenes),
            "identity": any(
                scene.radiograph.header is not None and identity_lines(scene.radiograph.header)
                for scene in scenes
            ),
        }
        for name, box in self.boxes.items():
            box.setEnabled(bool(has.get(name, True)) and (not of_numbers or name in _OF_NUMBERS))

    def _suggest(self) -> None:
        """Keep the file's name in step with the choices for as long as it is the program's own."""
        suffixes, scenes = self._spec().suffixes, self.scenes()
        if self._suggested is None or self.file.text() == str(self._suggested):
            if scenes:
                name = suggested_name(scenes[0], self.choice().options)
                self._suggested = free_path(self._folder, name, suffixes[0])
                self.file.setText(str(self._suggested))
            return
        path = Path(self.file.text())
        if path.suffix and path.suffix.lower() not in suffixes:
            self.file.setText(str(path.with_suffix(suffixes[0])))

    def _follow_suffix(self, text: str) -> None:
        """Go over to the format whose suffix the user has typed."""
        suffix = Path(text.strip()).suffix.lower()
        if suffix and suffix not in self._spec().suffixes:
            known = [spec for spec in specs() if suffix in spec.suffixes]
            chosen = next((spec.id for spec in known if self.format.can_choose(spec.id)), None)
            if chosen is not None:
                self.format.choose(chosen)

    def _browse(self) -> None:
        spec = self._spec()
        patterns = " ".join(f"*{suffix}" for suffix in spec.suffixes)
        name, _ = QFileDialog.getSaveFileName(self, _TITLE, self.file.text(), f"{spec.name} ({patterns})")
        if name:
            self.file.setText(name)
            self._follow_suffix(name)
            self._agreed = Path(name)

    def _check(self) -> None:
        identity = self.boxes["identity"]
        shows_identity = identity.isChecked() and identity.isEnabled()
        self.problem.setText("The file will say who the patient is." if shows_identity else "")
        self._save.setEnabled(bool(Path(self.file.text().strip()).name))

    def _accept(self) -> None:
        path = self.path()
        try:
            suffixes = find_writer(path, self.choice().options.writer).SPEC.suffixes
            for scene in self.scenes():
                check_destination(path, suffixes, scene.radiograph.path)
            if self.choice().options.sidecar:
                check_sidecar(path)
        except ExportError as error:
            self.problem.setText(f"{error.message} {error.hint}".strip())
            return
        if not path.exists() or path == self._agreed or self._may_replace(path):
            self.accept()

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(self, _TITLE, f"{path.name} exists. Replace it?")
        return answer == QMessageBox.StandardButton.Yes
