"""A model evaluated from end to end, from the command line to the page."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from PIL import Image

from cxrviewer.cli.main import main
from cxrviewer.learning.evaluate import evaluate
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.load_request import LoadRequest

LABELS = ("a", "b", "c")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    for label in LABELS:
        folder = tmp_path / "data" / label.upper()
        folder.mkdir(parents=True)
        for number in range(6):
            picture = rng.integers(0, 255, (40 + number, 50), dtype=np.uint8)
            Image.fromarray(picture).save(folder / f"{label}{number}.png")
    (tmp_path / "data" / "A" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 60)
    return tmp_path / "data"


def card() -> ModelCard:
    thresholds = (0.5, 0.5, 0.5)
    return ModelCard("m", "M", "1", "", LABELS, thresholds, Activation.SOFTMAX, InputSpec(32, 32, 1))


def test_an_evaluation_is_what_the_model_says_of_each_file(
    data: Path, tmp_path: Path, saved: Callable[[Any], Path]
) -> None:
    model = builders.randomise(builders.flat())
    done: list[tuple[int, int]] = []
    output = tmp_path / "new" / "folder"
    found = evaluate(LoadRequest(str(saved(model)), card()), data, output, lambda *n: done.append(n))
    assert done[-1] == (19, 19)
    assert [one.path.name for one in found.failures] == ["broken.png"]
    assert found.failures[0].failure

    numbers = json.loads((output / "evaluation.json").read_text())
    wanted = {"n", "accuracy", "auc", "classes", "confusion_matrix", "report", "ece"}
    assert wanted <= set(numbers)
    assert numbers["n"] == 18
    assert np.sum(numbers["confusion_matrix"]) == 18
    with (output / "predictions.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    right = [row["truth"] == row["called"] for row in rows]
    assert numbers["accuracy"] == pytest.approx(np.mean(right))
    spec = card().input
    from cxrviewer.imaging.open import read_radiograph
    from cxrviewer.models.preprocess import prepare_input

    for row in rows[::5]:
        path = next(data.rglob(row["file"]))
        expected = model(prepare_input(read_radiograph(path), spec).values).numpy()[0]
        stated = [float(row[f"probability of {name}"]) for name in ("A", "B", "C")]
        np.testing.assert_allclose(stated, expected, atol=1e-5)


def test_the_page_stands_alone_and_shows_the_data(
    data: Path, tmp_path: Path, saved: Callable[[Any], Path]
) -> None:
    model = builders.randomise(builders.flat())
    evaluate(LoadRequest(str(saved(model)), card()), data, tmp_path, lambda *n: None)
    page = (tmp_path / "evaluation.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert page.count("<svg") == 4
    assert "not for diagnosis" in page
    assert "broken.png" in page
    assert "40 to 45" in page


def test_the_command_prints_json(
    data: Path, tmp_path: Path, saved: Callable[[Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from cxrviewer.models.card_toml import write_card
    from cxrviewer.models.catalog import file_digest

    path = saved(builders.randomise(builders.flat()))
    write_card(replace(card(), sha256=file_digest(path)), path.with_suffix(".toml"))
    arguments = ["evaluate", str(path), "--data", str(data), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert main(arguments) == 0
    assert "18 images: accuracy" in capsys.readouterr().out
    assert main(["evaluate", str(path), "--data", str(tmp_path / "none"), "-o", str(tmp_path)]) == 1
