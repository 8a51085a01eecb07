"""Panes of the real window, with an engine that answers by itself and the real reader."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from answering_engine import AnsweringEngine
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from cxrviewer.explain.target import of_label
from cxrviewer.export.options import ExportOptions
from cxrviewer.imaging.radiograph import Window
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.export_choice import ImageSize
from cxrviewer.session.panes import Layout
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.settings import load_settings
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.waiting import Activity

WAIT = 20_000


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def window(open_window, qtbot, write_image) -> MainWindow:
    """Return a window with an image that is analysed."""
    made = open_window(1280, 800)
    made.commands.open_image(write_image("a.png"))
    _settle(made, qtbot)
    return made


def _settle(window: MainWindow, qtbot) -> None:
    """Wait until all panes with an image show its heatmap."""

    def done() -> bool:
        return all(
            pane.controller.activity is Activity.READY and pane.controller.shown.heatmap is not None
            for pane in window.panes
        )

    qtbot.waitUntil(done, timeout=WAIT)


def _controllers(window: MainWindow) -> list:
    return [pane.controller for pane in window.panes]


def _images(window: MainWindow) -> list[str]:
    return [each.shown.radiograph.path.name for each in _controllers(window)]


def _lay_out(window: MainWindow, qtbot, layout: Layout) -> None:
    window.arrangement.lay_out(layout)
    _settle(window, qtbot)


@pytest.mark.parametrize(
    ("action", "layout"),
    [
        ("layout_two", Layout.SIDE_BY_SIDE),
        ("layout_stacked", Layout.STACKED),
        ("layout_three", Layout.THREE),
        ("layout_four", Layout.FOUR),
    ],
)
def test_each_layout_has_its_panes_in_rows_and_columns(window, qtbot, action, layout) -> None:
    window.actions_table[action].trigger()
    QCoreApplication.processEvents()
    places = [pane.geometry() for pane in window.panes]
    assert len({place.x() for place in places}) == layout.columns
    assert len({place.y() for place in places}) == layout.rows
    assert len(places) == layout.count
    sizes = [(place.width(), place.height()) for place in places]
    assert max(width for width, _ in sizes) - min(width for width, _ in sizes) <= 1
    assert max(height for _, height in sizes) - min(height for _, height in sizes) <= 1
    assert window.actions_table[action].isChecked()
    _settle(window, qtbot)
    assert set(_images(window)) == {"a.png"}
    window.actions_table["layout_one"].trigger()
    assert len(window.panes.panes) == 1
    assert not window.actions_table[action].isChecked()


def test_new_panes_show_the_active_one_and_ask_for_nothing_new(window, qtbot, engine) -> None:
    window.commands.ask(target=of_label(2))
    _settle(window, qtbot)
    asked = len(engine.asked)
    window.commands.choose(zoom=Zoom(2.0, (0.3, 0.4)), inverted=True)
    _lay_out(window, qtbot, Layout.FOUR)
    for each in _controllers(window):
        assert each.state == window.controller.state
        assert each.shown.analysis is window.controller.shown.analysis
    assert len(engine.asked) == asked


def test_one_question_of_several_panes_is_answered_once(window, qtbot, engine) -> None:
    window.actions_table["beside"].trigger()
    _settle(window, qtbot)
    engine.asked.clear()
    window.commands.ask(method="layer-cam")
    _settle(window, qtbot)
    assert [question.method for question in engine.questions] == ["layer-cam"]
    assert {each.shown.analysis.result.attribution.method for each in _controllers(window)} == {"layer-cam"}


def test_side_panel_and_menus_follow_the_active_pane(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    left, right = window.panes.panes
    window.panes.activate(right)
    window.commands.ask(method="layer-cam")
    window.commands.style(visible=False)
    window.linker.choose(window=False)
    window.commands.choose(inverted=True)
    _settle(window, qtbot)
    assert left.controller.state.question.method == "grad-cam"
    assert window.side.heatmap.methods.combo.currentData() == "layer-cam"
    assert (window.actions_table["heatmap"].isChecked(), window.actions_table["invert"].isChecked()) == (
        False,
        True,
    )
    QTest.mouseClick(left.canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert window.panes.active is left
    assert window.controller is left.controller
    assert window.canvas is left.canvas
    assert window.side.heatmap.methods.combo.currentData() == "grad-cam"
    assert (window.actions_table["heatmap"].isChecked(), window.actions_table["invert"].isChecked()) == (
        True,
        False,
    )


def test_keys_go_round_the_panes(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.THREE)
    window.activateWindow()
    panes = window.panes.panes
    assert window.panes.active is panes[0]
    for key, modifier, wanted in (
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier, 2),
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier, 2),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier, 0),
    ):
        QTest.keyClick(window.canvas, key, modifier)
        assert window.panes.active is panes[wanted]


def test_the_active_pane_is_told_by_its_frame_and_its_name(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    QCoreApplication.processEvents()
    left, right = window.panes.panes
    frames = [pane.grab().toImage().pixelColor(0, 100).name() for pane in (left, right)]
    assert frames[0] != frames[1]
    window.panes.step(1)
    assert [pane.grab().toImage().pixelColor(0, 100).name() for pane in (left, right)] == frames[::-1]
    assert right.canvas.accessibleName() == "Radiograph, pane 2 of 2"
    _lay_out(window, qtbot, Layout.ONE)
    assert window.canvas.accessibleName() == "Radiograph"


def test_beside_the_overlay_stands_the_same_view_without_it(window, qtbot, write_image) -> None:
    window.activateWindow()
    QTest.keyClick(window.canvas, Qt.Key.Key_Y)
    _settle(window, qtbot)
    plain, overlay = window.panes.panes
    assert window.panes.active is overlay, "the panel speaks of the overlay"
    assert (plain.controller.state.style.visible, overlay.controller.state.style.visible) == (False, True)
    QCoreApplication.processEvents()
    assert plain.canvas.size() == overlay.canvas.size()
    window.commands.choose(zoom=Zoom(3.0, (0.4, 0.6)), orientation=Orientation(True, 1))
    assert np.array_equal(plain.canvas.viewport().stored_to_view, overlay.canvas.viewport().stored_to_view)
    window.commands.open_image(write_image("b.png"))
    qtbot.waitUntil(lambda: _images(window) == ["b.png", "b.png"], timeout=WAIT)
    _settle(window, qtbot)
    assert not plain.controller.state.style.visible
    QTest.keyClick(window.canvas, Qt.Key.Key_Y)
    assert window.panes.panes == [overlay]


def test_the_next_image_is_read_once_for_all_linked_panes(window, qtbot, write_image, monkeypatch) -> None:
    window.actions_table["compare_classes"].trigger()
    _settle(window, qtbot)
    read: list[Path] = []
    real = window.services.images.fetch
    monkeypatch.setattr(
        window.services.images, "fetch", lambda *arguments: read.append(arguments[1]) or real(*arguments)
    )
    path = write_image("b.png")
    window.commands.open_image(path)
    qtbot.waitUntil(lambda: set(_images(window)) == {"b.png"}, timeout=WAIT)
    assert read == [path]
    _settle(window, qtbot)
    drawn = [each.shown for each in _controllers(window) if each.state.style.visible]
    targets = [shown.analysis.result.attribution.target for shown in drawn]
    assert targets == [of_label(0), of_label(1), of_label(2)], "each pane keeps its class"


def test_a_file_that_cannot_be_read_is_told_once_and_changes_no_pane(window, qtbot, tmp_path) -> None:
    window.actions_table["beside"].trigger()
    _settle(window, qtbot)
    errors: list = []
    for each in _controllers(window):
        each.failed.connect(errors.append)
    window.commands.open_image(tmp_path / "missing.png")
    qtbot.waitUntil(lambda: bool(errors), timeout=WAIT)
    assert len(errors) == 1
    assert _images(window) == ["a.png", "a.png"]


def test_prior_and_current_stand_side_by_side(window, qtbot, write_image) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    window.panes.step(1)
    window.commands.open_image(write_image("prior.png"))
    qtbot.waitUntil(lambda: _images(window) == ["a.png", "prior.png"], timeout=WAIT)
    _settle(window, qtbot)


def test_a_file_dropped_on_a_pane_opens_there(window, qtbot, write_image) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    right = window.panes.panes[1]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_image("dropped.png")))])
    place = right.mapTo(window, right.rect().center())
    event = QDropEvent(
        QPointF(place),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    assert window.panes.active is right
    qtbot.waitUntil(lambda: _images(window) == ["a.png", "dropped.png"], timeout=WAIT)


def test_zoom_and_pan_under_the_cursor_move_all_linked_panes(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.FOUR)
    other = window.panes.panes[2]
    assert other is not window.panes.active
    other.canvas.zoom_by(2.0, QPointF(30, 30))
    zooms = {each.state.zoom for each in _controllers(window)}
    assert len(zooms) == 1
    assert zooms != {FIT}
    window.actions_table["link_view"].trigger()
    other.canvas.zoom_by(2.0)
    assert len({each.state.zoom for each in _controllers(window)}) == 2
    window.actions_table["link_view"].trigger()
    window.commands.choose(zoom=FIT)
    assert {each.state.zoom for each in _controllers(window)} == {FIT}


def test_a_window_drag_on_one_canvas_windows_all(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    right = window.panes.panes[1].canvas
    QTest.mousePress(right, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    for x in range(100, 180, 10):
        QTest.mouseMove(right, QPoint(x, 140))
    QTest.mouseRelease(right, Qt.MouseButton.LeftButton, pos=QPoint(180, 140))
    left_voi, right_voi = (each.state.voi for each in _controllers(window))
    assert isinstance(right_voi, Window)
    assert left_voi == right_voi
    window.actions_table["invert"].trigger()
    assert all(each.state.inverted for each in _controllers(window))
    window.linker.choose(window=False)
    window.commands.choose(voi=Window(10.0, 5.0))
    assert len({each.state.voi for each in _controllers(window)}) == 2


def test_the_cursor_is_seen_in_the_other_panes(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.FOUR)
    QCoreApplication.processEvents()
    first, *others = window.panes.panes
    before = [pane.canvas.grab().toImage() for pane in others]
    first.canvas.hovered.emit((20.0, 12.0))
    assert first.ghost.point is None
    assert [pane.ghost.point for pane in others] == [(20.0, 12.0)] * 3
    for pane, former in zip(others, before, strict=True):
        after = pane.canvas.grab().toImage()
        changed = [
            (x, y)
            for y in range(0, after.height())
            for x in range(0, after.width())
            if after.pixel(x, y) != former.pixel(x, y)
        ]
        middle = np.mean(changed, axis=0)
        wanted = pane.canvas.to_view(20.0, 12.0)
        assert np.abs(middle - [wanted.x(), wanted.y()]).max() < 1
    first.canvas.hovered.emit(None)
    assert all(pane.ghost.point is None for pane in window.panes)
    window.actions_table["link_cursor"].trigger()
    first.canvas.hovered.emit((20.0, 12.0))
    assert all(pane.ghost.point is None for pane in window.panes)


def test_the_readout_is_of_the_pane_under_the_cursor(window, qtbot, write_image) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    window.panes.step(1)
    path = write_image("b.png", np.full((40, 60), 77, np.uint8))
    window.commands.open_image(path)
    qtbot.waitUntil(lambda: _images(window) == ["a.png", "b.png"], timeout=WAIT)
    window.panes.step(1)
    window.panes.panes[1].canvas.hovered.emit((5.0, 5.0))
    assert "stored 77" in window.status._readout.text()


def test_links_are_remembered_and_those_of_a_comparison_are_not(window, open_window, qtbot) -> None:
    window.actions_table["compare_methods"].trigger()
    window.actions_table["link_cursor"].trigger()
    assert window.linker.links.target
    window.close()
    assert load_settings().panes == "ONE"
    links = open_window().linker.links
    assert (links.view, links.window, links.cursor, links.style) == (True, True, False, True)
    assert not any((links.image, links.target, links.layers, links.method, links.model))


@pytest.mark.parametrize(("action", "count"), [("layout_four", 4), ("beside", 2)])
def test_the_layout_comes_back_without_images(open_window, qtbot, write_image, action, count) -> None:
    window = open_window()
    window.actions_table[action].trigger()
    window.commands.open_image(write_image("a.png"))
    qtbot.waitUntil(lambda: window.controller.shown.radiograph is not None, timeout=WAIT)
    window.close()
    again = open_window()
    assert len(again.panes.panes) == count
    assert again.actions_table[action].isChecked()
    assert all(each.shown.radiograph is None for each in _controllers(again))
    again.commands.open_image(write_image("b.png"))
    qtbot.waitUntil(lambda: again.controller.shown.heatmap is not None, timeout=WAIT)
    seen = [each.shown.radiograph is not None for each in _controllers(again)]
    assert sum(seen) == (count if action == "beside" else 1)


@pytest.mark.parametrize(
    ("action", "differ"),
    [("compare_methods", "method"), ("compare_layers", "layers"), ("compare_classes", "target")],
)
def test_comparisons_differ_in_one_thing_and_share_the_rest(window, qtbot, action, differ) -> None:
    window.actions_table[action].trigger()
    _settle(window, qtbot)
    drawn = [each for each in _controllers(window) if each.state.style.visible]
    questions = [each.shown.analysis.result.attribution.question for each in drawn]
    assert len(questions) > 1
    assert len({getattr(question, differ) for question in questions}) == len(questions)
    for name in {"method", "target"} - {differ}:
        assert len({getattr(question, name) for question in questions}) == 1
    own = window.controller.shown.analysis.result.attribution.question
    assert own in questions
    assert (own.method, own.target) == ("grad-cam", of_label(1)), "the pane that it began with stays active"


def test_the_class_of_a_comparison_of_methods_changes_in_all_panes(window, qtbot) -> None:
    window.actions_table["compare_methods"].trigger()
    _settle(window, qtbot)
    methods = [each.state.question.method for each in _controllers(window)]
    window.commands.ask(target=of_label(2))
    _settle(window, qtbot)
    assert [each.state.question.method for each in _controllers(window)] == methods
    targets = {each.shown.analysis.result.attribution.target for each in _controllers(window)}
    assert targets == {of_label(2)}


def test_how_the_heatmap_is_drawn_is_shared_but_not_whether(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    window.commands.style(colormap="jet", alpha=0.8)
    window.commands.style(visible=False)
    assert [each.state.style.colormap for each in _controllers(window)] == ["jet", "jet"]
    assert [each.state.style.visible for each in _controllers(window)] == [False, True]


def test_the_active_pane_is_answered_before_the_others(window, qtbot, engine) -> None:
    _lay_out(window, qtbot, Layout.THREE)
    engine.gate.clear()
    engine.asked.clear()
    methods = ("grad-cam++", "layer-cam", "hires-cam")
    for pane, method in zip(window.panes.panes, methods, strict=True):
        window.panes.activate(pane)
        window.commands.ask(method=method)
        qtbot.waitUntil(
            lambda method=method: bool(engine.asked) and engine.questions[-1].method == method, timeout=WAIT
        )
    engine.gate.set()
    _settle(window, qtbot)
    order = [question.method for question in engine.questions]
    assert order[:3] == list(methods), "each is begun as soon as its pane is the active one"
    assert sorted(order[3:]) == ["grad-cam++", "layer-cam"], "what gave way is begun again"
    shown = [each.shown.analysis.result.attribution.method for each in _controllers(window)]
    assert shown == list(methods)


def test_a_long_answer_for_another_pane_gives_way_to_the_active_one(window, qtbot, engine) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    left, right = window.panes.panes
    window.panes.activate(right)
    engine.gate.clear()
    window.commands.ask(method="rise")
    qtbot.waitUntil(lambda: right.controller.waiting is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: right.controller.waiting.share == 0.5, timeout=WAIT)
    window.panes.activate(left)
    window.commands.ask(method="layer-cam")
    qtbot.waitUntil(lambda: engine.questions[-1].method == "layer-cam", timeout=WAIT)
    engine.gate.set()
    _settle(window, qtbot)
    assert [question.method for question in engine.questions[-2:]] == ["layer-cam", "rise"]
    assert right.controller.shown.analysis.result.attribution.method == "rise"


def test_what_waits_is_told_on_its_own_canvas_and_in_the_status_line(window, qtbot, engine) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    left, right = window.panes.panes
    window.panes.activate(right)
    engine.gate.clear()
    window.commands.ask(method="rise")
    qtbot.waitUntil(lambda: right.canvas.sign.text != "", timeout=WAIT)
    assert left.canvas.sign.text == ""
    window.panes.activate(left)
    assert "RISE" in window.status.activity.text(), "of another pane, where the active one waits for nothing"
    assert window.actions_table["cancel"].isEnabled()
    window.actions_table["cancel"].trigger()
    assert right.controller.waiting is None
    assert not window.actions_table["cancel"].isEnabled()
    engine.gate.set()


def test_closing_a_pane_while_it_computes_leaves_the_others_alone(window, qtbot, engine) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    left, right = window.panes.panes
    window.panes.activate(right)
    engine.gate.clear()
    engine.asked.clear()
    window.commands.ask(method="rise")
    qtbot.waitUntil(lambda: bool(engine.asked), timeout=WAIT)
    window.actions_table["pane_close"].trigger()
    assert window.panes.panes == [left]
    assert window.panes.active is left
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.commands.ask(method="layer-cam")
    engine.gate.set()
    _settle(window, qtbot)
    assert left.controller.shown.analysis.result.attribution.method == "layer-cam"
    window.actions_table["pane_close"].trigger()
    assert window.panes.panes == [left], "the last one stays"


def test_closed_panes_release_what_they_drew(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.FOUR)
    kept = [weakref.ref(pane.controller.renderer) for pane in window.panes]
    active = window.controller.renderer
    window.actions_table["layout_one"].trigger()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [ref() for ref in kept if ref() is not None] == [active]


def test_panes_of_one_image_share_its_reduced_copies(window, qtbot, write_image) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (1200, 1200), np.uint8)
    window.commands.open_image(write_image("large.png", pixels))
    qtbot.waitUntil(lambda: _images(window) == ["large.png"], timeout=WAIT)
    _lay_out(window, qtbot, Layout.FOUR)
    renderers = [each.renderer for each in _controllers(window)]
    assert len(set(map(id, renderers))) == 4, "each keeps what it has drawn last"
    assert len({id(renderer._prepared) for renderer in renderers}) == 1


def test_the_export_is_of_the_active_pane(window, qtbot, tmp_path, write_image) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    window.panes.step(1)
    window.commands.open_image(write_image("b.png", np.full((50, 70), 9, np.uint8)))
    qtbot.waitUntil(lambda: _images(window) == ["a.png", "b.png"], timeout=WAIT)
    _settle(window, qtbot)
    target = tmp_path / "out.png"
    exports = window.commands.exports
    exports.write(exports.overlay(ImageSize.WHOLE), target, ExportOptions())
    qtbot.waitUntil(target.exists, timeout=WAIT)
    qtbot.waitUntil(lambda: not list(tmp_path.glob(".out*")), timeout=WAIT)
    picture = cv2.imread(str(target))
    assert picture.shape[0] >= 50, "of the right image, which is larger"


def test_a_model_card_that_is_answered_holds_in_all_panes(window, qtbot, engine) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    loaded = [each.shown.at_hand.loaded for each in _controllers(window)]
    card = loaded[0].info.card
    window.controller.use_card(replace(card, name="Another"))
    qtbot.waitUntil(
        lambda: all(
            each.shown.at_hand.loaded not in (None, *loaded) and each.activity is Activity.READY
            for each in _controllers(window)
        ),
        timeout=WAIT,
    )


def test_the_overlay_of_the_first_class_stays_the_active_pane(window, qtbot) -> None:
    window.commands.ask(target=of_label(0))
    _settle(window, qtbot)
    window.actions_table["compare_classes"].trigger()
    assert window.controller.state.style.visible
    assert window.controller.state.question.target == of_label(0)


def test_panes_tell_their_layers_apart(window, qtbot) -> None:
    def words(pane) -> list[str]:
        return [line.text for line in pane.canvas._legend.bottom_right]

    assert "late" not in words(window.panes.active)
    window.actions_table["compare_layers"].trigger()
    _settle(window, qtbot)
    early, late = window.panes.panes
    assert "early" in words(early)
    assert "late" in words(late)
    window.actions_table["layout_one"].trigger()
    assert "late" not in words(window.panes.active)


def test_what_a_model_has_to_say_is_said_once_and_not_with_every_pane(window, qtbot) -> None:
    _lay_out(window, qtbot, Layout.SIDE_BY_SIDE)
    left, right = window.panes.panes
    loaded = right.controller.shown.at_hand.loaded
    noted = replace(loaded, info=replace(loaded.info, notes=("A note.",)))
    right.controller._apply(right.controller.state, replace(right.controller.shown.at_hand, loaded=noted))
    window.panes.activate(right)
    assert window.messages.text == "A note."
    window.messages.clear()
    window.panes.activate(left)
    window.panes.activate(right)
    assert window.messages.text == ""
