"""The actions of the table as Qt has them: menus, toolbar, shortcuts and tips follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec
from cxrviewer.ui.actions.table import ACTIONS, MENUS
from cxrviewer.ui.icons import icon


class Actions:
    """The actions of a window.

    Parameters
    ----------
    window : QMainWindow
        Gets the actions, so that their shortcuts work in all of it.
    handlers : mapping of str to callable
        What each action does, by id; checkable ones are told whether they are pressed.
    """

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[..., None]]) -> None:
        self._window = window
        self._by_id: dict[str, QAction] = {}
        self._needs_image = [spec.id for spec in ACTIONS if spec.needs_image]
        for spec in ACTIONS:
            self._by_id[spec.id] = self._made(spec, handlers[spec.id])

    def __getitem__(self, key: str) -> QAction:
        return self._by_id[key]

    def __contains__(self, key: str) -> bool:
        return key in self._by_id

    def _made(self, spec: ActionSpec, handler: Callable[..., None]) -> QAction:
        action = QAction(spec.text, self._window)
        keys = [QKeySequence(key) for key in spec.shortcut.split(", ") if key]
        action.setShortcuts(keys)
        tip = spec.tip or spec.text.replace("&", "")
        action.setToolTip(f"{tip} ({keys[0].toString()})" if keys else tip)
        action.setStatusTip("")
        if spec.icon:
            action.setIcon(icon(spec.icon))
        action.setIconVisibleInMenu(False)
        action.setCheckable(spec.checkable)
        if spec.checkable:
            action.triggered.connect(handler)
        else:
            action.triggered.connect(lambda _checked=False: handler())
        self._window.addAction(action)
        return action

    def fill_menu_bar(self, submenus: Mapping[str, QMenu]) -> None:
        """Make the menus; `submenus` stand where their id does."""
        for menu in MENUS:
            self.fill(self._window.menuBar().addMenu(menu.title), menu.entries, submenus)

    def fill(
        self,
        menu: QMenu | QToolBar,
        entries: Iterable[ActionSpec | MenuSpec | str],
        widgets: Mapping[str, QWidget] | None = None,
    ) -> None:
        """Put actions into a menu or a toolbar; where the id of one of `widgets` stands, that one."""
        for entry in entries:
            if isinstance(entry, MenuSpec):
                inner = QMenu(entry.title, self._window)
                self.fill(inner, entry.entries, widgets)
                menu.addAction(inner.menuAction())
                continue
            key = entry.id if isinstance(entry, ActionSpec) else entry
            widget = widgets.get(key) if widgets is not None else None
            if key == SEPARATOR:
                menu.addSeparator()
            elif isinstance(widget, QMenu):
                menu.addAction(widget.menuAction())
            elif isinstance(menu, QToolBar) and widget is not None:
                menu.addWidget(widget)
            else:
                menu.addAction(self._by_id[key])

    def enable_for_image(self, there_is_one: bool) -> None:
        """Enable what makes sense."""
        for key in self._needs_image:
            self._by_id[key].setEnabled(there_is_one)

    def enable(self, key: str, makes_sense: bool) -> None:
        """Enable one action or not."""
        self._by_id[key].setEnabled(makes_sense)

    def tip(self, key: str) -> str:
        """Return what an action does, in a sentence."""
        return self._by_id[key].toolTip()

    def check(self, key: str, checked: bool) -> None:
        """Press or release a checkable action without calling its handler."""
        self._by_id[key].setChecked(checked)
