"""A defect is shown in a dialog whose report tells the place and nothing of the data."""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from cxrviewer.ui.crash import crash_report, report_crashes

CANARY = "DOE^JANE"


def _failing() -> None:
    raise ValueError(f"cannot read {CANARY}/scan.dcm")


def test_report_tells_the_place_but_no_message_and_no_path():
    try:
        _failing()
    except ValueError as error:
        report = crash_report(error, error.__traceback__)
    assert "ValueError" in report
    assert "_failing" in report
    assert CANARY not in report
    assert "/" not in report.splitlines()[-1].replace("(", "")


def test_error_in_a_slot_opens_one_dialog(qtbot, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    report_crashes(parent)
    with qtbot.captureExceptions():
        # The plug-in of the tests takes the hook; hand the error to ours as Python would.
        report_crashes(parent)
        try:
            _failing()
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)
            sys.excepthook(ValueError, error, error.__traceback__)
    boxes = [box for box in parent.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    assert CANARY not in boxes[0].detailedText()
    assert "_failing" in boxes[0].detailedText()
    QTimer.singleShot(0, boxes[0].close)
    qtbot.waitUntil(lambda: not boxes[0].isVisible(), timeout=20_000)
