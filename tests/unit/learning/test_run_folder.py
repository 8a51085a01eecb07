from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cxrviewer.errors import UserError
from cxrviewer.learning.run_folder import RunFolder
from cxrviewer.learning.settings import TrainSettings
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.catalog import file_digest

CARD = ModelCard("m", "M", "1", "", ("a", "b"), (0.5, 0.5), Activation.SOFTMAX, InputSpec(8, 8, 1))


class FakeModel:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def save(self, path: Path) -> None:
        path.write_bytes(self.content)
        if not self.content:
            raise OSError("no space left")


def test_log_has_one_header_and_a_line_an_epoch(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "a" / "b", "m")
    folder.create()
    folder.append_epoch({"epoch": 1, "loss": 0.25})
    folder.append_epoch({"epoch": 2, "loss": 0.125})
    assert folder.log.read_text() == "epoch,loss\n1,0.25\n2,0.125\n"
    folder.create()
    assert not folder.log.exists()


def test_settings_are_json(tmp_path: Path) -> None:
    RunFolder(tmp_path, "m").save_settings(TrainSettings(seed=7), {"recipe": "r"})
    content = json.loads((tmp_path / "settings.json").read_text())
    assert content["settings"]["seed"] == 7
    assert content["settings"]["augmentation"]["rotation"] == TrainSettings().augmentation.rotation
    assert content["recipe"] == "r"


def test_card_names_the_weights_on_the_disk(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "m")
    for content in (b"first", b"second"):
        folder.save_model(FakeModel(content))
        folder.save_card(CARD)
        assert read_card(folder.card) == replace(CARD, sha256=file_digest(folder.weights))


def test_failed_save_leaves_the_model_before_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "m")
    folder.save_model(FakeModel(b"first"))
    with pytest.raises(OSError, match="no space"):
        folder.save_model(FakeModel(b""))
    assert folder.weights.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["m.keras"]


def test_output_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match="output folder") as caught:
        RunFolder(tmp_path / "out", "m").create()
    assert caught.value.path == tmp_path / "out"
