"""The pictures of a page of results, ready for the screen; made in any thread."""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from cxrviewer.learning.page_reader import Drawing, PageContent, Pictures
from cxrviewer.ui import theme

_NO_PATH = re.compile(rb'<path id="([^"]+)" (?=transform)')
_PICTURE = 148
_LARGE_PICTURE = 220
_FEW = 4
"""Pictures that are shown large."""
_PIXELS_A_POINT = 1.25


def picture_width(pictures: Pictures) -> int:
    """Return how wide and high, at most, the pictures of a block are shown."""
    return _PICTURE if len(pictures.items) > _FEW else _LARGE_PICTURE


def draw_pictures(content: PageContent) -> dict[Drawing, QImage]:
    """Return all drawings and pictures of a page as they are shown."""
    images = {}
    for block in content.blocks:
        if isinstance(block, Drawing):
            images[block] = _drawn(block.data) if block.is_svg else QImage.fromData(block.data)
        elif isinstance(block, Pictures):
            width = picture_width(block)
            images.update({item: _loaded(item.data, width) for item in block.items})
    return images


def _drawn(svg: bytes) -> QImage:
    """Return a drawing of matplotlib in the colours of the window: black is text, its blue the accent."""
    text = theme.TEXT.name().encode()
    svg = svg.replace(b"#000000", text).replace(b"#1f77b4", theme.ACCENT.name().encode())
    svg = svg.replace(b"<svg ", b'<svg style="fill: ' + text + b'" ', 1)
    # A space has no path, which Qt takes for damage.
    svg = _NO_PATH.sub(rb'<path id="\1" d="M 0 0" ', svg)
    renderer = QSvgRenderer(QByteArray(svg))
    size = renderer.viewBoxF().size() * _PIXELS_A_POINT
    ratio = 2.0
    image = QImage(
        QSize(round(size.width() * ratio), round(size.height() * ratio)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter)
    image.setDevicePixelRatio(ratio)
    return image


def _loaded(picture: bytes, width: int) -> QImage:
    image = QImage.fromData(picture)
    if image.isNull():
        return image
    return image.scaled(
        width, width, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
