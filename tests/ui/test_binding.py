"""Qt's binding must not lose references to the objects that every program shares.

PySide6 6.12.0 gave back one reference to None too many at each processEvents call, until Python aborted
minutes later. From Python 3.12 on None, True and False are immortal: the counts cannot drift there, and
these tests are trivially true.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

CALLS = 2_000
NOISE = 200
"""What the interpreter itself moves meanwhile; a leak of one reference a call is ten times that."""


class _Teller(QObject):
    nothing = Signal()
    told = Signal(object)
    switched = Signal(bool)


def _emit(teller: _Teller) -> None:
    teller.nothing.emit()
    teller.told.emit(None)
    teller.switched.emit(True)
    teller.switched.emit(False)


def _repeated(call: Callable[[], object]) -> None:
    for _ in range(CALLS):
        call()


@pytest.fixture
def calls(qtbot) -> dict[str, Callable[[], object]]:
    widget, teller = QWidget(), _Teller()
    qtbot.addWidget(widget)
    widget.show()
    teller.told.connect(lambda _value: None)
    teller.switched.connect(lambda _on: None)
    return {
        "processEvents": QApplication.processEvents,
        "emit": lambda: _emit(teller),
        "update": lambda: widget.update(),
        "setEnabled": lambda: widget.setEnabled(True),
    }


@pytest.mark.parametrize("name", ["processEvents", "emit", "update", "setEnabled"])
def test_shared_objects_keep_their_references(calls: dict[str, Callable[[], object]], name: str) -> None:
    shared = (None, True, False)
    calls[name]()
    before = [sys.getrefcount(each) for each in shared]
    _repeated(calls[name])
    after = [sys.getrefcount(each) for each in shared]
    drift = [now - then for now, then in zip(after, before, strict=True)]
    assert max(map(abs, drift)) < NOISE, f"references to None, True, False drifted by {drift}"
