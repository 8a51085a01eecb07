"""The overlay dragged out of the window, into a slide or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from PySide6.QtCore import QEvent, QMetaType, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from cxrviewer.errors import UserError
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.session.export_choice import suggested_name

_THUMB = 160
"""Pixels of the picture under the mouse."""
_OPTIONS = ExportOptions(writer="png", sidecar=False)
_URLS, _IMAGE = "text/uri-list", "application/x-qt-image"


class Dragged(QMimeData):
    """The overlay as a file and as an image; who asks for them waits until they are there.

    Parameters
    ----------
    path : Path
        The file.
    written : Future
        Its image, once it is written.
    """

    def __init__(self, path: Path, written: Future[QImage]) -> None:
        super().__init__()
        self.setUrls([QUrl.fromLocalFile(str(path))])
        self._written = written

    def formats(self) -> list[str]:
        """Return what may be asked for."""
        return [_URLS, _IMAGE]

    def hasFormat(self, mime: str) -> bool:
        """Return whether something may be asked for."""
        return mime in self.formats()

    def retrieveData(self, mime: str, kind: QMetaType | QMetaType.Type) -> Any:
        """Return the file or the image; nothing where it could not be written."""
        if not self.hasFormat(mime) or self._written.exception() is not None:
            return None
        return self._written.result() if mime == _IMAGE else super().retrieveData(mime, kind)


class DragOut(QObject):
    """Makes a widget the handle by which the overlay is dragged out.

    It is drawn in a thread while the mouse is on its way. Files that others may still read lie in a folder
    that `close` removes.

    Parameters
    ----------
    handle : QWidget
        Pressed and pulled.
    scenes : callable
        Returns what is dragged; nothing where there is nothing.
    seen : callable
        Returns what is on screen, for the small picture under the mouse.
    failed : callable
        Told where the file cannot be written.
    """

    def __init__(
        self,
        handle: QWidget,
        scenes: Callable[[], Sequence[Scene]],
        seen: Callable[[], QImage],
        failed: Callable[[UserError], None],
    ) -> None:
        super().__init__(handle)
        self._failed = failed
        self._handle = handle
        self._scenes = scenes
        self._seen = seen
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drag")
        self._pressed: QPointF | None = None
        self._folder: TemporaryDirectory[str] | None = None
        handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin to drag once the mouse has gone far enough."""
        if isinstance(event, QMouseEvent):
            if event.type() is QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self._pressed = event.position()
            elif event.type() is QEvent.Type.MouseButtonRelease:
                self._pressed = None
            elif event.type() is QEvent.Type.MouseMove and self._is_pulled(event):
                self._pressed = None
                self._drag()
                return True
        return super().eventFilter(watched, event)

    def close(self) -> None:
        """Remove the files that were dragged."""
        self._thread.shutdown()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _is_pulled(self, event: QMouseEvent) -> bool:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        way = (event.position() - self._pressed).manhattanLength()
        return way >= QApplication.startDragDistance()

    def _drag(self) -> None:
        scenes = self._scenes()
        if not scenes:
            return
        if isinstance(self._handle, QAbstractButton):
            self._handle.setDown(False)
        path = self._free_path(scenes[0])
        written = self._thread.submit(_write, scenes, path)
        drag = QDrag(self._handle)
        drag.setMimeData(Dragged(path, written))
        thumb = QPixmap.fromImage(self._seen()).scaled(
            _THUMB, _THUMB, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        drag.setPixmap(thumb)
        drag.setHotSpot(QPoint(thumb.width() // 2, thumb.height() // 2))
        taken = drag.exec(Qt.DropAction.CopyAction) != Qt.DropAction.IgnoreAction
        error = written.exception() if taken or written.done() else None
        if isinstance(error, UserError):
            self._failed(error)

    def _free_path(self, scene: Scene) -> Path:
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="cxrviewer-")
        # Each drag has a folder of its own: its file may not be there yet when the next one begins.
        folder = Path(mkdtemp(dir=self._folder.name))
        return folder / f"{suggested_name(scene, _OPTIONS)}.png"


def _write(scenes: Sequence[Scene], path: Path) -> QImage:
    export(scenes, path, _OPTIONS)
    return QImage(str(path))
