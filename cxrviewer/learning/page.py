"""Self-contained HTML pages: headings, tables, figures and pictures in one file."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.foreign_text import printable
from cxrviewer.paths import atomic_path

DISCLAIMER = "Research and teaching: not for diagnosis."

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2127;
  max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } p { max-width: 46rem; }
table { border-collapse: collapse; margin: .6rem 0; } caption { text-align: left; color: #5f6b7c; }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #dce0e5; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: .6rem 1rem .6rem 0; display: inline-block; vertical-align: top; }
figure svg { max-width: 100%; }
.pictures { display: flex; flex-wrap: wrap; gap: .6rem; } .pictures figure { width: 160px; margin: 0; }
.pictures img { width: 100%; background: #000; }
figcaption { font-size: .8rem; color: #5f6b7c; overflow-wrap: anywhere; }
.note { color: #5f6b7c; } .wrong figcaption { color: #a3262a; }
"""


_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "img-src data:; style-src 'unsafe-inline'\">"
)
"""What a browser may do with a page: show it. No program runs, nothing is fetched."""


class Page:
    """An HTML page that grows from top to bottom.

    Parameters
    ----------
    title : str
        Heading and title.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._parts: list[str] = [f"<h1>{_escaped(title)}</h1>"]
        self.text(DISCLAIMER, note=True)

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(f"<h2>{_escaped(text)}</h2>")

    def text(self, text: str, *, note: bool = False) -> None:
        """Add a paragraph; a note is set back."""
        self._parts.append(f'<p class="{"note" if note else "text"}">{_escaped(text)}</p>')

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> None:
        """Add a table; its first columns, so many, are texts, the others are numbers."""
        lines = [_row("th", header, texts), *(_row("td", row, texts) for row in rows)]
        self._parts.append(f"<table>{''.join(lines)}</table>")

    def figure(self, figure: Any, caption: str) -> None:
        """Add a matplotlib figure as SVG, without a background of its own; a "$" in it stands for itself."""
        stream = io.StringIO()
        with plain_texts(figure):
            figure.savefig(
                stream, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None}
            )
        drawing = stream.getvalue()
        drawing = drawing[drawing.index("<svg") :]
        self._parts.append(f"<figure>{drawing}<figcaption>{_escaped(caption)}</figcaption></figure>")

    def pictures(self, pictures: Sequence[tuple[NDArray[np.uint8], str]], *, wrong: bool = False) -> None:
        """Add small gray or RGB pictures with captions, side by side."""
        items = [
            f'<figure><img src="{_png(pixels)}" alt=""><figcaption>{_escaped(caption)}</figcaption></figure>'
            for pixels, caption in pictures
        ]
        kind = "pictures wrong" if wrong else "pictures"
        self._parts.append(f'<div class="{kind}">{"".join(items)}</div>')

    def contact_sheet(self, pictures: Sequence[tuple[bytes, str, str]]) -> None:
        """Add small pictures as JPEG files, with captions and with links to files beside the page."""
        items = [
            f'<figure><a href="{html.escape(quote(link))}"><img src="{_data(jpeg, "jpeg")}" alt=""></a>'
            f"<figcaption>{_escaped(caption)}</figcaption></figure>"
            for jpeg, caption, link in pictures
        ]
        self._parts.append(f'<div class="pictures">{"".join(items)}</div>')

    def write(self, path: Path) -> None:
        """Write the page, atomically."""
        head = f'<meta charset="utf-8">{_POLICY}<title>{_escaped(self._title)}</title><style>{_STYLE}</style>'
        text = (
            f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(self._parts)}</body></html>\n'
        )
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


@contextmanager
def plain_texts(figure: Any) -> Iterator[None]:
    """Draw no text of a matplotlib figure as a formula inside the block: names of classes may hold a "$"."""
    import matplotlib
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)
    # For the ticks, which are made when the figure is drawn.
    with matplotlib.rc_context({"text.parse_math": False}):
        yield


def percent(share: float | None) -> str:
    """Return a share as a percentage with one decimal; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def decimal(value: float | None, places: int = 3) -> str:
    """Return a number with some decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.{places}f}"


def _row(kind: str, cells: Sequence[str], texts: int) -> str:
    parts = [
        f'<{kind} class="{"text" if place < texts else "number"}">{_escaped(cell)}</{kind}>'
        for place, cell in enumerate(cells)
    ]
    return f"<tr>{''.join(parts)}</tr>"


def _escaped(text: str) -> str:
    return html.escape("\n".join(map(printable, text.split("\n"))))


def _png(pixels: NDArray[np.uint8]) -> str:
    values = pixels if pixels.ndim == 2 else pixels[..., ::-1]
    _, data = cv2.imencode(".png", np.ascontiguousarray(values))
    return _data(data.tobytes(), "png")


def _data(file: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(file).decode('ascii')}"
