"""What the forms of jobs about many images share: the images, the model, and the class that is explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cxrviewer.batch.job import file_count
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.session.state import ViewState
from cxrviewer.ui.dialogs.job_fields import PathField
from cxrviewer.ui.dialogs.job_form import Look, ModelJobForm
from cxrviewer.ui.panels.fields import GroupedCombo

_TOP = "top"
_PLACEHOLDER = "Drop a folder, an archive or a table here"


class ImagesForm(ModelJobForm):
    """A form whose data need no labels; what is not asked is as in the viewer."""

    def made_data(self) -> PathField:
        """Return the field of the files."""
        return PathField("Files", _PLACEHOLDER, "Tables and archives (*.csv *.tsv *.zip)")

    def add_rows(self) -> None:
        """Add model, images, and what is explained."""
        super().add_rows()
        self.target = GroupedCombo("Class that is explained")
        self.form.addRow("Explained", self.target)

    def choose_model(self) -> None:
        """Offer the classes of the chosen model."""
        super().choose_model()
        self.data.line.setPlaceholderText(_PLACEHOLDER)
        card = self.choice().card
        self.target.clear()
        self.target.add_entry("The most probable class of each image", _TOP)
        for label in (*card.labels, *(group.name for group in card.label_groups)):
            self.target.add_entry(label, label)

    def look(self, data: Path) -> Look:
        """Return what counts the files."""
        return file_count, (data, self.output.path() or Path())

    def asked(self) -> tuple[ViewState, str, str | None]:
        """Return model, question and look as in the viewer, the target, and the layers if not by default."""
        state = replace(self._begin.state, model=self.choice().load.path)
        question, info = state.question, self.choice().info
        layers = question.layers if info is not None and method_spec(question.method).uses_layer else ()
        named = ",".join(layers) if layers and layers != (AUTO_LAYER,) else None
        return state, str(self.target.currentData()), named
