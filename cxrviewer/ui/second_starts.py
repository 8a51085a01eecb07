"""Hears of later starts of the program, which hand their files to this window."""

from __future__ import annotations

import sys
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget

from cxrviewer.session import handover

_PATIENCE = 2000
"""Milliseconds in which a connection has to say what it wants."""
_MOST_CONNECTIONS = 32


class SecondStarts(QObject):
    """Listens for later starts by the same user on the same desktop.

    What comes is not trusted: a connection is dropped unless it sends, soon, a list of absolute paths of
    bounded length.
    """

    asked = Signal(object)
    """Paths to open, maybe none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(_MOST_CONNECTIONS)
        self._server.newConnection.connect(self._welcome)

    def listen(self) -> bool:
        """Begin to listen, unless another window does or there is no place; return whether it is so."""
        try:
            place = handover.address()
        except OSError:
            return False
        if sys.platform != "win32":
            # Qt would take the place of one who listens.
            if handover.is_heard():
                return False
            QLocalServer.removeServer(place)
        return self._server.listen(place)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _welcome(self) -> None:
        while self._server.hasPendingConnections():
            connection = self._server.nextPendingConnection()
            connection.setReadBufferSize(handover.MAX_BYTES + 1)
            connection.disconnected.connect(connection.deleteLater)
            connection.readyRead.connect(partial(self._read, connection))
            QTimer.singleShot(_PATIENCE, connection, connection.abort)
            self._read(connection)

    def _read(self, connection: QLocalSocket) -> None:
        if not connection.canReadLine():
            if connection.bytesAvailable() > handover.MAX_BYTES:
                connection.abort()
            return
        paths = handover.decode(bytes(connection.readLine(handover.MAX_BYTES).data()))
        if paths is None:
            connection.abort()
            return
        connection.write(handover.TAKEN)
        connection.disconnectFromServer()
        self.asked.emit(paths)


def bring_to_front(window: QWidget) -> None:
    """Show a window before all others; where the desktop does not allow that, have it ask for attention."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)
