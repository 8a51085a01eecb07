"""Drawing one file of a batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import material
import numpy as np
import pytest

from cxrviewer.batch.desk import Drawing, RefusedError, draw, draw_packed, packed, reason, take
from cxrviewer.batch.row import Item
from cxrviewer.errors import ExportError
from cxrviewer.export.options import ExportOptions
from cxrviewer.session.state import ViewState

EMPTY = material.analysis(values=-np.ones((4, 4), np.float32))


@pytest.fixture
def item(tmp_path: Path) -> Item:
    pixels = np.random.default_rng(0).integers(0, 255, material.SHAPE, dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    return Item(7, tmp_path / "a.png", "a.png", "00007-a.png")


def drawing(folder: Path, writer: str = "") -> Drawing:
    return Drawing(ViewState(), material.choice(), folder, ExportOptions(writer))


def test_a_row_says_what_the_picture_shows(item: Item, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    taken = take(item, material.card().input)
    assert taken.size == 40 * 60
    drawn = draw_packed(item, material.analysis(2, top=1), packed(drawing(folder)))
    row = drawn.row
    assert (row.number, row.file, row.picture, row.height, row.width) == (7, "a.png", "00007-a.png", 40, 60)
    assert (row.top, row.target, row.error) == ("Bacterial", "Viral", "")
    assert row.target_probability == pytest.approx(row.probabilities[2])
    assert sum(row.probabilities) == pytest.approx(1)
    small = cv2.imdecode(np.frombuffer(drawn.thumbnail, np.uint8), cv2.IMREAD_COLOR)
    assert max(small.shape) == 192
    assert cv2.imread(str(folder / row.picture)) is not None


def test_an_image_that_is_not_held_any_more_is_read_again(item: Item, tmp_path: Path) -> None:
    row = draw(item, EMPTY, drawing(tmp_path)).row
    assert "No region spoke for the target" in row.notes
    assert len(row.digest) == 64


def test_what_a_format_cannot_hold_is_told_from_a_disk_that_cannot(item: Item, tmp_path: Path) -> None:
    segmentation = replace(item, picture="00007-a.dcm")
    with pytest.raises(RefusedError):
        draw(segmentation, EMPTY, drawing(tmp_path, "dicom-seg"))
    with pytest.raises(ExportError):
        draw(item, EMPTY, drawing(tmp_path / "nowhere"))


def test_reasons_quote_nothing_of_a_defect() -> None:
    assert reason(ValueError("Jane Doe")) == (
        "The file met a defect of the program (ValueError): please report it."
    )
    assert reason(ExportError("It is so.", "Do this.")) == "It is so. Do this."
