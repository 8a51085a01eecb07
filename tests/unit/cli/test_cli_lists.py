"""What can be chosen: methods and models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cxrviewer.cli.main import main
from cxrviewer.explain.catalog import methods
from cxrviewer.models.catalog import builtin_cards


def test_methods(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == [spec.id for spec in methods()]
    assert {"grad-cam", "grad-cam++", "hires-cam", "layer-cam"} <= {entry["id"] for entry in listed}
    assert all(entry["summary"] and entry["caution"] and entry["reference"] for entry in listed)
    assert main(["methods"]) == 0
    text = capsys.readouterr().out
    assert all(spec.id in text and spec.name in text for spec in methods())


def test_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == [card.id for card in builtin_cards()]
    first = listed[0]
    assert first["labels"] == ["Normal", "Bacterial pneumonia", "Viral pneumonia"]
    assert len(first["thresholds"]) == 3
    assert len(first["sha256"]) == 64
    assert Path(first["path"]).is_file()
    assert main(["models"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert first["id"] in text
    assert "not for diagnosis" in text
