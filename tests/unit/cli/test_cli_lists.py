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


def test_methods_are_grouped_by_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for spec in methods():
        row = next(line for line in lines if line.split()[:1] == [spec.id])
        answers = (spec.signed, spec.class_discriminative, spec.black_box)
        words = " ".join("yes" if answer else "no" for answer in answers)
        assert f"{spec.name} {words} {spec.cost}" in " ".join(row.split())
        above = lines[: lines.index(row)]
        heading = next(line for line in reversed(above) if line and not line.startswith(" "))
        assert heading == spec.family.value
    assert sum(line == spec.family.value for spec in methods()[:1] for line in lines) == 1


def test_one_method_tells_all(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for spec in methods():
        assert main(["methods", spec.id.upper()]) == 0
        text = capsys.readouterr().out
        assert max(map(len, text.splitlines())) <= 60 or not spec.parameters
        flat = " ".join(text.split())
        for part in (spec.id, spec.name, spec.summary, spec.caution, spec.reference, spec.cost):
            assert part in flat
        for parameter in spec.parameters:
            assert f"--param {parameter.name}=… {parameter.help}" in flat
            assert f"{parameter.default} unless set" in flat


def test_one_method_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "score-cam", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["black_box"] is False
    assert entry["parameters"][0]["name"] == "top"
    assert entry["parameters"][0]["maximum"] == 4096


def test_an_unknown_method_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "deconvnet"]) == 2
    assert "grad-cam" in capsys.readouterr().err


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
