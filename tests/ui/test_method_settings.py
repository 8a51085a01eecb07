"""The form of a method's parameters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter
from cxrviewer.explain.question import MAX_SMOOTHING
from cxrviewer.ui.panels.method_settings import PAUSE_MS, MethodSettings

PARAMETERS = (
    Parameter("samples", "Samples", 50, "More are smoother.", minimum=2, maximum=500),
    Parameter("noise", "Noise", 0.15, "More is blurrier.", minimum=0.0, maximum=1.0),
    Parameter("baseline", "Baseline", "black", "The image without anything.", choices=("black", "blurred")),
)


def _spec(family: Family = Family.GRADIENT_CAM, method: str = "made-up") -> MethodSpec:
    return MethodSpec(
        id=method,
        name="Made up",
        summary="",
        caution="",
        reference="",
        family=family,
        signed=True,
        order=1,
        cost="",
        parameters=PARAMETERS,
    )


QUICK, LONG = _spec(), _spec(Family.BLACK_BOX, "long")


@pytest.fixture
def form(qtbot) -> MethodSettings:
    made = MethodSettings()
    qtbot.addWidget(made)
    made.show_settings(QUICK, (), 0, None)
    made.show()
    return made


@pytest.fixture
def told(form: MethodSettings) -> list[dict]:
    heard: list[dict] = []
    form.changed.connect(heard.append)
    return heard


def test_every_parameter_has_a_field_of_its_range(form: MethodSettings) -> None:
    assert list(form.fields) == ["samples", "noise", "baseline", "smoothing"]
    samples, noise, smoothing = (form.fields[name] for name in ("samples", "noise", "smoothing"))
    assert (samples.minimum(), samples.maximum(), samples.value()) == (2, 500, 50)
    assert (noise.minimum(), noise.maximum(), noise.value()) == (0.0, 1.0, 0.15)
    assert form.fields["baseline"].entries() == ["black", "blurred"]
    assert smoothing.maximum() == MAX_SMOOTHING
    assert "More are smoother." in samples.toolTip()
    assert "2 to 500" in samples.toolTip()


@pytest.mark.parametrize("spec", methods(), ids=lambda spec: spec.id)
def test_the_form_of_each_method_holds_its_defaults_exactly(form: MethodSettings, spec: MethodSpec) -> None:
    form.show_settings(spec, (), 0, None)
    values = form.values()
    assert values.pop("smoothing") == 0
    assert tuple(values.items()) == spec.values()
    assert not form.reset.isEnabled()


def test_a_quick_method_follows_after_a_pause(form: MethodSettings, told: list, qtbot) -> None:
    with qtbot.waitSignal(form.changed, timeout=PAUSE_MS * 10):
        form.fields["samples"].setValue(60)
        form.fields["samples"].setValue(61)
        form.fields["noise"].setValue(0.2)
        assert told == []
    assert told == [{"parameters": (("samples", 61), ("noise", 0.2)), "smoothing": 0}]
    assert not form.compute.isVisible()


def test_a_long_method_waits_for_its_button(form: MethodSettings, told: list, qtbot) -> None:
    form.show_settings(LONG, (), 0, None)
    assert form.compute.isVisible()
    assert not form.compute.isEnabled()
    form.fields["samples"].setValue(60)
    assert form.compute.isEnabled()
    qtbot.wait(2 * PAUSE_MS)
    assert told == []
    form.compute.click()
    assert told == [{"parameters": (("samples", 60),), "smoothing": 0}]
    assert not form.compute.isEnabled()


def test_enter_applies_at_once(form: MethodSettings, told: list) -> None:
    form.show_settings(LONG, (), 0, None)
    field = form.fields["samples"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "120")
    assert told == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert told == [{"parameters": (("samples", 120),), "smoothing": 0}]


@pytest.mark.parametrize(("seconds", "waits"), [(None, True), (0.3, False), (20.0, True)])
def test_what_the_last_map_took_decides(form: MethodSettings, seconds: float | None, waits: bool) -> None:
    form.show_settings(LONG, (), 0, seconds)
    assert form.compute.isVisible() is waits


def test_copies_make_a_quick_method_long(form: MethodSettings) -> None:
    form.fields["smoothing"].setValue(16)
    assert form.compute.isVisible()
    assert form.compute.isEnabled()


def test_defaults_come_back_by_one_click(form: MethodSettings, told: list) -> None:
    form.show_settings(LONG, (("samples", 60), ("baseline", "blurred")), 4, None)
    assert form.values() == {"samples": 60, "noise": 0.15, "baseline": "blurred", "smoothing": 4}
    form.reset.click()
    assert told == [{"parameters": (), "smoothing": 0}]
    assert not form.reset.isEnabled()


def test_what_the_user_is_about_to_change_survives_an_answer(form: MethodSettings, told: list) -> None:
    form.show_settings(LONG, (), 0, None)
    form.fields["samples"].setValue(60)
    form.show_settings(LONG, (), 0, 3.0)
    assert form.values()["samples"] == 60
    form.show_settings(LONG, (("samples", 70),), 0, 3.0)
    assert form.values()["samples"] == 70, "another question is on screen"
    form.show_settings(QUICK, (), 0, None)
    assert form.values()["samples"] == 50
    assert told == []


def test_a_change_taken_back_is_not_told(form: MethodSettings, told: list, qtbot) -> None:
    form.fields["samples"].setValue(60)
    form.fields["samples"].setValue(50)
    qtbot.wait(2 * PAUSE_MS)
    assert told == []


def test_the_choice_of_a_list_is_told(form: MethodSettings, told: list, qtbot) -> None:
    field = form.fields["baseline"]
    field.setFocus()
    with qtbot.waitSignal(form.changed):
        QTest.keyClick(field, Qt.Key.Key_Down)
    assert told == [{"parameters": (("baseline", "blurred"),), "smoothing": 0}]
