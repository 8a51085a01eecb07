"""Corner text: fields in their corners, identity only when asked for, what matters most in little room."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from material import analysis, choice, lung_window, radiograph
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QDialogButtonBox

from cxrviewer.imaging.header import Header
from cxrviewer.imaging.length_bar import units_across
from cxrviewer.imaging.patient_orientation import EdgeLetters
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.spacing import LengthUnit, Spacing
from cxrviewer.imaging.viewport import Orientation, full_resolution, make_viewport
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState
from cxrviewer.settings import Settings, load_settings, save_settings
from cxrviewer.ui.canvas.legend import Legend, Line, Tone, fitting, paint_legend, rooms, shortened
from cxrviewer.ui.canvas.scale_bar import scale_bar
from cxrviewer.ui.corner_fields import FIELDS, Corner, parse_places, places_to_remember
from cxrviewer.ui.dialogs.corner_fields import CornerFieldsDialog
from cxrviewer.ui.legend_text import legend_text
from cxrviewer.ui.words import WordChoice, remembered_words, words_to_remember

CANARY = "Kanarienvogel"
STATE = ViewState()
HEADER = Header(
    patient_name=f"{CANARY}, Zita",
    patient_id="Q7731",
    birth_date="1959-03-12",
    accession_number="ACC-99",
    institution="General Hospital",
    sex="F",
    age="045Y",
    modality="DX",
    study_date="2004-08-26",
    study_description="Thorax",
    series_description=f"erect, {CANARY}",
    body_part="CHEST",
    view_position="PA",
    laterality="",
    kvp="120",
    manufacturer="ACME",
)


def _image(**changes: object) -> Radiograph:
    made = radiograph(windows=(lung_window(),))
    return replace(made, **{"header": HEADER, "directions": ("L", "F"), **changes})


def _shown(state: ViewState = STATE, **changes: object) -> Shown:
    at_hand = AtHand(_image(**changes), "default", choice())
    return next_shown(Shown(STATE, AtHand()), state, at_hand, analysis(1))


def _lines(legend: Legend) -> dict[Corner, list[str]]:
    groups = {
        Corner.TOP_LEFT: legend.top_left,
        Corner.TOP_RIGHT: legend.top_right,
        Corner.BOTTOM_LEFT: legend.bottom_left,
        Corner.BOTTOM_RIGHT: legend.bottom_right,
    }
    return {corner: [line.text for line in group] for corner, group in groups.items()}


def _all(legend: Legend) -> str:
    return "\n".join(line for group in _lines(legend).values() for line in group)


IDENTITY = ("Zita", "Q7731", "1959", "ACC-99", "General Hospital")


def test_identity_is_written_only_when_it_is_asked_for() -> None:
    text = _all(legend_text(_shown(), WordChoice(identity=True)))
    assert all(word in text for word in (*IDENTITY, CANARY))
    hidden = _all(legend_text(_shown()))
    assert not any(word in hidden for word in (*IDENTITY, CANARY))


def test_a_text_or_a_file_name_that_repeats_the_name_is_hidden_with_it() -> None:
    made = _shown(path=_image().path.with_name(f"{CANARY.lower()}_1.dcm"))
    assert CANARY.lower() not in _all(legend_text(made)).lower()
    assert CANARY.lower() in _all(legend_text(made, WordChoice(identity=True))).lower()


def test_fields_stand_in_their_corners() -> None:
    lines = _lines(legend_text(_shown(badges=("lossy 2:1",), frames=3, frame=1)))
    assert lines[Corner.TOP_LEFT] == ["F  45 y", "a.png"]
    assert lines[Corner.TOP_RIGHT] == ["lossy 2:1", "Thorax  2004-08-26", "CHEST  PA"]
    assert "Frame 2 of 3" in lines[Corner.BOTTOM_LEFT]
    assert "W 20 C 50  LUNG" in lines[Corner.BOTTOM_LEFT]
    assert "60×40  8 bit  PNG" in lines[Corner.BOTTOM_LEFT]
    assert lines[Corner.BOTTOM_RIGHT][-1] == "Not for diagnosis"


def test_badges_look_like_warnings() -> None:
    legend = legend_text(_shown(badges=("for processing",)))
    assert Line("for processing", 95, Tone.WARNING) in legend.top_right


def test_inversion_is_named() -> None:
    assert "inverted" in _all(legend_text(_shown(replace(STATE, inverted=True))))
    assert "inverted" not in _all(legend_text(_shown()))


@pytest.mark.parametrize(
    ("age", "text"), [("045Y", "F  45 y"), ("003M", "F  3 m"), ("", "F"), ("old", "F  old")]
)
def test_ages_are_written_as_people_say_them(age: str, text: str) -> None:
    assert _lines(legend_text(_shown(header=replace(HEADER, age=age))))[Corner.TOP_LEFT][0] == text


def test_the_user_places_fields() -> None:
    places = {"view": "bottom left", "equipment": "top left", "age": "not shown"}
    lines = _lines(legend_text(_shown(), WordChoice(places=places)))
    assert "CHEST  PA" in lines[Corner.BOTTOM_LEFT]
    assert "ACME" in lines[Corner.TOP_LEFT]
    assert "45 y" not in "\n".join(lines[Corner.TOP_LEFT])


def test_without_corners_only_the_caution_stays() -> None:
    assert _all(legend_text(_shown(), WordChoice(corners=False, identity=True))) == "Not for diagnosis"


def test_sides_turn_with_the_image() -> None:
    assert legend_text(_shown()).letters == EdgeLetters("R", "H", "L", "F")
    turned = replace(STATE, orientation=Orientation(flipped=True))
    assert legend_text(_shown(turned)).letters == EdgeLetters("L", "H", "R", "F")
    turned = replace(STATE, orientation=Orientation(quarter_turns=1))
    assert legend_text(_shown(turned)).letters == EdgeLetters("F", "R", "H", "L")
    off = legend_text(_shown(), WordChoice(markers=False))
    assert (off.letters, off.has_bar) == (EdgeLetters(), False)


def test_places_are_remembered_and_identity_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = WordChoice(identity=True, corners=False, places={"view": "top left", "age": "top left"})
    save_settings(words_to_remember(chosen, Settings()))
    again = remembered_words(load_settings())
    assert again == WordChoice(corners=False, places={"view": "top left"})
    assert "identity" not in json.dumps(again.places)


def test_places_that_mean_nothing_are_left_out() -> None:
    assert parse_places(("view: top left", "view", "nothing: top left", "age: middle")) == {
        "view": "top left"
    }
    assert places_to_remember({field.id: field.corner.value for field in FIELDS}) == ()


def test_the_dialog_tells_at_once_and_takes_back(qtbot) -> None:
    dialog = CornerFieldsDialog({"view": "top left"})
    qtbot.addWidget(dialog)
    told: list[dict[str, str]] = []
    dialog.chosen.connect(told.append)
    box = dialog.boxes["equipment"]
    box.setCurrentIndex(box.findData("bottom left"))
    assert told[-1]["equipment"] == "bottom left"
    assert told[-1]["view"] == "top left"
    buttons = dialog.findChild(QDialogButtonBox)
    buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).click()
    assert places_to_remember(told[-1]) == ()
    dialog.reject()
    assert told[-1] == {"view": "top left"}


def test_the_lightest_lines_go_first() -> None:
    top = (Line("name", 90), Line("note", 40), Line("file", 52))
    low = (Line("size", 30), Line("window", 85))
    assert fitting((top, low), 5) == [top, low]
    assert fitting((top, low), 3) == [(top[0], top[2]), (low[1],)]
    assert fitting((top, low), 0) == [(top[0],), ()]


def test_long_lines_take_room_from_short_ones_and_lose_their_last_parts(qtbot) -> None:
    metrics = QFontMetrics(QFont())
    short, long = Line("W 20", 10), Line("a very long line about the method and the class of it", 20)
    left, right = rooms(metrics, short, long, 200)
    assert left + right == 200
    assert right > left
    assert left >= metrics.horizontalAdvance("W 20")
    assert rooms(metrics, replace(long, weight=30), long, 200) == (120, 80)
    assert rooms(metrics, long, replace(long, weight=30), 200) == (80, 120)
    assert sum(rooms(metrics, short, long, 5000)) < 5000
    text = "Thorax  2004-08-26  12:00"
    assert shortened(metrics, text, metrics.horizontalAdvance(text)) == text
    assert shortened(metrics, text, metrics.horizontalAdvance("Thorax  2004-08-26")) == "Thorax  2004-08-26"
    assert "…" in shortened(metrics, "Thorax", metrics.horizontalAdvance("Tho"))


@pytest.mark.parametrize("size", [(900, 700), (330, 250), (240, 200), (120, 100)])
def test_left_and_right_keep_apart(qtbot, size: tuple[int, int]) -> None:
    legend = legend_text(_shown(), WordChoice(identity=True))
    plain = _drawn(legend, size)
    left = _drawn(
        replace(legend, top_left=_amber(legend.top_left), bottom_left=_amber(legend.bottom_left)), size
    )
    right = _drawn(
        replace(legend, top_right=_amber(legend.top_right), bottom_right=_amber(legend.bottom_right)), size
    )
    is_left, is_right = (left != plain).any(axis=2), (right != plain).any(axis=2)
    assert is_left.any()
    assert is_right.any()
    for row in np.flatnonzero(is_left.any(axis=1) & is_right.any(axis=1)):
        assert np.flatnonzero(is_left[row]).max() < np.flatnonzero(is_right[row]).min()


def _amber(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(replace(line, tone=Tone.WARNING) for line in lines)


def _drawn(legend: Legend, size: tuple[int, int]) -> np.ndarray:
    picture = QImage(*size, QImage.Format.Format_RGB32)
    picture.fill(QColor("#306030"))
    viewport = make_viewport((40, 60), (size[1], size[0]), scale=2.0, center=(0.5, 0.5))
    with QPainter(picture) as painter:
        paint_legend(painter, QRect(0, 0, *size), legend, viewport, 1.0)
    return np.array(picture.constBits()).reshape(size[1], size[0], 4)


SPACING = Spacing(0.2, 0.1, LengthUnit.CALIBRATED)


def test_the_bar_is_as_long_as_it_says() -> None:
    for scale in (0.05, 0.3, 1.0, 2.7, 40.0):
        viewport = make_viewport((2000, 2000), (700, 900), scale=scale, center=(0.5, 0.5), aspect=2.0)
        bar = scale_bar(viewport, SPACING, 400, 1.0)
        assert bar is not None
        length = float(bar.text.split()[0])
        assert bar.pixels == pytest.approx(length / SPACING.column * scale)
        assert 20 <= bar.pixels <= 190
        assert float(f"{length:e}".split("e", maxsplit=1)[0]) in (1, 2, 5)
        assert bar.text.endswith("mm (calibrated)")


def test_the_bar_knows_which_way_the_image_is_turned() -> None:
    upright = make_viewport((99, 99), (700, 900), scale=2.0, center=(0.5, 0.5))
    turned = make_viewport(
        (99, 99), (700, 900), scale=2.0, center=(0.5, 0.5), orientation=Orientation(quarter_turns=1)
    )
    assert units_across(upright, SPACING) == pytest.approx(0.05)
    assert units_across(turned, SPACING) == pytest.approx(0.1)


def test_pixels_are_never_called_millimetres() -> None:
    bar = scale_bar(full_resolution((900, 900)), None, 300, 1.0)
    assert bar is not None
    assert (bar.text, bar.pixels) == ("100 px", 100)


def test_the_bar_is_in_widget_pixels_on_a_fine_screen() -> None:
    viewport = make_viewport((2000, 2000), (1400, 1800), scale=2.0, center=(0.5, 0.5))
    bar = scale_bar(viewport, None, 400, 2.0)
    assert bar is not None
    assert bar.pixels == float(bar.text.split()[0])


def test_no_bar_where_there_is_no_room() -> None:
    assert scale_bar(full_resolution((900, 900)), None, 20, 1.0) is None
