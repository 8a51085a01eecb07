"""Shows a page of results in the window's own colours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cxrviewer.learning.page_reader import (
    Block,
    Drawing,
    Heading,
    PageContent,
    Paragraph,
    Pictures,
    Table,
)
from cxrviewer.ui import theme
from cxrviewer.ui.flow_layout import FlowLayout
from cxrviewer.ui.page_pictures import draw_pictures, picture_width

_NAME = re.compile(r"\S{18,}")
_BREAK = re.compile(r"([-_/])")
_WIDEST_TEXT = 760
_MOST_LINES = 100
"""Of a table: more take too long to lay out."""
_CELL = "padding: 3px 18px 3px 0px; border-bottom: 1px solid {line};"


class PageView(QScrollArea):
    """Headings, tables, figures and pictures from top to bottom; as wide as the window allows."""

    linked = Signal(str)
    """The path beside the page that a picture links to, which was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._images: Mapping[Drawing, QImage] = {}

    def show_page(self, content: PageContent, images: Mapping[Drawing, QImage] | None = None) -> None:
        """Show a page; `images` are what `page_pictures.draw_pictures` has made of it, in a thread say."""
        self._images = draw_pictures(content) if images is None else images
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(_label(content.title, size=1.35, bold=True))
        for kind, blocks in groupby(content.blocks, type):
            if kind is Drawing:
                layout.addWidget(
                    _flow([self._figure(block, None) for block in blocks if isinstance(block, Drawing)])
                )
            else:
                for block in blocks:
                    self._add(layout, block)
        layout.addStretch(1)
        self.setWidget(column)

    def _add(self, layout: QVBoxLayout, block: Block) -> None:
        if isinstance(block, Heading):
            layout.addSpacing(10)
            layout.addWidget(_label(block.text, size=1.1, bold=True))
        elif isinstance(block, Paragraph):
            label = _label(block.text, muted=block.note)
            label.setMaximumWidth(_WIDEST_TEXT)
            layout.addWidget(label)
        elif isinstance(block, Table):
            layout.addWidget(_table(replace(block, rows=block.rows[:_MOST_LINES])))
            if len(block.rows) > _MOST_LINES:
                left = len(block.rows) - _MOST_LINES
                layout.addWidget(_label(f"{left:,} more lines: open the page in the browser.", muted=True))
        elif isinstance(block, Pictures):
            width = picture_width(block)
            layout.addWidget(_flow([self._figure(item, width, wrong=block.wrong) for item in block.items]))

    def _figure(self, drawing: Drawing, width: int | None, *, wrong: bool = False) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        picture = _Picture() if drawing.link else QLabel()
        if isinstance(picture, _Picture):
            picture.clicked.connect(lambda: self.linked.emit(drawing.link))
        pixmap = QPixmap.fromImage(self._images[drawing])
        picture.setPixmap(pixmap)
        size = pixmap.deviceIndependentSize().toSize()
        picture.setFixedSize(size)
        layout.addWidget(picture)
        words = _label(_breakable(drawing.caption), size=0.9, muted=not wrong)
        if wrong:
            words.setObjectName("Warning")
        words.setFixedWidth(max(size.width(), width or 0))
        layout.addWidget(words)
        layout.addStretch(1)
        return holder


class _Words(QLabel):
    """A label that has room for its lines where it is not as wide as its layout."""

    def heightForWidth(self, width: int) -> int:
        """Return the height at the width that it will have."""
        return super().heightForWidth(min(width, self.maximumWidth()))


class _Picture(QLabel):
    """A picture that can be clicked."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Open the picture")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of a click."""
        event.accept()
        self.clicked.emit()


def _breakable(text: str) -> str:
    """Return a text in which lines may be broken inside of long names of files."""
    return _NAME.sub(lambda name: _BREAK.sub("\\1\u200b", name[0]), text)


def _label(text: str, *, size: float = 1.0, bold: bool = False, muted: bool = False) -> QLabel:
    label = _Words(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if muted:
        label.setObjectName("Muted")
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * size)
    font.setBold(bold)
    label.setFont(font)
    return label


def _table(table: Table) -> QLabel:
    lines = [_line("th", table.header, table.texts, theme.MUTED.name())]
    lines += [_line("td", row, table.texts, theme.TEXT.name()) for row in table.rows]
    label = _Words(f'<table cellspacing="0">{"".join(lines)}</table>')
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if label.sizeHint().width() > _WIDEST_TEXT:
        label.setWordWrap(True)
        label.setFixedWidth(_WIDEST_TEXT)
    else:
        label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def _line(kind: str, cells: Sequence[str], texts: int, color: str) -> str:
    style = f"{_CELL.format(line=theme.LINE.name())} color: {color}; font-weight: normal"
    made = (
        f'<{kind} align="{"left" if place < texts else "right"}" style="{style}">{escape(_breakable(text))}'
        f"</{kind}>"
        for place, text in enumerate(cells)
    )
    return f"<tr>{''.join(made)}</tr>"


def _flow(widgets: list[QWidget]) -> QWidget:
    holder = QWidget()
    layout = FlowLayout(holder)
    for widget in widgets:
        layout.addWidget(widget)
    return holder
