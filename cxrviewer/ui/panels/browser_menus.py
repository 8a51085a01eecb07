"""The menus of the file browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QActionGroup, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu

from cxrviewer.session.library import Grouping
from cxrviewer.session.library_rows import Kind, Row
from cxrviewer.session.places import on_disk

if TYPE_CHECKING:
    from cxrviewer.ui.panels.browser import BrowserPanel

_GROUPINGS = (
    (Grouping.AUTOMATIC, "&Automatic", "By patient and study where there are several"),
    (Grouping.FLAT, "&Flat list", "One list by file name"),
    (Grouping.GROUPED, "By &patient and study", "Patient, study, series, image"),
)


def fill_view_menu(menu: QMenu, panel: BrowserPanel) -> None:
    """Offer the ways to arrange the list."""
    menu.clear()
    menu.setToolTipsVisible(True)
    group = QActionGroup(menu)
    arrangement = panel.arrangement
    for grouping, text, tip in _GROUPINGS:
        action = menu.addAction(text)
        action.setToolTip(tip)
        action.setCheckable(True)
        action.setChecked(grouping is arrangement.grouping)
        action.triggered.connect(
            lambda _checked=False, chosen=grouping: panel.arrange(chosen, deep=panel.deep)
        )
        group.addAction(action)
    menu.addSeparator()
    deep = menu.addAction("Include &sub-folders")
    deep.setToolTip("List the images of all folders below this one, too")
    deep.setCheckable(True)
    deep.setChecked(panel.deep)
    deep.triggered.connect(lambda checked: panel.arrange(arrangement.grouping, deep=checked))
    menu.addSeparator()
    menu.addAction("&Refresh").triggered.connect(lambda _checked=False: panel.refresh())


def fill_row_menu(menu: QMenu, panel: BrowserPanel, row: Row) -> None:
    """Offer what can be done with a file or folder."""
    path = row.path
    assert path is not None
    if row.kind is Kind.PLACE:
        menu.addAction("&Open").triggered.connect(lambda _checked=False: panel.show_folder(path))
    menu.addAction("&Copy path").triggered.connect(lambda _checked=False: _copy(path))
    menu.addAction("Show in file &manager").triggered.connect(lambda _checked=False: show_in_manager(path))
    if row.kind is Kind.IMAGE:
        menu.addSeparator()
        menu.addAction("&Read again").triggered.connect(lambda _checked=False: panel.reread(path))


def _copy(path: Path) -> None:
    QGuiApplication.clipboard().setText(str(path))


def show_in_manager(path: Path) -> None:
    """Open the folder that a file lies in; of a file in an archive that of the archive."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(on_disk(path).parent)))
