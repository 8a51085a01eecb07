"""The table of actions, and a window around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from cxrviewer.engine.reader import Reader
from cxrviewer.paths import resource
from cxrviewer.session.state import FIT, ViewState
from cxrviewer.settings import Settings
from cxrviewer.ui.actions import ACTIONS, CONTEXT_MENU, MENUS, SEPARATOR, TOOLBAR, Actions
from cxrviewer.ui.canvas.drag import Tool
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.main_window import MainWindow

IDS = {spec.id for spec in ACTIONS}
SUBMENUS = {"recent", "presets", "panels"}


def _keys(shortcut: str) -> list[str]:
    return [QKeySequence(key).toString() for key in shortcut.split(", ") if key]


@pytest.fixture
def window(qtbot, engine) -> Iterator[MainWindow]:
    controller = Controller(engine, engine.ready, Reader(), ViewState())
    made = MainWindow(controller, Settings())
    qtbot.addWidget(made, before_close_func=lambda widget: widget.controller.shut_down())
    yield made
    made.close()


def test_ids_and_shortcuts_are_unique() -> None:
    assert len(IDS) == len(ACTIONS)
    keys = Counter(key for spec in ACTIONS for key in _keys(spec.shortcut))
    assert max(keys.values()) == 1, keys.most_common(1)


def test_every_shortcut_is_a_key() -> None:
    for spec in ACTIONS:
        assert all(_keys(spec.shortcut)), spec.id


def test_every_icon_file_exists() -> None:
    for spec in ACTIONS:
        if spec.icon:
            assert resource("icons", f"{spec.icon}.svg").is_file(), spec.id


def test_every_action_is_in_a_menu_and_menus_name_nothing_else() -> None:
    entries = [entry for _, group in MENUS for entry in group if entry != SEPARATOR]
    assert set(entries) == IDS | SUBMENUS
    assert len(entries) == len(set(entries))


@pytest.mark.parametrize("table", [TOOLBAR, CONTEXT_MENU])
def test_tool_bar_and_context_menu_name_actions_once(table: tuple[str, ...]) -> None:
    entries = [entry for entry in table if entry != SEPARATOR]
    assert set(entries) <= IDS
    assert len(entries) == len(set(entries))


def test_tools_in_the_bar_have_icons() -> None:
    icons = {spec.id: spec.icon for spec in ACTIONS}
    assert all(icons[entry] for entry in TOOLBAR if entry != SEPARATOR)


def test_access_keys_in_a_menu_are_unique(window: MainWindow) -> None:
    for menu in (action.menu() for action in window.menuBar().actions()):
        texts = [action.text() for action in menu.actions() if "&" in action.text()]
        letters = Counter(text[text.index("&") + 1].lower() for text in texts)
        assert not letters or max(letters.values()) == 1, (menu.title(), texts)


def test_every_handler_is_there_and_no_other(window: MainWindow) -> None:
    assert set(window.commands.handlers()) == IDS


def test_actions_call_their_handlers(qtbot) -> None:
    bare = QMainWindow()
    qtbot.addWidget(bare)
    called: list[tuple[str, bool | None]] = []

    def handler(key: str, checkable: bool):
        if checkable:
            return lambda checked: called.append((key, checked))
        return lambda: called.append((key, None))

    actions = Actions(bare, {spec.id: handler(spec.id, spec.checkable) for spec in ACTIONS})
    for spec in ACTIONS:
        actions[spec.id].trigger()
    assert called == [(spec.id, True if spec.checkable else None) for spec in ACTIONS]
    called.clear()
    actions.check("invert", False)
    assert called == []


def test_shortcut_stands_in_the_tip(window: MainWindow) -> None:
    assert "(Ctrl+O)" in window.actions_table["open"].toolTip()
    assert "&" not in window.actions_table["fit"].toolTip()


def test_what_needs_an_image_waits_for_one(window: MainWindow) -> None:
    for spec in ACTIONS:
        assert window.actions_table[spec.id].isEnabled() is not spec.needs_image, spec.id
    window.actions_table.enable_for_image(True)
    assert all(window.actions_table[spec.id].isEnabled() for spec in ACTIONS)


def test_menus_have_their_submenus_in_place(window: MainWindow) -> None:
    menus = [action.menu() for action in window.menuBar().actions()]
    assert [menu.title() for menu in menus] == [title for title, _ in MENUS]
    inner = {action.menu() for menu in menus for action in menu.actions() if isinstance(action.menu(), QMenu)}
    assert len(inner) == len(SUBMENUS)


def test_one_tool_at_a_time(window: MainWindow) -> None:
    actions = window.actions_table
    actions["tool_pan"].trigger()
    assert window.canvas.tool is Tool.PAN
    assert (actions["tool_window"].isChecked(), actions["tool_pan"].isChecked()) == (False, True)
    actions["tool_pan"].trigger()
    assert actions["tool_pan"].isChecked(), "pressing the tool in use does not put it away"


def test_view_actions_change_the_state(window: MainWindow, qtbot, write_image) -> None:
    window.commands.open_image(write_image("a.png"))
    controller = window.controller
    qtbot.waitUntil(lambda: controller.shown.radiograph is not None, timeout=20_000)
    actions = window.actions_table
    actions["invert"].trigger()
    actions["rotate"].trigger()
    actions["flip"].trigger()
    actions["actual"].trigger()
    state = controller.state
    assert state.inverted
    assert (state.orientation.flipped, state.orientation.quarter_turns) == (True, 3)
    assert state.zoom.scale == 1.0
    actions["zoom_in"].trigger()
    assert controller.state.zoom.scale > 1.0
    actions["heatmap"].trigger()
    assert not controller.state.style.visible
    actions["window_auto"].trigger()
    assert controller.state.voi is not None
    actions["reset"].trigger()
    state = controller.state
    assert (state.inverted, state.voi, state.zoom) == (False, None, FIT)
    assert not actions["invert"].isChecked()
