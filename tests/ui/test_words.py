"""Words that go with what is shown: corners, heading, menus of the image, notice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from material import analysis, choice, lung_window, question, radiograph, steep_table
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.display import STATE_TEXT, MapState, Scale
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import Target, absent
from cxrviewer.imaging.grayscale import full_window
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, styled
from cxrviewer.ui.dialogs.notice import NoticeDialog
from cxrviewer.ui.legend_text import fallback_text, heading_text, legend_text
from cxrviewer.ui.menus import fill_presets, fill_recent

STATE = ViewState()


def _shown(made=None, state: ViewState = STATE, image=None) -> Shown:
    at_hand = AtHand(image or radiograph(), "default", choice())
    return next_shown(Shown(STATE, AtHand()), state, at_hand, made)


def _corners(shown: Shown) -> str:
    legend = legend_text(shown)
    corners = (*legend.top_left, *legend.top_right, *legend.bottom_left, *legend.bottom_right)
    return "\n".join(line.text for line in corners)


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


def _line(shown: Shown, word: str) -> bool:
    return any(word in line.text for line in legend_text(shown).bottom_right)


def test_what_is_not_as_usual_is_named() -> None:
    plain = _shown(analysis(1, logit_factor=1.0))
    for word in ("for and against", "locked", "Strongest", "copies", "layers", "Channels"):
        assert not _line(plain, word), word
    assert _line(_shown(analysis(1), styled(STATE, signed=True)), "Evidence for and against")
    locked = replace(STATE, scale=Scale(2.5))
    assert _line(_shown(analysis(1, logit_factor=1.0), locked), "Scale locked at 2.5 logits")
    assert not _line(_shown(analysis(1), locked), "locked"), "the method has no unit"
    assert _line(_shown(analysis(1), replace(STATE, top_share=0.2)), "Strongest 20% of the area")
    assert _line(_shown(analysis(asked=question(smoothing=8))), "smoothed over 8 copies")
    fused = question(layers=("early", "late"), fusion=Fusion.PRODUCT)
    assert _line(_shown(analysis(asked=fused)), "2 layers, product")


def test_only_parameters_that_were_changed_are_named() -> None:
    spec = next(spec for spec in methods() if spec.id == "occlusion")
    usual = _shown(analysis(asked=question(method=spec.id, parameters=spec.values())))
    labels = [parameter.label for parameter in spec.parameters]
    assert not any(_line(usual, label) for label in labels)
    number = next(parameter for parameter in spec.parameters if not isinstance(parameter.default, str))
    other = number.maximum if number.default != number.maximum else number.minimum
    changed = spec.values({number.name: other})
    assert _line(_shown(analysis(asked=question(method=spec.id, parameters=changed))), number.label)


def test_a_faded_finding_is_said_to_be_faded() -> None:
    assert not _line(_shown(analysis(1, top=1)), "faded")
    assert _line(_shown(analysis(2, top=1)), "Below its threshold: faded")
    assert not _line(_shown(analysis(2, top=1), replace(STATE, fade=False)), "faded")


def test_targets_are_named_in_words() -> None:
    absent_one = analysis(asked=question(absent(1)))
    assert _line(_shown(absent_one), "no Bacterial")
    margin = analysis(asked=question(Target((1,), (2,))))
    assert _line(_shown(margin), "Bacterial rather than Viral")
    assert "Bacterial rather than Viral" in heading_text(_shown(margin))


def test_the_heading_tells_several_layers_and_the_input() -> None:
    assert "2 layers" in heading_text(_shown(analysis(asked=question(layers=("early", "late")))))
    assert "the input" in heading_text(_shown(analysis(asked=question(layers=()))))


def test_a_method_that_stands_in_for_the_chosen_one_is_named() -> None:
    info, none = choice().info, choice(auto="").info
    assert fallback_text(Question(), info) == ""
    text = fallback_text(Question(), none)
    for word in ("no layer with a spatial output", "Occlusion", "instead of Grad-CAM"):
        assert word in text
    opaque = replace(info, methods=("occlusion", "rise"))
    assert "cannot be looked into" in fallback_text(Question(), opaque)
    assert fallback_text(Question(method="rise"), opaque) == ""


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
    assert [action.shortcut().toString() for action in actions] == ["", "1", "2", "3"]


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
