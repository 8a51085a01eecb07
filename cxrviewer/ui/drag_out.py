"""The overlay dragged out of the window, into a slide or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from cxrviewer.errors import UserError
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.session.export_choice import free_path, suggested_name

_THUMB = 160
"""Pixels of the picture under the mouse."""
_OPTIONS = ExportOptions(writer="png", sidecar=False)


class DragOut(QObject):
    """Makes a widget the handle by which the overlay is dragged out.

    Files that others may still read lie in a folder that `close` removes.

    Parameters
    ----------
    handle : QWidget
        Pressed and pulled.
    scenes : callable
        Returns what is dragged; nothing where there is nothing.
    failed : callable
        Told where the file cannot be written.
    """

    def __init__(
        self,
        handle: QWidget,
        scenes: Callable[[], Sequence[Scene]],
        failed: Callable[[UserError], None],
    ) -> None:
        super().__init__(handle)
        self._failed = failed
        self._handle = handle
        self._scenes = scenes
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

    def content(self, scenes: Sequence[Scene]) -> QMimeData:
        """Return the overlay as a file and as an image, for whoever takes it.

        Raises
        ------
        ExportError
            The file cannot be written.
        """
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="cxrviewer-")
        path = free_path(Path(self._folder.name), suggested_name(scenes[0], _OPTIONS), ".png")
        export(scenes, path, _OPTIONS)
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(path))])
        content.setImageData(QPixmap(str(path)).toImage())
        return content

    def close(self) -> None:
        """Remove the files that were dragged."""
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
        try:
            content = self.content(scenes)
        except UserError as error:
            self._failed(error)
            return
        drag = QDrag(self._handle)
        drag.setMimeData(content)
        thumb = QPixmap.fromImage(content.imageData()).scaled(
            _THUMB, _THUMB, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        drag.setPixmap(thumb)
        drag.setHotSpot(QPoint(thumb.width() // 2, thumb.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)
