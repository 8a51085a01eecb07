"""The table of actions, and a window around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from controller_bench import Bench
from lasting_reader import LastingReader
from material import card, choice
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.explain.target import Target, of_label
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.models.card import LabelGroup
from cxrviewer.paths import resource
from cxrviewer.session.state import FIT, ViewState
from cxrviewer.settings import Settings
from cxrviewer.ui.actions.actions import Actions
from cxrviewer.ui.actions.marks import MARK_TOOLS
from cxrviewer.ui.actions.panes import LINKS
from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec
from cxrviewer.ui.actions.table import ACTIONS, CONTEXT_MENU, MARK_MENU, MENUS, TOOLBAR
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.heatmap_commands import findings, stop_after
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.menus import fill_methods
from cxrviewer.ui.services import Services
from cxrviewer.ui.waiting import Activity

IDS = {spec.id for spec in ACTIONS}
SUBMENUS = {"recent", "presets", "panels", "methods", "drags"}
NOW_AND_THEN = {
    "cancel",
    "lock_scale",
    "frame_previous",
    "frame_next",
    "pane_next",
    "pane_previous",
    "pane_close",
    "undo",
    "redo",
    "edit_mark",
    "calibrate",
    "uncalibrate",
    "delete_mark",
    "delete_marks",
    "save_marks",
    "save_marks_as",
    *LINKS,
}
"""Follow what goes on and what is shown."""


def _keys(shortcut: str) -> list[str]:
    return [QKeySequence(key).toString() for key in shortcut.split(", ") if key]


@pytest.fixture
def window(qtbot, engine) -> Iterator[MainWindow]:
    controller = Controller(Services(engine, engine.ready, LastingReader()), ViewState())
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


def test_menus_name_the_menus_made_elsewhere_once() -> None:
    named = [
        entry for menu in MENUS for entry in menu.entries if isinstance(entry, str) and entry != SEPARATOR
    ]
    assert sorted(named) == sorted(SUBMENUS)


@pytest.mark.parametrize("table", [TOOLBAR, CONTEXT_MENU, MARK_MENU])
def test_tool_bar_and_context_menus_name_actions_once(table: tuple[str, ...]) -> None:
    entries = [entry for entry in table if entry not in {SEPARATOR, "mark_tools"}]
    assert set(entries) <= IDS
    assert len(entries) == len(set(entries))


def test_tools_in_the_bar_have_icons() -> None:
    icons = {spec.id: spec.icon for spec in ACTIONS}
    assert all(icons[entry] for entry in TOOLBAR if entry not in {SEPARATOR, "mark_tools"})
    assert all(spec.icon for spec in MARK_TOOLS if isinstance(spec, ActionSpec))


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
    always = [spec for spec in ACTIONS if spec.id not in NOW_AND_THEN]
    for spec in always:
        assert window.actions_table[spec.id].isEnabled() is not spec.needs_image, spec.id
    window.actions_table.enable_for_image(True)
    assert all(window.actions_table[spec.id].isEnabled() for spec in always)


def test_menus_have_their_submenus_in_place(window: MainWindow) -> None:
    menus = [action.menu() for action in window.menuBar().actions()]
    assert [menu.title() for menu in menus] == [spec.title for spec in MENUS]
    inner = {action.menu() for menu in menus for action in menu.actions() if isinstance(action.menu(), QMenu)}
    described = [entry for spec in MENUS for entry in spec.entries if isinstance(entry, MenuSpec)]
    assert len(inner) == len(SUBMENUS) + len(described)
    assert {spec.title for spec in described} < {menu.title() for menu in inner}


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


def test_the_escape_key_cancels_and_never_resets_the_view(window: MainWindow) -> None:
    actions = window.actions_table
    assert [key.toString() for key in actions["cancel"].shortcuts()] == ["Esc"]
    assert "Esc" not in [key.toString() for key in actions["reset"].shortcuts()]
    for activity in Activity:
        window.presenter.show_activity(activity)
        assert actions["cancel"].isEnabled() is (activity in (Activity.LOADING, Activity.ANALYSING))


@pytest.fixture
def analysed(ready: Bench, qtbot) -> Iterator[MainWindow]:
    """Return a window on an image that is explained, with an engine that answers as the test says."""
    made = MainWindow(ready.controller, Settings())
    qtbot.addWidget(made)
    made.actions_table.enable_for_image(True)
    yield made
    ready.controller.setParent(None)


def test_layers_are_gone_through_by_their_stops(analysed: MainWindow) -> None:
    state = lambda: analysed.controller.state.question.layers  # noqa: E731
    actions = analysed.actions_table
    actions["layer_earlier"].trigger()
    assert state() == ("early",)
    actions["layer_earlier"].trigger()
    assert state() == ("early",), "stays at the end"
    actions["layer_later"].trigger()
    actions["layer_later"].trigger()
    assert state() == ("late",)


def test_a_layer_between_two_stops_leads_to_both() -> None:
    info = choice().info
    blocks = ("a", "a", "b", "b")
    layers = tuple(
        replace(info.layers[0], path=f"l{number}", block=name) for number, name in enumerate(blocks)
    )
    info = replace(info, layers=layers, auto_layer="l3")
    assert (stop_after(info, "l2", 1), stop_after(info, "l2", -1)) == ("l3", "l1")
    assert (stop_after(info, AUTO_LAYER, -1), stop_after(info, "l0", -1)) == ("l1", "l1")


def test_classes_are_gone_through_round_and_round(analysed: MainWindow) -> None:
    target = lambda: analysed.controller.state.question.target  # noqa: E731
    seen = []
    for _ in range(3):
        analysed.actions_table["class_next"].trigger()
        seen.append(target())
    assert seen == [of_label(2), of_label(0), of_label(1)], "from the top class, which is the second"
    analysed.actions_table["class_previous"].trigger()
    assert target() == of_label(0)


def test_groups_come_after_the_classes() -> None:
    made = card(label_groups=(LabelGroup("Pneumonia", ("Bacterial", "Viral"), 0.5),))
    assert findings(made)[-1] == Target((1, 2))
    assert len(findings(made)) == 4


def test_the_view_goes_on_from_one_to_the_next(analysed: MainWindow) -> None:
    seen = []
    for _ in HeatmapView:
        analysed.actions_table["view"].trigger()
        seen.append(analysed.controller.state.style.view)
    assert seen == [HeatmapView.CELLS, HeatmapView.CONTOURS, HeatmapView.SMOOTH]


def test_signed_is_switched_and_shown(analysed: MainWindow) -> None:
    analysed.actions_table["signed"].trigger()
    assert analysed.controller.state.style.signed
    assert analysed.controller.shown.display.signed
    analysed.commands.style(signed=False)
    assert not analysed.actions_table["signed"].isChecked()


def test_the_scale_is_locked_as_it_is_where_there_is_a_unit(ready: Bench, analysed: MainWindow) -> None:
    action = analysed.actions_table["lock_scale"]
    assert not action.isEnabled(), "the map has no unit"
    ready.ask(layers=("early",))
    result = ready.result(1)
    with_unit = replace(result.attribution, logit_factor=0.3456)
    ready.answer(replace(result, attribution=with_unit))
    ready.wait(lambda: ready.shown.analysis.result.attribution is with_unit)
    action.trigger()
    assert ready.state.scale == Scale(float(f"{2 * 0.3456:.2g}"))
    assert ready.shown.display.locked
    action.trigger()
    assert ready.state.scale == STRETCHED


def test_methods_are_listed_by_family_with_the_one_in_use_checked(qtbot) -> None:
    menu, chosen = QMenu(), []
    qtbot.addWidget(menu)
    info = replace(choice().info, methods=("layer-cam",))
    fill_methods(menu, info, "layer-cam", chosen.append)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    expected = []
    for family in Family:
        names = [spec.name for spec in methods() if spec.family is family]
        expected += [family.value, *names] if names else []
    assert texts == expected
    entries = [action for action in menu.actions() if action.isCheckable()]
    assert [action.text() for action in entries if action.isChecked()] == ["LayerCAM"]
    assert [action.text() for action in entries if action.isEnabled()] == ["LayerCAM"]
    next(action for action in entries if action.isEnabled()).trigger()
    assert chosen == ["layer-cam"]


def test_the_methods_menu_asks_by_the_method_chosen(analysed: MainWindow) -> None:
    analysed.methods_menu.aboutToShow.emit()
    entry = next(action for action in analysed.methods_menu.actions() if action.text() == "LayerCAM")
    entry.trigger()
    assert analysed.controller.state.question.method == "layer-cam"
