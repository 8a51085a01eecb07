"""Each format has what it says it has, and nothing else: a choice that is offered changes the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.pixels import apply_presentation_lut, apply_voi_lut
from scenes import scene

from cxrviewer.export.export import export, preview
from cxrviewer.export.lungs import SceneLungs
from cxrviewer.export.options import CONTENTS, ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture, lung_words
from cxrviewer.export.report.content import notes
from cxrviewer.export.save import writers
from cxrviewer.export.scene_record import scene_record
from cxrviewer.export.writer_spec import Group
from cxrviewer.export.writers import pdf
from cxrviewer.imaging.header import Header
from cxrviewer.session.marks import FileMarks, Length
from cxrviewer.session.marks_scene import scene_marks

SHAPE = (60, 90)
MARKS = FileMarks((Length(((5.0, 5.0), (50.0, 30.0))),))
ALIKE = ("jpeg", "tiff", "webp", "dicom-sc", "dicom-set")
"""Are given the same picture as PNG, or what others are."""


def everything() -> Scene:
    """Return a scene that has all that may be shown."""
    made = scene(shape=SHAPE)
    header = Header(patient_name="Doe, Jane", patient_id="4711")
    radiograph = replace(made.radiograph, header=header, directions=("L", "F"))
    triangle = np.array([(20.0, 10.0), (40.0, 10.0), (30.0, 50.0)])
    return replace(
        made,
        radiograph=radiograph,
        marks=scene_marks(MARKS, radiograph, None),
        lungs=SceneLungs((triangle,), "Lungs 1", "ab"),
    )


def looks(writer: ModuleType, path: Path, options: ExportOptions) -> object:
    """Return what a reader sees of an export of everything: a page as drawn, of DICOM all but its numbers."""
    spec = writer.SPEC
    scenes = (everything(),) * spec.least
    if spec.group is Group.REPORT:
        return preview(scenes, options).tobytes()
    export(scenes, path, options)
    if path.suffix != ".dcm":
        return path.read_bytes()
    dataset = dcmread(path)
    dataset.walk(lambda inner, element: inner.__delitem__(element.tag) if element.VR == "UI" else None)
    return dataset.to_json()


@pytest.mark.parametrize(
    "writer",
    [each for each in writers() if each.SPEC.group is not Group.FILM and each.SPEC.id not in ALIKE],
    ids=lambda writer: writer.SPEC.id,
)
def test_a_choice_changes_the_file_where_the_format_has_it(
    writer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_DPI", 30)
    spec = writer.SPEC
    usual = ExportOptions(writer=spec.id, sidecar=False)
    path = tmp_path / f"a{spec.suffixes[0]}"
    # Who the patient is stands in DICOM's header, which is read from the file.
    names = [name for name in CONTENTS if not (spec.group is Group.DICOM and name == "identity")]
    first = looks(writer, path, usual)
    for name in names:
        # To set a page takes long.
        if name in spec.shows and (spec.group is not Group.REPORT or name == "lungs"):
            assert looks(writer, path, replace(usual, **{name: not getattr(usual, name)})) != first, name
    others = {name: not getattr(usual, name) for name in names if name not in spec.shows}
    assert looks(writer, path, replace(usual, **others)) == first


@pytest.mark.parametrize("writer", ["tiff", "comparison", "dicom-sc", "dicom-image"])
def test_the_preview_is_what_is_written(writer: str, tmp_path: Path) -> None:
    (spec,) = (each.SPEC for each in writers() if each.SPEC.id == writer)
    scenes, options = (everything(),) * spec.least, ExportOptions(writer=writer)
    path = tmp_path / f"a{spec.suffixes[0]}"
    export(scenes, path, options)
    if spec.group is Group.DICOM:
        dataset = dcmread(path)
        pixels = dataset.pixel_array
        if writer == "dicom-image":
            gray = np.round(apply_presentation_lut(apply_voi_lut(pixels, dataset), dataset))
            pixels = np.repeat(gray[..., None], 3, axis=2)
    else:
        pixels = np.asarray(Image.open(path))
    np.testing.assert_array_equal(pixels, preview(scenes, options))


@pytest.mark.parametrize("writer", ["png", "map-npz", "dicom-image", "dicom-seg"])
def test_what_is_of_a_view_is_as_large_as_it(writer: str) -> None:
    (spec,) = (each.SPEC for each in writers() if each.SPEC.id == writer)
    made = everything()
    half = replace(made, viewport=replace(made.viewport, shape=(SHAPE[0] // 2, SHAPE[1])))
    options = ExportOptions(writer=writer, caption=False, color_bar=False, disclaimer=False)
    assert preview((made,), options).shape[:2] == SHAPE
    assert (preview((half,), options).shape[:2] == half.viewport.shape) == spec.sized


def test_an_image_without_lungs_is_said_to_be_one_whatever_is_ticked() -> None:
    """The warning is no content that could be left out; it is recorded and needs no outline."""
    none = replace(everything(), lungs=SceneLungs((), "Lungs 1", "ab"))
    options = ExportOptions(lungs=False)
    assert lung_words(none, options) == "none found: the model was made for frontal chest radiographs"
    assert notes(none)[0].startswith("No lungs found")
    assert scene_record(none, options)["lungs"] == {"segmenter": "Lungs 1", "sha256": "ab", "outline": []}
    silent = replace(none, lungs=None)
    assert not any("lungs" in note for note in notes(silent))
    with_words, without = (export_picture([each], options).pixels for each in (none, silent))
    assert with_words.shape[0] > without.shape[0]
