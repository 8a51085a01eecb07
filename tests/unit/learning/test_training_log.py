"""The log of a training, and its page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from material import card

from cxrviewer.learning.page_reader import Drawing, read_page
from cxrviewer.learning.training_log import read_log
from cxrviewer.learning.training_page import NAME, write_page
from cxrviewer.models.card_toml import write_card

LOG = "epoch,loss,val_loss,auc_pneumonia,seconds\n1,2.5,2,0.75,10\n2,1.5,1.75,0.875,20\n"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "settings.json").write_text(json.dumps({"settings": {"epochs": 5, "batch": 8}}))
    return tmp_path


def test_losses_and_shares_are_told_apart(run: Path) -> None:
    log = read_log(run)
    assert log is not None
    assert (log.epochs, log.total) == ((1, 2), 5)
    assert log.losses() == (("loss", (2.5, 1.5)), ("val_loss", (2.0, 1.75)))
    assert log.shares() == (("auc_pneumonia", (0.75, 0.875)),)


@pytest.mark.parametrize(
    "text", ["", "epoch,loss\n", "epoch,loss\n1,hello\n", "loss\n1\n", "epoch,loss\n1\n"]
)
def test_a_log_that_is_not_there_yet_is_no_failure(tmp_path: Path, text: str) -> None:
    assert read_log(tmp_path) is None
    (tmp_path / "log.csv").write_text(text)
    assert read_log(tmp_path) is None


def test_the_page_has_curves_model_and_settings(run: Path) -> None:
    write_card(replace(card(), id="small", limits="Toys alone."), run / "small.toml")
    write_page(run / "small.keras", "Small recipe")
    page = read_page(run / NAME)
    assert page.title == "Training of Small 1"
    assert sum(isinstance(block, Drawing) for block in page.blocks) == 2
    text = (run / NAME).read_text()
    assert "AUC pneumonia" in text
    assert "Toys alone." in text
    (run / "small.toml").unlink()
    write_page(run / "small.keras", "Small recipe")
    assert read_page(run / NAME).title == "Training of Small recipe"
