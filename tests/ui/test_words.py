"""Words that go with what is shown: corners, heading, menus of the image, notice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from material import analysis, choice, lung_window, radiograph, steep_table
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from cxrviewer.explain.display import STATE_TEXT, MapState
from cxrviewer.imaging.grayscale import full_window
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, styled
from cxrviewer.ui.dialogs.notice import NoticeDialog
from cxrviewer.ui.legend_text import heading_text, legend_text
from cxrviewer.ui.menus import fill_presets, fill_recent

STATE = ViewState()


def _shown(made=None, state: ViewState = STATE, image=None) -> Shown:
    at_hand = AtHand(image or radiograph(), "default", choice())
    return next_shown(Shown(STATE, AtHand()), state, at_hand, made)


def _corners(shown: Shown) -> str:
    legend = legend_text(shown)
    return "\n".join((*legend.top_left, *legend.top_right, *legend.bottom_left, *legend.bottom_right))


def test_the_corners_name_file_size_marks_and_limits() -> None:
    image = replace(radiograph(), badges=("synthetic",), notes=("Colour image shown as luminance",))
    corners = _corners(_shown(image=image))
    for word in ("a.png", "60×40", "synthetic", "Colour image shown as luminance", "Not for diagnosis"):
        assert word in corners


def test_nothing_is_said_without_an_image() -> None:
    assert _corners(Shown(STATE, AtHand())) == ""


def test_the_window_in_force_is_named() -> None:
    corners = _corners(_shown(image=radiograph(windows=(lung_window(),))))
    assert "W 20" in corners
    assert "C 50" in corners
    assert "LUNG" in corners
    assert "STEEP" in _corners(_shown(state=replace(STATE, voi=steep_table())))


def test_the_heatmap_is_named_while_it_is_seen() -> None:
    assert "Bacterial" in _corners(_shown(analysis(1)))
    assert "Grad-CAM" in _corners(_shown(analysis(1)))
    assert "Viral" in _corners(_shown(analysis(2)))
    assert "Bacterial" not in _corners(_shown(analysis(1), styled(STATE, visible=False)))
    assert "Grad-CAM" not in _corners(_shown(None))


def test_the_heading_names_class_grid_and_layer() -> None:
    heading = heading_text(_shown(analysis(2)))
    for word in ("Viral", "4×4", "late"):
        assert word in heading


def test_the_heading_says_where_only_the_probability_was_reached() -> None:
    made = analysis(1)
    attribution = replace(made.result.attribution, explains_logit=False)
    made = replace(made, result=replace(made.result, attribution=attribution))
    assert "not the logit" in heading_text(_shown(made))
    assert "logit" not in heading_text(_shown(analysis(1)))


@pytest.mark.parametrize(("value", "state"), [(-1.0, MapState.EMPTY), (np.nan, MapState.INVALID)])
def test_the_heading_says_why_nothing_is_drawn(value: float, state: MapState) -> None:
    made = analysis(values=np.full((4, 4), value, np.float32))
    assert STATE_TEXT[state] in heading_text(_shown(made))


def test_presets_offer_the_files_own_and_the_full_range(qtbot) -> None:
    image = radiograph(windows=(lung_window(),), voi_luts=(steep_table(),))
    menu, chosen = QMenu(), []
    qtbot.addWidget(menu)
    fill_presets(menu, image, chosen.append)
    actions = [action for action in menu.actions() if not action.isSeparator()]
    for action in actions:
        action.trigger()
    assert chosen[0] is None
    assert chosen[1] is image.grayscale.voi_luts[0]
    assert chosen[2] == lung_window()
    assert chosen[3] == full_window(image)
    assert "STEEP" in actions[1].text()
    assert "LUNG" in actions[2].text()


def test_presets_of_another_image_replace_the_former(qtbot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    fill_presets(menu, radiograph(windows=(lung_window(),)), lambda _: None)
    fill_presets(menu, radiograph(), lambda _: None)
    assert not any("LUNG" in action.text() for action in menu.actions())


def test_recent_files_open_and_can_be_forgotten(qtbot) -> None:
    menu, opened, forgotten = QMenu(), [], []
    qtbot.addWidget(menu)
    fill_recent(menu, ("/x/a.png", "/y/b.dcm"), opened.append, lambda: forgotten.append(1))
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text() for action in actions[:2]] == ["a.png", "b.dcm"]
    assert [action.toolTip() for action in actions[:2]] == ["/x/a.png", "/y/b.dcm"]
    for action in actions:
        action.trigger()
    assert opened == [Path("/x/a.png"), Path("/y/b.dcm")]
    assert forgotten == [1]
    fill_recent(menu, (), opened.append, lambda: None)
    assert not menu.isEnabled()


def test_an_ampersand_in_a_name_is_no_access_key(qtbot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    fill_recent(menu, ("/x/knee & hip.dcm",), lambda _: None, lambda: None)
    assert menu.actions()[0].text() == "knee && hip.dcm"
    fill_presets(menu, radiograph(windows=(replace(lung_window(), explanation="A&B"),)), lambda _: None)
    assert any("A&&B" in action.text() for action in menu.actions())


def test_the_notice_says_what_the_program_is_not(qtbot) -> None:
    dialog = NoticeDialog()
    qtbot.addWidget(dialog)
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "not a medical device" in text
    assert "not for diagnosis" in text
    with qtbot.waitSignal(dialog.accepted):
        dialog.findChild(QPushButton).click()
