"""A window with an image, and a hand that works on its canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from lasting_reader import LastingReader
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrviewer.session.marks import Mark
from cxrviewer.session.state import ViewState
from cxrviewer.settings import Settings
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.marks import MarkDocument
from cxrviewer.ui.pane_marks import PaneMarks
from cxrviewer.ui.services import Services

LEFT, PLAIN, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
Place = tuple[float, float]


class MarksDesk:
    """The real window with the real reader, and an engine whose answers a test decides."""

    def __init__(self, qtbot, engine) -> None:
        self.qtbot = qtbot
        controller = Controller(Services(engine, engine.ready, LastingReader()), ViewState())
        self.window = MainWindow(controller, Settings())
        self.window.resize(1200, 800)
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def canvas(self) -> Canvas:
        return self.window.canvas

    @property
    def document(self) -> MarkDocument:
        assert self.window.marks.current is not None
        return self.window.marks.current

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self.document.marks.marks

    @property
    def layer(self):
        return self.canvas.findChild(PaneMarks).layer

    def open(self, path: Path) -> None:
        self.window.commands.open_image(path)
        self.wait(lambda: self.shown_path() == path and self.window.marks.current is not None)

    def shown_path(self) -> Path | None:
        radiograph = self.window.controller.shown.radiograph
        return radiograph.path if radiograph is not None else None

    def wait(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=20_000)

    def trigger(self, key: str) -> None:
        action = self.window.actions_table[key]
        assert action.isEnabled(), key
        action.trigger()

    def view(self, place: Place) -> QPoint:
        """Return the widget pixel at a stored point."""
        return self.canvas.to_view(*place).toPoint()

    def stored(self, place: Place) -> Place:
        """Return the stored point that the mouse can reach near a place."""
        return self.canvas.point_at(QPointF(self.view(place)))

    def drag(self, *places: Place, keys=PLAIN) -> None:
        start, *way = (self.view(place) for place in places)
        QTest.mouseMove(self.canvas, start)
        QTest.mousePress(self.canvas, LEFT, keys, start)
        for point in way:
            self.move(point, LEFT, keys)
        QTest.mouseRelease(self.canvas, LEFT, keys, way[-1])

    def move(self, point: QPoint, buttons=Qt.MouseButton.NoButton, keys=PLAIN) -> None:
        """Move the mouse with keys held, which QTest cannot."""
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent

        position = QPointF(point)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            position,
            self.canvas.mapToGlobal(position),
            Qt.MouseButton.NoButton,
            buttons,
            keys,
        )
        QApplication.sendEvent(self.canvas, event)

    def click(self, place: Place, keys=PLAIN) -> None:
        self.move(self.view(place), keys=keys)
        QTest.mouseClick(self.canvas, LEFT, keys, self.view(place))

    def words(self, number: int = -1) -> tuple[str, ...]:
        """Return what stands beside a mark on the canvas."""
        return self.layer.placed()[number].drawing.lines

    def color_at(self, place: Place) -> np.ndarray:
        """Return the canvas around a stored point, (5, 5, 3) int."""
        image = self.canvas.grab().toImage().convertToFormat(image_format())
        data = np.frombuffer(image.constBits(), np.uint8).reshape(
            image.height(), image.bytesPerLine() // 4, 4
        )
        point = self.view(place)
        return data[point.y() - 2 : point.y() + 3, point.x() - 2 : point.x() + 3, 2::-1].astype(int)


def image_format():
    from PySide6.QtGui import QImage

    return QImage.Format.Format_RGB32
