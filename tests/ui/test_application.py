"""What the system asks of the running program."""

from __future__ import annotations

import subprocess
import sys

_SEND = """
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from cxrviewer.ui.application import Application

application = Application(["cxrviewer"])
application.files_wanted.connect(lambda paths: (print([path.name for path in paths]), application.quit()))
for name in ("/tmp/a b.dcm", "/tmp/ü.png"):
    assert QCoreApplication.sendEvent(application, QFileOpenEvent(QUrl.fromLocalFile(name)))
application.exec()
"""


def test_files_that_the_system_wants_opened_are_told_together():
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _SEND],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "['a b.dcm', 'ü.png']", done.stderr
