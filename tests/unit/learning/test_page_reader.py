"""Pages are read as they were written."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure

from cxrviewer.errors import UserError
from cxrviewer.foreign_text import printable
from cxrviewer.learning.page import DISCLAIMER, Page
from cxrviewer.learning.page_reader import Drawing, Heading, Paragraph, Pictures, Table, read_page


def test_a_page_is_read_as_it_was_written(tmp_path: Path) -> None:
    page = Page("A < B & “C”")
    page.heading("1 & 2")
    page.text("x < y", note=True)
    page.table(("name", "why", "value"), [("a < b", "c", "1"), ("", "d", "–")], texts=2)
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([1, 2])
    page.figure(figure, "a line < 3")
    gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
    page.pictures([(gray, "first"), (gray, "second")], wrong=True)
    jpeg = cv2.imencode(".jpg", gray)[1].tobytes()
    page.contact_sheet([(jpeg, "third", "pictures/a b & c.png")])
    page.write(tmp_path / "page.html")
    found = read_page(tmp_path / "page.html")
    assert found.title == "A < B & “C”"
    note, heading, text, table, drawing, pictures, sheet = found.blocks
    assert note == Paragraph(DISCLAIMER, note=True)
    assert (heading, text) == (Heading("1 & 2"), Paragraph("x < y", note=True))
    assert table == Table(("name", "why", "value"), (("a < b", "c", "1"), ("", "d", "–")), texts=2)
    assert isinstance(drawing, Drawing)
    assert (drawing.is_svg, drawing.caption, drawing.link) == (True, "a line < 3", "")
    assert drawing.data.startswith(b"<svg")
    assert b"viewBox" in drawing.data
    assert isinstance(pictures, Pictures)
    assert [item.caption for item in pictures.items] == ["first", "second"]
    assert pictures.wrong
    assert np.array_equal(_decoded(pictures.items[0].data), gray)
    assert isinstance(sheet, Pictures)
    assert (sheet.items[0].data, sheet.items[0].link) == (jpeg, "pictures/a b & c.png")


def test_a_page_runs_nothing_of_what_it_tells(tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</svg>--><b>", "$\\frac$ $x^"]
    names += ["javascript:alert(1)", "\udcff", "\x1b[31m\x00"]
    page = Page(names[0])
    for name in names:
        page.heading(name)
        page.text(name)
        page.table((name,), [(name,)])
        figure = Figure(figsize=(2, 1))
        axes = figure.add_subplot()
        axes.set_title(printable(name))
        axes.set_yticks([0, 1], ["0", printable(name)])
        page.figure(figure, name)
        page.contact_sheet([(b"", name, f"pictures/{printable(name)}")])
    page.write(tmp_path / "page.html")
    seen = _Elements()
    seen.feed((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert "script" not in seen.tags
    assert ("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'") in seen.attributes
    assert seen.tags.count("img") == len(names)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    links = [value for name, value in seen.attributes if name == "href"]
    assert all(link.startswith(("pictures/", "#")) for link in links)
    assert read_page(tmp_path / "page.html").title == names[0]


class _Elements(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("link", ["/etc/passwd", "../../secret.png", "pictures/../../x", "//server/share"])
def test_no_link_leads_out_of_the_folder_of_the_page(link: str, tmp_path: Path) -> None:
    page = Page("Results")
    picture = cv2.imencode(".jpg", np.zeros((8, 8), np.uint8))[1].tobytes()
    page.contact_sheet([(picture, "a", link), (picture, "b", "pictures/b.png")])
    page.write(tmp_path / "page.html")
    *_, sheet = read_page(tmp_path / "page.html").blocks
    assert isinstance(sheet, Pictures)
    assert [item.link for item in sheet.items] == ["", "pictures/b.png"]


def test_a_page_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_page(tmp_path / "page.html")


def _decoded(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
