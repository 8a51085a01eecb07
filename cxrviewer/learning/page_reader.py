"""Reads the pages of `learning.page` again, so that the window can show them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

from cxrviewer.errors import UserError

_SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
_DATA = re.compile("data:image/(?:png|jpeg);base64,")


@dataclass(frozen=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a note is set back."""

    text: str
    note: bool = False


@dataclass(frozen=True)
class Table:
    """Lines of cells, of which the first is the header; the first columns, so many, are texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1


@dataclass(frozen=True)
class Drawing:
    """A figure as SVG, PNG or JPEG, with its caption; `link` is a path beside the page, or ""."""

    data: bytes
    caption: str
    is_svg: bool = False
    link: str = ""


@dataclass(frozen=True)
class Pictures:
    """Small pictures as PNG or JPEG with captions, side by side."""

    items: tuple[Drawing, ...]
    wrong: bool = False


Block: TypeAlias = "Heading | Paragraph | Table | Drawing | Pictures"


@dataclass(frozen=True)
class PageContent:
    """A page from top to bottom."""

    title: str
    blocks: tuple[Block, ...]


def read_page(path: Path) -> PageContent:
    """Return the content of a page that `learning.page.Page` has written.

    Raises
    ------
    UserError
        The file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("The page of the results cannot be read.", "Run the job again.", path) from error
    # Out of the parser's way, which knows no SVG.
    drawings = _SVG.findall(text)
    numbers = iter(range(len(drawings)))
    parser = _PageParser(drawings)
    parser.feed(_SVG.sub(lambda _: f'<img src="svg:{next(numbers)}">', text))
    return PageContent(parser.title, tuple(parser.blocks))


def _beside(link: str) -> str:
    """Return a link where it stays in the folder of the page, else ""."""
    path = Path(link)
    return "" if path.drive or path.root or ".." in path.parts else link


class _PageParser(HTMLParser):
    """Collects blocks."""

    def __init__(self, drawings: list[str]) -> None:
        super().__init__()
        self.title = ""
        self.blocks: list[Block] = []
        self._drawings = drawings
        self._text: list[str] = []
        self._note = False
        self._rows: list[list[str]] = []
        self._texts = 0
        self._source = ""
        self._link = ""
        self._pictures: list[Drawing] | None = None
        self._wrong = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        kinds = (values.get("class") or "").split()
        if tag in ("h1", "h2", "p", "th", "td", "figcaption"):
            self._text, self._note = [], "note" in kinds
            self._texts += tag == "th" and "text" in kinds
        elif tag == "table":
            self._rows, self._texts = [], 0
        elif tag == "tr":
            self._rows.append([])
        elif tag == "div" and "pictures" in kinds:
            self._pictures, self._wrong = [], "wrong" in kinds
        elif tag == "figure":
            self._source, self._link, self._text = "", "", []
        elif tag == "a":
            self._link = _beside(unquote(values.get("href") or ""))
        elif tag == "img":
            self._source = values.get("src") or ""

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self._text).strip()
        if tag == "h1":
            self.title = text
        elif tag == "h2":
            self.blocks.append(Heading(text))
        elif tag == "p":
            self.blocks.append(Paragraph(text, self._note))
        elif tag in ("th", "td") and self._rows:
            self._rows[-1].append(text)
        elif tag == "table" and self._rows:
            header, *rows = (tuple(row) for row in self._rows)
            self.blocks.append(Table(header, tuple(rows), self._texts))
        elif tag == "figure":
            self._end_figure(text)
        elif tag == "div" and self._pictures is not None:
            self.blocks.append(Pictures(tuple(self._pictures), self._wrong))
            self._pictures = None

    def _end_figure(self, caption: str) -> None:
        if self._source.startswith("svg:"):
            drawing = Drawing(self._drawings[int(self._source[4:])].encode(), caption, is_svg=True)
        elif (start := _DATA.match(self._source)) is not None:
            drawing = Drawing(base64.b64decode(self._source[start.end() :]), caption, link=self._link)
        else:
            return
        if self._pictures is not None:
            self._pictures.append(drawing)
        else:
            self.blocks.append(drawing)
