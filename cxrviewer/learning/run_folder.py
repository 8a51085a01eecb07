"""What a training run leaves in its output folder."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrviewer.errors import UserError, first_line
from cxrviewer.learning.event_log import forget_events
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import write_card
from cxrviewer.models.catalog import file_digest
from cxrviewer.paths import atomic_path, remove_parts

if TYPE_CHECKING:
    import keras


HEATMAPS = "heatmaps"
"""Folder of the heatmaps after each epoch."""


@dataclass(frozen=True)
class RunFolder:
    """The output folder of one run: weights, card, settings and a line an epoch.

    Parameters
    ----------
    path : Path
        The folder.
    model_id : str
        Stem of the weights file and its card.
    """

    path: Path
    model_id: str

    @property
    def weights(self) -> Path:
        """The model file."""
        return self.path / f"{self.model_id}.keras"

    @property
    def card(self) -> Path:
        """The card beside the model file."""
        return self.path / f"{self.model_id}.toml"

    @property
    def log(self) -> Path:
        """The table with a line an epoch."""
        return self.path / "log.csv"

    @property
    def checkpoint(self) -> Path:
        """Stem of the files from which a run goes on."""
        return self.path / "checkpoint"

    def create(self, *, resumed: bool = False) -> None:
        """Make the folder; unless a run in it is resumed, drop what an earlier one has left for that.

        What a run that was killed has left half written is dropped in any case.

        Raises
        ------
        UserError
            The folder cannot be made or written to, or has no run to resume.
        """
        if resumed and not self.checkpoint.with_suffix(".index").exists():
            hint = "Give the folder of a run that was ended, or leave out --resume."
            raise UserError("There is no run to resume.", hint, self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            remove_parts(self.path)
            if not resumed:
                for name in (
                    self.log,
                    self._best,
                    *self.path.glob("checkpoint*"),
                    *(self.path / HEATMAPS).glob("epoch-*.png"),
                    self.path / "children.npz",
                    self.path / "training.html",
                ):
                    name.unlink(missing_ok=True)
                forget_events(self.path)
        except OSError as error:
            raise UserError(
                f"The output folder cannot be used: {error.strerror}.", "Give another folder.", self.path
            ) from error

    @property
    def _best(self) -> Path:
        return self.path / "best.json"

    def save_best(self, facts: dict[str, Any]) -> None:
        """Write what the best epoch so far achieved."""
        with atomic_path(self._best) as temporary:
            temporary.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")

    def best(self) -> dict[str, Any] | None:
        """Return what the best epoch so far achieved, None before the first one."""
        if not self._best.exists():
            return None
        found: dict[str, Any] = json.loads(self._best.read_text(encoding="utf-8"))
        return found

    def check_same(self, settings: Any, data_sha256: str) -> None:
        """Check that a run that is resumed has the settings and the data that it was begun with.

        Parameters
        ----------
        settings : dataclass
            As for `save_settings`; the epochs may be more or fewer.
        data_sha256 : str
            What is saved under this name.

        Raises
        ------
        UserError
            They differ, or cannot be read.
        """
        path = self.path / "settings.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            before, data = dict(kept["settings"]), kept["data_sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = "The settings of the run cannot be read."
            raise UserError(message, "Begin anew, without --resume.", path) from error
        now = json.loads(json.dumps(asdict(settings)))
        changed = [name for name in now if name != "epochs" and now[name] != before.get(name)]
        if changed:
            was = ", ".join(f"{name}={before.get(name)}" for name in changed)
            raise UserError(f"The run was begun with {was}.", "Give the same settings, or begin anew.", path)
        if data != data_sha256:
            message = "The data are not those that the run was begun with."
            raise UserError(message, "Give the same data, or begin anew.", path)

    def save_settings(self, settings: Any, facts: dict[str, object]) -> None:
        """Write settings, a dataclass, and facts (counts, data hash, versions) as JSON."""
        content = json.dumps({"settings": asdict(settings), **facts}, indent=2)
        with atomic_path(self.path / "settings.json") as temporary:
            temporary.write_text(content + "\n", encoding="utf-8")

    def append_epoch(self, values: dict[str, float]) -> None:
        """Add a line to the log; lines of an epoch that is taken again are replaced.

        Parameters
        ----------
        values : dict of str to float
            The first is the epoch. The names are the header.
        """
        epoch = next(iter(values.values()))
        kept = self.log.read_text(encoding="utf-8").splitlines()[1:] if self.log.exists() else []
        lines = [",".join(values), *(line for line in kept if float(line.split(",")[0]) < epoch)]
        lines.append(",".join(f"{value:.6g}" for value in values.values()))
        with atomic_path(self.log) as temporary:
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def save_model(self, model: keras.Model) -> None:
        """Write the model; its optimiser state is left out where it was never compiled."""
        with atomic_path(self.weights) as temporary:
            model.save(temporary)

    def save_card(self, card: ModelCard) -> None:
        """Write the card with the digest of the weights as they are on the disk."""
        write_card(replace(card, sha256=file_digest(self.weights)), self.card)


def make_output_folder(path: Path) -> None:
    """Make a folder for results where there is none.

    Raises
    ------
    UserError
        It cannot be made or written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        message = f"The output folder cannot be used: {error.strerror}."
        raise UserError(message, "Give another folder.", path) from error


def begin_with(model: keras.Model, weights: Path | None) -> None:
    """Give a model the weights of a file, if there is one.

    Raises
    ------
    UserError
        The file cannot be read, or has weights of another network.
    """
    if weights is None:
        return
    try:
        model.load_weights(weights)
    except Exception as error:  # Keras raises what it likes on a file that does not fit.
        raise UserError(
            f"The weights do not fit the network: {first_line(error)}",
            "Give weights of the same recipe.",
            weights,
        ) from error
