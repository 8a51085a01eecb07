"""PDF reports, read again by pypdf."""

from __future__ import annotations

import gc
import json
import re
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PageObject, PdfReader
from scenes import CARD, scene

from cxrviewer.explain.target import Target
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions, options_from_json
from cxrviewer.export.overlay import Scene
from cxrviewer.export.report import content
from cxrviewer.export.report.column import Column, lines_of, text_width
from cxrviewer.export.report.report import Case, export_report
from cxrviewer.export.writers import pdf
from cxrviewer.imaging.header import Header
from cxrviewer.models.prediction import Prediction

CANARY = "Canary, Jane"


def identified():
    """Return a scene of a DICOM file with a name."""
    shown = scene(Path("Canary^Jane.dcm"))
    header = Header(patient_name=CANARY, patient_id="CANARY-1", study_date="2020-03-04")
    return replace(shown, radiograph=replace(shown.radiograph, header=header, notes=("A tag is malformed.",)))


def words(path: Path, page: int = 0) -> str:
    """Return the text of a page with single blanks."""
    return " ".join(PdfReader(path).pages[page].extract_text().split()).replace("\N{NO-BREAK SPACE}", " ")


def test_a_page_a_case_with_what_belongs_to_it(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    low = scene(target=Target((2,)), values=np.full((4, 4), -1, np.float32))
    export((identified(), low), path)
    reader = PdfReader(path)
    assert len(reader.pages) == 2
    first, second = words(path), words(path, 1)
    for text in (
        "Bacterial pneumonia",
        "Probability 35.0 %, at or above the threshold of 25.0 %",
        "Pneumonia (group)",
        "43.0 %",
        "Grad-CAM",
        "block/out (7×9)",
        "A tag is malformed.",
        CARD.sha256,
        "Research and teaching: not for diagnosis",
        "2026-03-04 15:06",
        "1 / 2",
    ):
        assert text in first, text
    assert "below the threshold of 50.0 %" in second
    assert "No region spoke for the target" in second
    assert "not reported by the model" in second
    data = path.read_bytes()
    assert b"anary" not in data
    assert "anary" not in first
    assert "anary" not in str(reader.metadata)


def test_fonts_are_within_and_pictures_are_sharp(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    export((scene(),), path)
    page = PdfReader(path).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()
    sizes = {image.image.size for image in page.images}
    assert (600, 360) in sizes


def test_pictures_keep_their_colours(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    shown = scene(colormap="turbo", alpha=0.9)
    export((shown,), path, ExportOptions(scale_bar=False))
    large = [each.image for each in PdfReader(path).pages[0].images if each.image.height > 64]
    assert [image.mode for image in large] == ["L", "RGB"], "the image itself, and the overlay"
    for image, meant in zip(large, (replace(shown, heatmap=None), shown), strict=True):
        rows, columns = meant.overlay.shape[:2]
        found = np.asarray(image.convert("RGB").resize((columns, rows), Image.Resampling.BOX)).astype(int)
        # Pages count from below, and so do their pictures.
        assert np.abs(found[::-1] - meant.overlay).mean() < 2


def _shares(page: PageObject) -> set[float]:
    """Return the height over the width of each picture of a page but of scales."""
    drawn = re.findall(rb"/(I\d+) Do", page.get_contents().get_data())
    images = [page["/Resources"]["/XObject"][f"/{name.decode()}"] for name in drawn]
    return {round(image["/Height"] / image["/Width"], 1) for image in images if image["/Height"] > 20}


def test_a_report_of_many_cases_holds_two_at_a_time(tmp_path: Path) -> None:
    alive: list[weakref.ref[Scene]] = []

    def cases() -> Iterator[Case]:
        for number in range(5):
            gc.collect()
            assert sum(each() is not None for each in alive) <= 1, "but for the one that is made now"
            if number == 2:
                yield "It is\ndamaged."
                continue
            made = scene(shape=(500 + 100 * number, 1000))
            alive.append(weakref.ref(made))
            yield made
            del made

    path = tmp_path / "report.pdf"
    export_report(cases(), 5, path, ExportOptions())
    reader = PdfReader(path)
    assert "Image 3 of 5 is left out" in words(path, 2)
    # Each page has the pictures of its own case, written when it was.
    found = [_shares(page) for page in reader.pages]
    assert found == [{0.5}, {0.6}, set(), {0.8}, {0.9}]
    options = json.loads((tmp_path / "report.pdf.json").read_text())["options"]
    assert options["left_out"] == "3\tIt is damaged."
    again = tmp_path / "again.pdf"
    export(
        [scene(shape=(500 + 100 * number, 1000)) for number in (0, 1, 3, 4)],
        again,
        options_from_json(options),
    )
    assert again.read_bytes() == path.read_bytes()


def test_of_many_notes_those_are_left_out_that_would_lie_over_something_else(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    shown = identified()
    notes = tuple(f"Note number {number} of a file with many remarks about it." for number in range(80))
    export((replace(shown, radiograph=replace(shown.radiograph, notes=notes)),), path)
    lines = PdfReader(path).pages[0].extract_text().splitlines()
    told = [line for line in lines if line.startswith("Note number")]
    assert 5 < len(told) < 40
    assert any(line.startswith(f"{80 - len(told)} more") for line in lines)


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_paper_identity_and_no_disclaimer(tmp_path: Path, paper: str, size: tuple[int, int]) -> None:
    path = tmp_path / "report.pdf"
    export((identified(),), path, ExportOptions(paper=paper, identity=True, disclaimer=False))
    box = PdfReader(path).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == size
    text = words(path)
    assert f"{CANARY}, ID CANARY-1, study of 2020-03-04" in text
    assert "not for diagnosis" not in text


def test_the_same_report_is_the_same_file_and_the_preview_is_its_first_page(tmp_path: Path) -> None:
    shown = identified()
    for name in ("one.pdf", "two.pdf"):
        export((shown,), tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    preview = pdf.preview((shown,), ExportOptions())
    assert preview.shape == (1403, 992, 3)
    assert (preview.min(), preview.max()) == (0, 255)


def test_of_many_outputs_the_explained_one_is_never_left_out() -> None:
    many = replace(
        CARD, labels=tuple(f"Label {n}" for n in range(100)), thresholds=(0.5,) * 100, label_groups=()
    )
    shown = scene()
    logits = np.linspace(3, -3, 100).astype(np.float32)
    asked = replace(shown.result.attribution.question, target=Target((99,)))
    result = replace(
        shown.result,
        prediction=Prediction(logits, 1 / (1 + np.exp(-logits))),
        attribution=replace(shown.result.attribution, question=asked),
    )
    shown = replace(shown, card=many, result=result)
    rows = content.outputs(shown)
    assert [row.probability for row in rows] == sorted((row.probability for row in rows), reverse=True)
    table = content.table(rows, 0, 250, 160)
    assert table.height <= 160 + 1
    names = [row.name for row in content.most_telling(rows, 5)]
    assert names == ["Label 0", "Label 1", "Label 2", "Label 3", "Label 99"]
    assert content.most_telling(rows[:3], 5) == rows[:3]
    assert [row.name for row in rows if row.explained] == ["Label 99"]


def test_lines_fit_their_column() -> None:
    text = "A sentence that is longer than a line, with a_very_long_path/of/a/layer/in/a/nested/model."
    lines = lines_of(text, 8.5, 120)
    assert len(lines) > 2
    assert max(text_width(line, 8.5) for line in lines) <= 120.5
    column = Column(0, 120)
    column.text(text)
    assert column.height == pytest.approx(len(lines) * 8.5 * 1.36)
