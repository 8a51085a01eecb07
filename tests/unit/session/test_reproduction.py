"""An export made again from the file beside it, without a model: the answer is given."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from material import analysis, card, choice, lung_window, prediction, question, radiograph, steep_table

from cxrviewer.errors import ExportError, UserError
from cxrviewer.explain.display import Scale
from cxrviewer.explain.target import absent, of_label
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions, PictureKind
from cxrviewer.export.overlay import Scene
from cxrviewer.export.provenance import sidecar_path
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Orientation, Viewport, full_resolution, make_viewport
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.marks import Ellipse, FileMarks, Length, Text
from cxrviewer.session.plan import AtHand
from cxrviewer.session.reproduction import SidecarError, read_sidecar, rebuild
from cxrviewer.session.reproduction_differences import differences
from cxrviewer.session.scene import make_scene
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState, styled

MARKS = FileMarks(
    (
        Length(((3.123456789, 4.2), (50.0, 30.0))),
        Ellipse(((5.0, 5.0), (20.0, 15.0))),
        Text(((9.0, 9.0),), text="Ω"),
    )
)
LUNGS = LungField(
    np.ones((4, 4), bool), (np.array([(3.3333333, 4.0), (20.0, 4.1), (11.7, 30.9)]), np.eye(2) + 40), ""
)
ZOOMED = make_viewport((40, 60), (333, 421), scale=7.3, center=(0.4, 0.61), orientation=Orientation(True, 3))


def scene(
    image: Radiograph,
    answer: Analysis,
    state: ViewState,
    viewport: Viewport | None = None,
    marks: FileMarks | None = None,
) -> Scene:
    at_hand = AtHand(image, "default", choice(), prediction())
    shown = next_shown(Shown(ViewState(), AtHand()), state, at_hand, answer)
    made = make_scene(shown, viewport or full_resolution(image.shape), marks, LUNGS)
    assert made is not None
    return made


def again(sidecar: Path, image: Radiograph, answer: Analysis, out: Path) -> list:
    recorded = read_sidecar(sidecar)
    made = [rebuild(record, image, answer, sidecar) for record in recorded.scenes]
    export([each.scene for each in made], out, recorded.options)
    return made


USUAL = analysis(asked=question(smoothing=8), logit_factor=2.0)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (ViewState(), USUAL),
        (styled(ViewState(inverted=True), colormap="jet", alpha=0.37, threshold=0.123), USUAL),
        (styled(ViewState(voi=lung_window()), view=HeatmapView.CONTOURS, signed=True), USUAL),
        (styled(ViewState(scale=Scale(7.77)), view=HeatmapView.CELLS), USUAL),
        (ViewState(top_share=0.07), USUAL),
        (ViewState(), analysis(0)),
        (ViewState(), analysis(asked=question(absent(2)))),
        (styled(ViewState(), visible=False), USUAL),
        (ViewState(), analysis(values=np.full((4, 4), np.nan, np.float32))),
        (ViewState(scale=Scale(2.0)), analysis(values=-np.ones((4, 4), np.float32), logit_factor=1.0)),
    ],
    ids=["usual", "drawn", "signed", "locked", "share", "faded", "absence", "hidden", "invalid", "empty"],
)
@pytest.mark.parametrize("viewport", [None, ZOOMED], ids=["whole", "zoomed"])
def test_the_file_is_made_again_to_the_last_bit(
    tmp_path: Path, state: ViewState, answer: Analysis, viewport: Viewport | None
) -> None:
    image = radiograph()
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    kind = PictureKind.TRIPLE if viewport is None else PictureKind.OVERLAY
    export((scene(image, answer, state, viewport, MARKS),), first, ExportOptions(kind=kind))
    made = again(sidecar_path(first), image, answer, second)
    assert first.read_bytes() == second.read_bytes()
    sidecars = [json.loads(sidecar_path(path).read_text()) for path in (first, second)]
    assert sidecars[0] == sidecars[1]
    assert (made[0].agreement.logits, made[0].agreement.map) == (0, 0)


@pytest.mark.parametrize(
    ("writer", "suffix"),
    [
        ("map-png", ".png"),
        ("map-npz", ".npz"),
        ("map-tiff", ".tif"),
        ("webp", ".webp"),
        ("jpeg", ".jpg"),
        ("tiff", ".tif"),
    ],
)
def test_every_kind_of_file_is(tmp_path: Path, writer: str, suffix: str) -> None:
    image, options = radiograph(), ExportOptions(writer=writer)
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    export((scene(image, USUAL, ViewState()),), first, options)
    again(sidecar_path(first), image, USUAL, second)
    assert first.read_bytes() == second.read_bytes()


def test_several_panes_and_a_lookup_table_of_the_file_are(tmp_path: Path) -> None:
    table = steep_table()
    image = radiograph(voi_luts=(steep_table(), table))
    scenes = [scene(image, USUAL, ViewState(voi=voi)) for voi in (table, lung_window(), None)]
    export(scenes, tmp_path / "a.png", ExportOptions(columns=2))
    again(tmp_path / "a.png.json", image, USUAL, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def changed(answer: Analysis, factor: float) -> Analysis:
    result = answer.result
    attribution = replace(result.attribution, values=result.attribution.values * np.float32(factor))
    logits = replace(result.prediction, logits=result.prediction.logits * np.float32(factor))
    return replace(answer, result=replace(result, attribution=attribution, prediction=logits))


def test_numbers_that_only_rounding_sets_apart_are_drawn_as_recorded(tmp_path: Path) -> None:
    image = radiograph()
    export((scene(image, USUAL, ViewState()),), tmp_path / "a.png")
    made = again(tmp_path / "a.png.json", image, changed(USUAL, 1 + 3e-6), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert 0 < made[0].agreement.map < 1e-5
    assert made[0].agreement.is_close


def test_another_answer_is_drawn_as_it_is_and_told(tmp_path: Path) -> None:
    image = radiograph()
    bare = ExportOptions(caption=False, color_bar=False)
    export((scene(image, USUAL, ViewState()),), tmp_path / "a.png", bare)
    other = analysis(
        values=np.arange(14, -2, -1, dtype=np.float32).reshape(4, 4), asked=question(smoothing=8)
    )
    sidecar = tmp_path / "a.png.json"
    made = again(sidecar, image, changed(other, 1.5), tmp_path / "b.png")
    assert not made[0].agreement.is_close
    told = list(differences(read_sidecar(sidecar), made, tmp_path / "b.png"))
    assert told[0] == "Not the same file."
    assert any("logits" in line for line in told)
    assert any("map computed anew differs" in line for line in told)
    assert any("pixels differ, by at most" in line for line in told)
    assert told[-1] == "The versions are the same as then."


def test_other_versions_are_named(tmp_path: Path) -> None:
    image = radiograph()
    export((scene(image, USUAL, ViewState()),), tmp_path / "a.png")
    recorded = read_sidecar(tmp_path / "a.png.json")
    recorded = replace(recorded, program={**recorded.program, "numpy": "1.0"})
    assert "numpy 1.0 then" in list(differences(recorded, [], tmp_path / "a.png"))[-1]


def test_the_record_names_neither_patient_nor_files(tmp_path: Path) -> None:
    folder = tmp_path / "Canary Jane"
    folder.mkdir()
    image = radiograph(
        str(folder / "Canary^Jane.dcm"), windows=(replace(lung_window(), explanation="CANARY"),)
    )
    image = replace(image, digest="f" * 64)
    export((scene(image, USUAL, ViewState(), None, MARKS),), tmp_path / "a.png")
    text = (tmp_path / "a.png.json").read_text()
    assert "canary" not in text.lower()
    assert str(tmp_path) not in text
    record = json.loads(text)
    assert record["notice"] == "Research and teaching: not for diagnosis"
    assert record["scenes"][0]["model"]["sha256"] == card().sha256
    assert len(record["scenes"][0]["marks"]["marks"]) == 3


def test_marks_that_are_not_drawn_are_not_recorded(tmp_path: Path) -> None:
    export(
        (scene(radiograph(), USUAL, ViewState(), None, MARKS),),
        tmp_path / "a.png",
        ExportOptions(marks=False),
    )
    record = json.loads((tmp_path / "a.png.json").read_text())
    assert record["scenes"][0]["marks"]["marks"] == []
    assert "Ω" not in json.dumps(record, ensure_ascii=False)


def test_a_sidecar_that_cannot_be_written_leaves_no_export(tmp_path: Path) -> None:
    (tmp_path / "a.png.json").write_text("[1, 2]")
    with pytest.raises(ExportError, match="another file"):
        export((scene(radiograph(), USUAL, ViewState()),), tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png.json"]
    assert (tmp_path / "a.png.json").read_text() == "[1, 2]"


def _without(key: str) -> Callable[[dict], object]:
    return lambda content: content["scenes"][0].pop(key)


def _with(place: str, value: object) -> Callable[[dict], object]:
    def change(content: dict) -> None:
        *way, last = (int(step) if step.isdecimal() else step for step in place.split("."))
        inner = content
        for step in way:
            inner = inner[step]
        inner[last] = value

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _without("image"),
        _without("heatmap"),
        _without("view"),
        _without("marks"),
        _without("answer"),
        _with("format", "other"),
        _with("version", 2),
        _with("options", {"marks": 3}),
        _with("scenes", []),
        _with("scenes", 5),
        _with("program", None),
        _with("scenes.0.view.rows", 10**9),
        _with("scenes.0.view.stored_to_view", [[1]]),
        _with("scenes.0.view.window", {"table": 7}),
        _with("scenes.0.heatmap.alpha", "dark"),
        _with("scenes.0.heatmap.scale", -1),
        _with("scenes.0.heatmap.view", "round"),
        _with("scenes.0.answer.map", "%%%"),
        _with("scenes.0.answer.rows", 5),
        _with("scenes.0.question.fusion", "other"),
        _with("scenes.0.model.labels", []),
        _with("scenes.0.moment", "yesterday"),
        _with("scenes.0.marks.image", {"sha256": "other"}),
        _with("scenes.0.marks.marks.2.text", "\ud800"),
        _with("scenes.0.view.stored_to_view.0.0", float("nan")),
        _with("scenes.0.view.stored_to_view.0.0", None),
        _with("scenes.0.view.stored_to_view.0.0", 0),
        _with("scenes.0.view.stored_to_view.0.1", 1),
        _with("scenes.0.view.stored_to_view.0.2", 2**63),
        _with("scenes.0.view.stored_to_view.2.0", 1),
        _with("scenes.0.view.window.width", float("inf")),
        _with("scenes.0.view.window.center", 10**400),
        _with("scenes.0.heatmap.colormap", "../../jet"),
        _with("scenes.0.heatmap.alpha", 7),
        _with("scenes.0.answer.probabilities", []),
        _with("scenes.0.answer.map_sha256", None),
        _with("scenes.0.image.frame", float("inf")),
        _with("scenes.0.model.name", "A" * 10**6),
        _with("scenes.0.model.labels.0", "A" * 10**6),
        _with("scenes.0.lungs", {"outline": [], "segmenter": "A" * 10**6, "sha256": ""}),
        _with("options.columns", 2**64),
        _with("options.frame_seconds", 1e308),
        _with("options.paper", "a0"),
        _with("scenes.0.lungs.outline", [[1.0, 2.0]]),
        _with("scenes.0.lungs.outline", [[[1.0, float("nan")]]]),
        _with("scenes.0.lungs", [3]),
    ],
)
def test_a_damaged_sidecar_is_told_in_one_message(tmp_path: Path, damage: Callable[[dict], object]) -> None:
    image = radiograph()
    export((scene(image, USUAL, ViewState(), None, MARKS),), tmp_path / "a.png")
    sidecar = tmp_path / "a.png.json"
    content = json.loads(sidecar.read_text())
    damage(content)
    sidecar.write_text(json.dumps(content))
    with pytest.raises(UserError) as caught:
        again(sidecar, image, USUAL, tmp_path / "b.png")
    assert caught.value.message
    assert not (tmp_path / "b.png").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{", b"[" * 100_000])
def test_what_is_no_sidecar_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(SidecarError):
        read_sidecar(path)
    with pytest.raises(SidecarError, match="cannot be read"):
        read_sidecar(tmp_path / "none.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_is_waited_for_neither_as_sidecar_nor_beside_an_export(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png.json")
    with pytest.raises(SidecarError):
        read_sidecar(tmp_path / "a.png.json")
    with pytest.raises(SidecarError):
        read_sidecar(Path("/dev/zero"))
    with pytest.raises(ExportError, match="another file"):
        export((scene(radiograph(), USUAL, ViewState()),), tmp_path / "a.png")


def test_a_target_that_was_chosen_is_the_one_recorded(tmp_path: Path) -> None:
    answer = analysis(asked=question(of_label(2)))
    export((scene(radiograph(), answer, ViewState()),), tmp_path / "a.png")
    assert read_sidecar(tmp_path / "a.png.json").scenes[0].question == answer.result.attribution.question
