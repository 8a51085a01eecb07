"""Pages of results in the window: nothing is cut, and pictures lead to their files."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from cxrviewer.learning.page import Page
from cxrviewer.learning.page_reader import (
    Drawing,
    Heading,
    PageContent,
    Paragraph,
    Pictures,
    Table,
    read_page,
)
from cxrviewer.ui import theme
from cxrviewer.ui.page_view import PageView

LONG = "What a model card says of its limits takes more than one line. " * 6


def picture(caption: str, link: str = "") -> Drawing:
    pixels = np.full((40, 60), 200, np.uint8)
    return Drawing(cv2.imencode(".png", pixels)[1].tobytes(), caption, link=link)


@pytest.fixture
def view(qtbot) -> PageView:
    made = PageView()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


@pytest.mark.parametrize("width", [620, 900, 1400])
def test_nothing_is_cut_at_any_width(view: PageView, qtbot, width: int) -> None:
    name = "a_very_long_name_of_a_file_from_some_archive-0001.dcm"
    blocks = (
        Paragraph(LONG, note=True),
        Heading("Numbers"),
        Table(("file", "reason"), ((name, LONG), ("b", "1"))),
        Pictures(tuple(picture(f"{name}: Normal {number} %") for number in range(9))),
        Paragraph(LONG),
    )
    view.resize(width, 500)
    view.show_page(PageContent("Title", blocks))
    column = view.widget()
    qtbot.waitUntil(lambda: column.width() == view.viewport().width() or column.width() > 760, timeout=20_000)
    labels = column.findChildren(QLabel)
    assert len(labels) > 20
    for label in labels:
        if label.hasHeightForWidth():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
        holder = label.parentWidget()
        while holder is not column:
            corner = label.mapTo(holder, label.rect().bottomRight())
            assert holder.rect().contains(corner), label.text()
            holder = holder.parentWidget()
        right = label.mapTo(column, label.rect().topRight()).x()
        assert right < max(column.width(), 800), label.text()


def test_a_picture_leads_to_its_file(view: PageView, qtbot) -> None:
    view.show_page(PageContent("Title", (Pictures((picture("one", "pictures/1.png"), picture("two"))),)))
    heard: list[str] = []
    view.linked.connect(heard.append)
    for label in view.widget().findChildren(QLabel):
        if not label.pixmap().isNull():
            qtbot.mouseClick(label, Qt.MouseButton.LeftButton)
    assert heard == ["pictures/1.png"]


def test_of_a_long_table_as_much_is_shown_as_can_be_laid_out_at_once(view: PageView) -> None:
    rows = tuple((f"{number}.dcm", "It is damaged.") for number in range(500))
    view.show_page(PageContent("Title", (Table(("file", "reason"), rows, texts=2),)))
    texts = [label.text() for label in view.widget().findChildren(QLabel)]
    assert any("99.dcm" in text for text in texts)
    assert not any("100.dcm" in text for text in texts)
    assert "400 more lines: open the page in the browser." in texts


def test_figures_are_drawn_in_the_colours_of_the_window(view: PageView, tmp_path) -> None:
    page = Page("Title")
    figure = Figure(figsize=(3, 2))
    figure.add_subplot().set_title("A title of some length")
    page.figure(figure, "caption")
    page.write(tmp_path / "page.html")
    view.show_page(read_page(tmp_path / "page.html"))
    (drawn,) = (label for label in view.widget().findChildren(QLabel) if not label.pixmap().isNull())
    image = drawn.pixmap().toImage()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(0, image.width())
        for y in range(0, image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert inks, "something is drawn"
    assert theme.TEXT.name() in inks
    assert QColor("black").name() not in inks
    assert image.pixelColor(1, 1).alpha() == 0, "no background of its own"
